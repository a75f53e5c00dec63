"""What a person reads of a training that the gate keeps out: the cause, and what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from regulars.gate_sentences import after_the_gate
from regulars.narrator import Outcome
from training.recipe.summary import TrainingSummary
from training.registry.gate import Check, said_of

LEVEL = Check("level, latest test", False, "+60.0 %", "at most ±50 %")
LEAK = Check("known before the outcome", False, "status", "nothing after it", asks_a_person=True)
SOUND = Check("size", True, "1 MB", "at most 64 MB")


def summary(
    *checks: Check,
    promoted: bool = False,
    is_sound: bool = False,
    over: Mapping[str, str] = MappingProxyType({}),
) -> TrainingSummary:
    return TrainingSummary(
        title="trees", version="4", digest="d", run_id="r", promoted=promoted, customers=1, rows=1,
        features=1, metrics={}, ladder=[], evaluation={}, origins={}, checks=checks, notes=[], card="",
        seconds={}, passed_over=over, is_sound=is_sound,
    )  # fmt: skip


def test_what_passed_is_told_as_it_is() -> None:
    outcome = Outcome(said="Trained.", next="`regulars score`")
    assert after_the_gate(outcome, summary(SOUND, promoted=True, is_sound=True), "churn") == outcome


@pytest.mark.parametrize(
    ("model", "command"),
    [
        ("churn", 'regulars promote 4 --force --reason "…"'),
        ("value", 'regulars promote 4 --model value --force --reason "…"'),
    ],
)
def test_what_is_kept_out_ends_with_the_cause_and_a_command_that_works(
    model: str, command: str
) -> None:
    told = after_the_gate(Outcome(said="Trained."), summary(LEVEL, SOUND), model)
    assert told.exit_code == 1
    assert (
        "level, latest test +60.0 %, allowed at most ±50 %" in told.said and "size" not in told.said
    )
    assert "Nothing else that was tried passes" in told.said
    assert command in told.next and told.next.endswith("train again with more history")


def test_a_sound_model_that_is_no_better_says_that_what_was_in_use_stays() -> None:
    told = after_the_gate(Outcome(said="Trained."), summary(LEVEL, is_sound=True), "churn")
    assert told.said.endswith("What was in use before stays")


def test_a_question_is_answered_before_it_is_overruled() -> None:
    told = after_the_gate(Outcome(said="Trained."), summary(LEVEL, LEAK), "churn")
    assert told.next.startswith("answer what is asked and train again; or `regulars promote 4")


def test_what_was_passed_over_is_told_also_where_another_is_in_use() -> None:
    found = summary(SOUND, promoted=True, is_sound=True, over={"forest": said_of([LEVEL])})
    told = after_the_gate(Outcome(said="Trained."), found, "churn")
    assert told.exit_code == 0
    (line,) = told.lines
    assert "forest was as good or better" in line and "+60.0 %" in line
