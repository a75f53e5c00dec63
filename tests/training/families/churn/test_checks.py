"""What a churn model must show: every limit just inside, on it and just outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.companies import QUESTION, dataset, manifest_of
from training.families.churn.bundle import ChurnTask
from training.families.churn.checks import (
    _auc_against_champion,
    _calibration,
    _latency,
    _reasons,
)
from training.learners.logistic import LogisticModel

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))


@pytest.mark.parametrize(
    ("error", "by_chance", "passes", "limit"),
    [
        (0.0, 0.0, True, "at most 0.05"),
        (0.05, 0.0, True, "at most 0.05"),
        (0.05, 0.05, True, "at most 0.05"),
        (0.0501, 0.0, False, "at most 0.05"),
        (0.0501, 0.05, False, "at most 0.05"),
        (0.08, 0.08, True, "at most 0.0800, as chance alone gives with so few customers"),
        (0.0801, 0.08, False, "at most 0.0800, as chance alone gives with so few customers"),
        (0.05, NAN, True, "at most 0.05"),
        (0.0501, NAN, False, "at most 0.05"),
        (NAN, 0.0, False, "at most 0.05"),
        (NAN, 0.08, False, "at most 0.0800, as chance alone gives with so few customers"),
    ],
)
def test_the_calibration_error_may_be_a_twentieth_or_what_chance_gives(
    error: float, by_chance: float, passes: bool, limit: str
) -> None:
    found = _calibration(manifest_of(MODEL, metrics={"ece": error, "ece_by_chance": by_chance}))
    assert (found.passed, found.limit) == (passes, limit)


def failed(**figures: float | None) -> list[str]:
    """The failed checks of reasons that are good but for the figures given; None leaves one out."""
    good = {
        "additivity": 0.0,
        "shown_gap": 0.0,
        "faithful_2": 1.0,
        "stable_top_three": 1.0,
    }
    told = {f"trust/{name}": one for name, one in (good | figures).items() if one is not None}
    mine = manifest_of(MODEL, evaluation={"trust": {"figures": told}})
    return [one.name for one in _reasons(mine) if not one.passed]


@pytest.mark.parametrize(
    ("figure", "value", "name"),
    [
        ("additivity", 1e-9, ""),
        ("additivity", 1.01e-9, "reasons add up"),
        ("additivity", NAN, "reasons add up"),
        ("shown_gap", 1e-6, ""),
        ("shown_gap", 1.01e-6, "reasons add up"),
        ("shown_gap", NAN, "reasons add up"),
        ("faithful_2", 0.8, ""),
        ("faithful_2", 0.7999, "reasons name what matters"),
        ("faithful_2", None, ""),
        ("stable_top_three", 0.5, ""),
        ("stable_top_three", 0.4999, "reasons hold in refits"),
        ("stable_top_three", NAN, "reasons hold in refits"),
    ],
)
def test_reasons_have_their_limits(figure: str, value: float | None, name: str) -> None:
    assert failed(**{figure: value}) == ([name] if name else [])


def asked(auc: float, low: float = 0.0, cutoff: str = "2026-01-01", **question: Any) -> Any:
    metrics = {"auc": auc, "auc_low": low, "auc_by_cutoff": {cutoff: auc}}
    return manifest_of(MODEL, metrics=metrics, task=ChurnTask(replace(QUESTION, **question)))


@pytest.mark.parametrize(
    ("theirs", "passes"), [(-0.5, True), (0.0, True), (0.005, True), (0.0051, False), (0.5, False)]
)
def test_the_order_may_be_a_two_hundredth_worse_than_the_champions(
    theirs: float, passes: bool
) -> None:
    assert _auc_against_champion(asked(0.0), asked(theirs)).passed is passes
    assert _auc_against_champion(asked(0.0), None).figure == "no champion yet"


def test_on_another_day_it_may_be_as_much_worse_as_chance_gives() -> None:
    mine = asked(0.0, -0.02)
    assert _auc_against_champion(mine, asked(0.02, cutoff="2026-01-02")).passed
    assert not _auc_against_champion(mine, asked(0.0201, cutoff="2026-01-02")).passed


@pytest.mark.parametrize(
    "question",
    [
        {"horizon_days": 61},
        {"gap_days": 1},
        {"minimum_orders": 3},
        {"active_within_days": 121},
    ],
)
def test_every_part_of_the_question_must_be_the_same_to_be_compared(
    question: dict[str, Any],
) -> None:
    found = _auc_against_champion(asked(0.0), asked(0.9, **question))
    assert found.passed and found.figure == "not compared: the champion answers another question"
    assert not _auc_against_champion(asked(0.0, **question), asked(0.9, **question)).passed


@pytest.mark.parametrize(
    ("milliseconds", "passes"), [(499.9, True), (500.0, True), (500.1, False), (NAN, False)]
)
def test_two_hundred_customers_take_half_a_second_at_most(
    milliseconds: float, passes: bool
) -> None:
    found = _latency(milliseconds)
    assert (found.passed, found.name) == (passes, "200 rows with reasons")
    assert found.limit == "at most 500 ms"
