"""The rungs of the churn ladder: which there are for the features at hand, what each reads, and which are rules."""

from __future__ import annotations

import pytest

from training.families.churn.rungs import churn_rungs

MONEY = (
    "days_since_order",
    "orders_count_lifetime",
    "orders_count_365d",
    "spend_sum_365d",
)
BUYING = tuple(f"buying_no_purchase_{days}d" for days in (30, 90, 180, 365))
EVERYTHING = (*MONEY, *BUYING, "complaints_count_90d")


def test_the_simple_ways_come_first_and_are_rules_and_what_learns_is_none() -> None:
    rungs = churn_rungs(EVERYTHING, 90)
    assert [(rung.name, rung.is_rule) for rung in rungs] == [
        ("base rate", True),
        ("recency rule", True),
        ("frequency rule", True),
        ("BG/NBD", True),
        ("logistic regression", False),
        ("LightGBM on RFM", False),
        ("logistic on everything", False),
        ("LightGBM", False),
        ("logistic and LightGBM", False),
    ]
    read = {rung.name: rung.feature_names for rung in rungs}
    assert read["base rate"] == ()
    assert read["recency rule"] == ("days_since_order",)
    assert read["frequency rule"] == ("orders_count_lifetime",)
    assert read["logistic on everything"] == read["LightGBM"] == EVERYTHING
    assert set(read["LightGBM on RFM"]) == set(read["logistic regression"]) < set(EVERYTHING)
    assert [part.name for part in rungs[-1].parts] == ["logistic on everything", "LightGBM"]


@pytest.mark.parametrize(
    ("horizon_days", "nearest"),
    # By ratio: 51 days are 30 times 1.7 and 90 is 1.76 times 51; 52 are 1.733 and 1.731.
    [(1, 30), (51, 30), (52, 90), (127, 90), (128, 180), (256, 180), (257, 365), (3_650, 365)],
)
def test_the_model_of_buying_is_asked_for_the_nearest_number_of_days(
    horizon_days: int, nearest: int
) -> None:
    (buying,) = [rung for rung in churn_rungs(EVERYTHING, horizon_days) if rung.name == "BG/NBD"]
    assert buying.feature_names == (f"buying_no_purchase_{nearest}d",)


def test_what_is_certain_about_leaving_is_demanded_where_the_outcome_means_that() -> None:
    for means_leaving in (True, False):
        rungs = churn_rungs(EVERYTHING, 90, means_leaving=means_leaving)
        trees = {rung.name: rung.directions for rung in rungs if rung.name.startswith("LightGBM")}
        assert [bool(directions) for directions in trees.values()] == [means_leaving] * 2
        assert set(trees["LightGBM on RFM"]) <= set(MONEY)


def test_without_orders_the_feature_that_tells_most_is_the_rule_to_beat() -> None:
    names = ("contacts_count_90d", "complaints_count_90d")
    rungs = churn_rungs(names, 90, strongest="complaints_count_90d")
    assert [(rung.name, rung.is_rule) for rung in rungs[:3]] == [
        ("base rate", True),
        ("one feature", True),
        ("logistic on everything", False),
    ]
    assert rungs[1].feature_names == ("complaints_count_90d",)
