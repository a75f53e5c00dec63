"""A rung that the gate keeps out is passed over: the choice is made once more among the others."""

from __future__ import annotations

from tests.training.answers import answered, ladder_of
from tests.training.ladder.test_choice import RUNGS, replicates
from training.ladder.choice import best_shippable, next_rung, notes_on_passed_over
from training.ladder.ladder import Ladder

CAME, TOLD = [1.0, 0.0, 1.0, 0.0], [0.9, 0.1, 0.8, 0.2]
BETTER = replicates(recency_rule=(0.7, 0.60), logistic_regression=(0.72, 0.58), LightGBM=(0.8, 0.5))


def climbed_to(winner: str) -> Ladder:
    made = ladder_of(winner, *(answered(rung.name, CAME, TOLD) for rung in RUNGS))
    chosen = next(rung for rung in RUNGS if rung.name == winner)
    return Ladder(made.rows, chosen, made.tested, rungs=tuple(RUNGS), replicates=BETTER)


def ships(ladder: Ladder) -> list[str]:
    return [row.name for row in ladder.rows if row.ships]


def test_the_next_best_takes_the_place_and_the_reasons_are_kept() -> None:
    first = climbed_to("LightGBM")
    second = first.passing_over("reasons mislead")
    assert second is not None and second.winner.name == "logistic regression"
    assert ships(second) == ["logistic regression"] and ships(first) == ["LightGBM"]
    third = second.passing_over("off in spring")
    assert third is not None and third.winner.name == "recency rule"
    assert third.winning_row.name == "recency rule"
    assert third.passed_over == {
        "LightGBM": "reasons mislead",
        "logistic regression": "off in spring",
    }
    assert first.passed_over == {}


def test_a_rate_for_everybody_takes_nobodys_place() -> None:
    last = climbed_to("recency rule")
    for name in ("LightGBM", "logistic regression"):
        last = Ladder(
            last.rows, last.winner, last.tested, rungs=tuple(RUNGS), replicates=BETTER,
            passed_over={**last.passed_over, name: "kept out"},
        )  # fmt: skip
    left = last.passing_over("kept out too")
    names = [left.winner.name] if left is not None else []
    # Rungs no better than the base rate are never climbed to.
    assert names == []


def test_each_is_noted_once() -> None:
    notes = notes_on_passed_over({"a": "too bold", "b": "off"})
    assert notes == [
        "a was as good or better at the tests, and the gate keeps it out: too bold",
        "b was as good or better at the tests, and the gate keeps it out: off",
    ]


def test_rungs_that_their_figures_alone_keep_out_are_passed_over_too() -> None:
    first = climbed_to("LightGBM")
    faults = {"logistic regression": "off in spring"}
    found = next_rung(first, "reasons mislead", lambda one: faults.get(one.winner.name, ""))
    assert found is not None and found.winner.name == "recency rule"
    assert found.passed_over == {"LightGBM": "reasons mislead"} | faults
    nothing_wrong = next_rung(first, "reasons mislead", lambda one: "")
    assert nothing_wrong is not None and nothing_wrong.winner.name == "logistic regression"
    assert next_rung(first, "reasons mislead", lambda one: "off") is None


def test_what_its_figures_keep_out_is_never_found_out_about_unless_nothing_else_is_let_in() -> None:
    first = climbed_to("LightGBM")
    faults = {"LightGBM": "off in spring"}
    found = best_shippable(first, lambda one: faults.get(one.winner.name, ""))
    assert found.winner.name == "logistic regression" and found.passed_over == faults
    assert best_shippable(first, lambda one: "") is first
    assert best_shippable(first, lambda one: "off") is first
