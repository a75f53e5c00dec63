"""Which tests of two models are compared, and how far apart they may lie."""

from __future__ import annotations

import pytest

from training.registry.comparison import Lead, Rivalry, lead_over, rivalry


def test_shared_tests_alone_are_compared_where_there_are_any() -> None:
    mine = {"2026-01-01": 0.8, "2026-04-01": 0.7, "2026-07-01": 0.9, "2026-10-01": 0.8}
    theirs = {"2026-01-01": 0.6, "2026-04-02": 0.1, "2026-10-01": 0.8}
    found = rivalry(mine, theirs, horizon_days=90)
    assert found is not None
    assert found.difference == pytest.approx(0.1) and found.days_apart == 0.0


def test_a_test_stands_against_the_nearest_of_the_other_model() -> None:
    mine = {"2026-01-02": 0.8, "2026-04-03": 0.75}
    theirs = {"2026-01-01": 0.7, "2026-04-01": 0.7, "2026-07-01": 0.1}
    found = rivalry(mine, theirs, horizon_days=90)
    assert found is not None
    assert found.difference == pytest.approx(0.075) and found.days_apart == 2.0


def test_tests_a_quarter_of_the_horizon_apart_are_not_compared() -> None:
    theirs = {"2026-01-01": 0.7}
    assert rivalry({"2026-01-11": 0.8}, theirs, horizon_days=40) is None
    assert rivalry({"2026-01-10": 0.8}, theirs, horizon_days=40) is not None


def test_folds_are_compared_with_the_same_folds_and_with_no_cutoff() -> None:
    folds: dict[str, float | None] = {"round 1, fold 1": 0.8, "round 1, fold 2": None}
    assert rivalry(folds, folds, horizon_days=30) == Rivalry(0.0, 0.0)
    assert rivalry(folds, {"2026-01-01": 0.8}, horizon_days=30) is None


def test_figures_without_an_answer_are_no_tests() -> None:
    assert rivalry({"2026-01-01": None}, {"2026-01-01": 0.7}, horizon_days=30) is None
    assert rivalry({}, {}, horizon_days=30) is None


def test_a_test_is_as_far_from_one_before_it_as_from_one_behind_it() -> None:
    for theirs in ("2025-12-20", "2026-01-13"):
        found = rivalry({"2026-01-01": 0.8}, {theirs: 0.7}, horizon_days=60)
        assert found is not None and found.days_apart == 12.0
    for theirs in ("2025-12-10", "2026-01-23"):
        assert rivalry({"2026-01-01": 0.8}, {theirs: 0.7}, horizon_days=60) is None


def test_tests_that_are_near_count_alike_and_those_that_are_far_do_not_count() -> None:
    mine = {"2026-01-01": 0.9, "2026-04-01": 0.7, "2026-07-01": 0.1}
    theirs = {"2026-01-02": 0.5, "2026-04-04": 0.7, "2026-09-01": 0.9}
    found = rivalry(mine, theirs, horizon_days=90)
    assert found is not None
    assert found.difference == pytest.approx(0.2) and found.days_apart == 3.0


LEADS: dict[str, dict[str, float | None]] = {
    "LightGBM": {"auc": -0.01, "auc_low": -0.02, "auc_high": -0.001},
    "recency rule": {"auc": 0.05, "auc_low": None, "auc_high": 0.06},
}


def test_a_lead_is_over_the_rung_that_the_champion_is() -> None:
    assert lead_over(LEADS, "LightGBM", "auc") == Lead(-0.01, -0.02, -0.001)
    assert lead_over(LEADS, "recency rule", "auc") is None
    assert lead_over(LEADS, "a rung of before", "auc") is None
    assert lead_over({}, "LightGBM", "auc") is None


@pytest.mark.parametrize(
    ("difference", "high", "holds"),
    [
        (-0.005, -0.001, True),
        (-0.0051, -0.0001, False),
        (-0.0051, 0.0, True),
        (-0.2, 0.01, True),
        (0.1, 0.2, True),
    ],
)
def test_a_challenger_may_be_lower_by_what_chance_explains(
    difference: float, high: float, holds: bool
) -> None:
    assert Lead(difference, difference - 0.1, high).holds(0.005) is holds
