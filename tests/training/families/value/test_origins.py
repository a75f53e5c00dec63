"""What is said of the figures of a model: on which test it was chosen, and which looked at it once."""

from __future__ import annotations

from typing import Any

from training.families.value.learning import LearnedValue
from training.families.value.origins import gain_sentence, origin_sentences, reserved_gini
from training.ladder.reported import chosen_at

AT = {"gini": 0.7, "gini_low": 0.65, "gini_high": 0.75}


def figures(**changes: Any) -> dict[str, Any]:
    by_cutoff = {"2024-01-01": AT, "2023-01-01": AT}
    chosen = {"reserved": "2024-01-01", "choosing": ["2023-01-01"], "passed_over": []}
    return {"gini": 0.72, "by_cutoff": by_cutoff, "chosen": {**chosen, **changes}}


def test_the_reserved_test_is_named_with_its_own_figure() -> None:
    said, before_the_last = origin_sentences(figures())
    assert "chosen at 2023-01-01; 2024-01-01 was reserved" in said
    assert "Gini 0.700 [0.650, 0.750]" in said and "Optimistic" not in said
    assert "fits before the last" in before_the_last
    assert reserved_gini(figures()) == "Gini 0.700 at the reserved test"


def test_where_one_test_must_choose_and_judge_every_figure_is_called_optimistic() -> None:
    alone = figures(reserved="", choosing=["2024-01-01"])
    assert origin_sentences(alone)[0].startswith("Optimistic: there is one test alone, 2024-01-01")
    assert reserved_gini(alone) == "Gini 0.720 at the test it was chosen on"


def test_once_the_gate_has_passed_over_a_rung_the_reserved_test_is_called_used() -> None:
    used = origin_sentences(figures(passed_over=["a rung"]))[0]
    assert used.startswith("Optimistic: 2024-01-01 was reserved") and "kept out a rung" in used


def test_a_manifest_keeps_which_tests_chose_and_what_was_passed_over(
    learned_value: LearnedValue,
) -> None:
    splits = learned_value.splits
    told = chosen_at(splits, {"a rung": "too low"})
    assert told["reserved"] == splits.tests[0].name
    assert told["choosing"] == [one.name for one in splits.tests[1:]]
    assert told["passed_over"] == ["a rung"]
    assert chosen_at(splits, {}) == learned_value.manifest.metrics["chosen"]


def test_a_model_of_an_earlier_version_says_nothing_of_it() -> None:
    assert origin_sentences({"gini": 0.7}) == [] and gain_sentence({"gini": 0.7}) == ""
    assert reserved_gini({"gini": 0.7}) == "Gini 0.700"


def test_the_gain_of_the_newest_outcomes_is_told_with_its_interval() -> None:
    found = {"newest_gain": 0.0081, "newest_gain_low": -0.001, "newest_gain_high": 0.017}
    assert "+0.0081 [-0.0010, +0.0170]" in gain_sentence(found)
