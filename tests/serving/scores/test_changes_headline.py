"""The change in one sentence: which way, by how much, and only what can have moved it that way."""

from __future__ import annotations

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse
from serving.scores.changes import (
    ChangeAnswer,
    ChangeReason,
    _first_of,
    _headline,
    _unmoved_sentence,
)
from serving.scores.score import Status
from training.reasons.happenings import Happening
from training.reasons.languages.known import language_of
from training.reasons.wording import Wording

# Midnight of the first of January 2026.
SINCE = 1_767_225_600


@pytest.fixture
def wording(in_use: InUse) -> Wording:
    return in_use.scorer.wording.in_language(language_of("en"))


def reason(points: float, *kinds: str) -> ChangeReason:
    happened = tuple(Happening(one, 2, SINCE + 9) for one in kinds)
    return ChangeReason("g", "Title", points, points, None, "", happened)


def headline(
    wording: Wording, points: float, *reasons: ChangeReason, silent_days: float = np.nan
) -> str:
    row = np.full(len(wording.features), np.nan, np.float32)
    position = wording.position("days_since_order")
    assert position is not None
    row[position] = silent_days
    happened = [event for one in reasons for event in one.happened]
    return _headline(points, SINCE, reasons, happened, row, wording)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (0.0, "Risk unchanged since 1 Jan 2026"), (0.049, "Risk unchanged since 1 Jan 2026"),
        (-0.049, "Risk unchanged since 1 Jan 2026"), (0.06, "Risk +0.1 points since 1 Jan 2026"),
        (-0.06, "Risk −0.1 points since 1 Jan 2026"), (12.34, "Risk +12.3 points since 1 Jan 2026"),
        (-12.36, "Risk −12.4 points since 1 Jan 2026"),
    ],
)  # fmt: skip
def test_it_says_which_way_and_by_how_much(wording: Wording, points: float, said: str) -> None:
    assert headline(wording, points) == said


@pytest.mark.parametrize(
    ("points", "kind", "is_told"),
    [
        (5.0, "complaint", True), (-5.0, "complaint", False), (5.0, "return", True),
        (-5.0, "return", False), (5.0, "contract_cancelled", True), (-5.0, "contract_cancelled", False),
        (5.0, "order", False), (-5.0, "order", True), (5.0, "visit", False), (-5.0, "visit", True),
        (5.0, "open", False), (-5.0, "open", True), (5.0, "click", False), (-5.0, "click", True),
        (5.0, "offer_accepted", False), (-5.0, "offer_accepted", True),
        (5.0, "contract_begun", False), (-5.0, "contract_begun", True),
    ],
)  # fmt: skip
def test_an_event_is_told_where_it_can_have_moved_the_risk_that_way(
    wording: Wording, points: float, kind: str, is_told: bool
) -> None:
    said = headline(wording, points, reason(points, kind))
    assert (": " in said) is is_told
    if is_told:
        assert said.endswith(": " + Happening(kind, 2, SINCE + 9).said("en"))
    # What moved it the other way is told of neither.
    assert ": " not in headline(wording, points, reason(-points, kind))


def test_the_events_of_two_causes_are_told_and_of_no_third(wording: Wording) -> None:
    causes = [reason(3.0, "complaint"), reason(-9.0), reason(2.0), reason(1.0, "return")]
    assert headline(wording, 5.0, *causes).endswith(": two complaints")
    assert headline(wording, 5.0, *causes[1:]).endswith(": two returns")


@pytest.mark.parametrize(
    ("points", "days", "kinds", "is_silent"),
    [
        (5.0, 41.0, (), True), (5.0, 1.0, (), True), (5.0, 0.99, (), False), (5.0, np.nan, (), False),
        (-5.0, 41.0, (), False), (5.0, 41.0, ("order",), False), (5.0, 41.0, ("visit",), True),
    ],
)  # fmt: skip
def test_silence_of_a_day_and_more_is_told_of_a_rise_without_an_order(
    wording: Wording, points: float, days: float, kinds: tuple[str, ...], is_silent: bool
) -> None:
    said = headline(wording, points, reason(points, *kinds), silent_days=days)
    assert ("silent for" in said) is is_silent
    if days == 41.0 and is_silent:
        assert said == "Risk +5 points since 1 Jan 2026: silent for 41 days"


def test_an_event_stands_with_the_first_shown_of_its_groups() -> None:
    assert _first_of(("rhythm", "spend"), ["trend", "spend", "rhythm"]) == "spend"
    assert _first_of(("rhythm",), ["trend"]) == "" and _first_of((), ["trend"]) == ""


def test_a_reason_that_no_fact_moved_says_so_where_all_facts_read_alike(wording: Wording) -> None:
    rows = np.zeros((2, len(wording.features)), np.float32)
    moved, members = np.zeros(len(wording.features)), np.array([0, 1])
    moved[0] = 0.5
    assert _unmoved_sentence(members, moved, rows, wording).startswith("The same facts as then")
    rows[1, 1] = 900.0
    assert _unmoved_sentence(members, moved, rows, wording).startswith("The same facts as then")
    rows[1, 0] = 900.0
    assert _unmoved_sentence(members, moved, rows, wording) == ""


def test_the_points_of_a_change_are_now_less_before() -> None:
    found = ChangeAnswer("anna", Status.OK, Status.OK, before=0.25, now=0.75)
    assert found.points == 50.0
    nothing = ChangeAnswer("anna", Status.OK, Status.INSUFFICIENT_DATA, now=0.75)
    assert nothing.points == 0.0
    assert ChangeAnswer("anna", Status.OK, Status.OK, before=0.75, now=0.0).points == -75.0
