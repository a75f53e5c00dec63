"""What a churn model must show: every limit just inside, on it and just outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.companies import QUESTION, dataset, manifest_of, told_level
from training.families.churn.bundle import ChurnTask
from training.families.churn.checks import (
    _auc_against_champion,
    _auc_against_procedure,
    _latency,
    _reasons,
    figure_checks,
)
from training.families.churn.list_check import list_against_champion
from training.learners.logistic import LogisticModel

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))


def kept_out(*levels: dict[str, float]) -> list[str]:
    """The failed checks on the figures of a ladder, at the ends of so many years."""
    told = {f"{2020 + year}-12-31": one for year, one in enumerate(levels)}
    return [one.name for one in figure_checks({"by_cutoff": told}) if not one.passed]


def test_a_good_average_hides_neither_the_latest_test_nor_the_worst() -> None:
    good, bad = told_level(), told_level(ece=0.06)
    assert kept_out(good, good, good) == []
    assert kept_out(good, good, bad) == ["calibration error, latest test"]
    assert kept_out(told_level(0.4), told_level(-0.4), good) == ["level, worst test"]
    assert kept_out(good, good, told_level(-0.4)) == ["level, latest test", "level, worst test"]
    # At another test than the latest a calibration error may be what a level off by a quarter makes.
    assert kept_out(bad, good, good) == []
    assert kept_out(told_level(ece=0.12), good, good) == ["calibration error, worst test"]
    assert len(figure_checks({})) == 4 and not any(one.passed for one in figure_checks({}))


def test_of_a_small_company_all_cutoffs_together_are_judged_and_the_worst_by_what_chance_leaves() -> (
    None
):
    wide = told_level(0.9) | {"bias_low": -0.3, "bias_high": 4.0}
    pooled = {"cutoffs": 2, **told_level(0.1, ece=0.04)}
    figures = {"by_cutoff": {"2024-12-31": wide, "2025-12-31": told_level()}, "pooled": pooled}
    assert [one.name for one in figure_checks(figures) if not one.passed] == []
    names = [one.name for one in figure_checks(figures)]
    assert names[0] == "level, all cutoffs together" and len(names) == 3
    off = figures | {"pooled": pooled | {"ece": 0.06}}
    failed_now = [one.name for one in figure_checks(off) if not one.passed]
    assert failed_now == ["calibration error, all cutoffs together"]


def test_a_champion_of_before_that_does_not_tell_its_tests_apart_keeps_nobody_out() -> None:
    mine = manifest_of(MODEL, metrics={"auc_by_cutoff": {"2025-01-01": 0.7}, "auc": 0.7})
    before = replace(mine, metrics={"auc": 0.9}, evaluation={})
    for check in (_auc_against_champion(mine, before), list_against_champion(mine, before)):
        assert check.passed and "not compared" in check.figure


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


def of_rungs(title: str, lead: float, high: float) -> Any:
    """A challenger whose ladder says how far it leads LightGBM, and by how much at most."""
    told = {"auc": lead, "auc_low": lead - 0.01, "auc_high": high}
    return manifest_of(MODEL, title=title, metrics={"leads": {"LightGBM": told}})


def test_the_champions_way_of_learning_is_asked_anew_on_the_same_customers() -> None:
    champion = manifest_of(MODEL, title="LightGBM")
    passing = _auc_against_procedure(of_rungs("logistic regression", -0.02, 0.001), champion)
    assert passing.passed and passing.figure == "-0.0200 [-0.0300, +0.0010] over LightGBM"
    worse = _auc_against_procedure(of_rungs("logistic regression", -0.02, -0.001), champion)
    assert not worse.passed and worse.limit == "at most 0.005 lower beyond chance"
    mine = of_rungs("logistic regression", -0.02, -0.001)
    assert _auc_against_procedure(mine, None).figure == "no champion yet"
    same = _auc_against_procedure(of_rungs("LightGBM", 0.0, 0.0), champion)
    assert same.passed and same.figure == "the same: LightGBM"
    unknown = _auc_against_procedure(mine, manifest_of(MODEL, title="a rung of before"))
    assert unknown.passed and unknown.figure.startswith("not compared")
    other = manifest_of(MODEL, title="LightGBM", task=ChurnTask(replace(QUESTION, gap_days=1)))
    assert _auc_against_procedure(mine, other).passed


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
