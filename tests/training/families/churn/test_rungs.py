"""The rungs of the churn ladder: which there are for the features at hand, what each reads, and which are rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.declarations.buying import BuyingModel
from features.vectors.vectors import Vectors
from training.datasets.dataset import Dataset
from training.families.churn.rungs import churn_rungs
from training.families.churn.strongest_feature import StrongestFeature
from training.learners.repeat_buying import READ, RepeatBuying

MONEY = (
    "days_since_order",
    "orders_count_lifetime",
    "orders_count_365d",
    "spend_sum_365d",
)
BUYING = {seconds: BuyingModel(0.5, 30.0, 0.8, float(seconds)) for seconds in (1_000, 5_000, 9_000)}
EVERYTHING = (
    *MONEY,
    "complaints_count_90d",
    "active_days_count_lifetime",
    "days_since_first_order",
)


def test_the_simple_ways_come_first_and_are_rules_and_what_learns_is_none() -> None:
    rungs = churn_rungs(EVERYTHING, 90, buying=BUYING)
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
    assert read["BG/NBD"] == READ
    assert read["logistic on everything"] == read["LightGBM"] == EVERYTHING
    assert set(read["LightGBM on RFM"]) == set(read["logistic regression"]) < set(EVERYTHING)
    assert [part.name for part in rungs[-1].parts] == ["logistic on everything", "LightGBM"]


def test_the_model_of_buying_is_asked_for_the_horizon_by_what_was_known_at_the_latest_cutoff() -> (
    None
):
    (rung,) = [one for one in churn_rungs(EVERYTHING, 51, buying=BUYING) if one.name == "BG/NBD"]
    rows, cutoffs = np.arange(4, dtype=np.int32), np.array([1_000, 1_000, 5_000, 5_000])
    vectors = Vectors("plan", READ, rows, cutoffs, np.full((4, 3), 7.0, np.float32))
    every = Dataset(vectors, np.array([0.0, 1.0, 0.0, 1.0]))
    for dataset, known in ((every, 5_000), (every.at(1_000), 1_000)):
        model = rung.fit(dataset)
        assert isinstance(model, RepeatBuying)
        assert (model.horizon_days, model.buying) == (51, BUYING[known])


def test_without_a_model_of_buying_or_what_it_reads_there_is_no_rung_of_it() -> None:
    for names, buying in ((EVERYTHING, {}), (EVERYTHING[:-2], BUYING)):
        assert "BG/NBD" not in {rung.name for rung in churn_rungs(names, 90, buying=buying)}


def test_a_rule_is_held_to_what_nobody_doubts_and_to_no_bounds() -> None:
    misleading = Dataset(
        Vectors(
            "plan",
            ("days_since_order",),
            np.arange(40, dtype=np.int32),
            np.zeros(40, np.int64),
            np.arange(40, dtype=np.float32)[:, None],
        ),
        (np.arange(40) < 20).astype(float),
    )
    (rule,) = [one for one in churn_rungs(EVERYTHING, 90) if one.name == "recency rule"]
    model = rule.fit(misleading)
    silences = replace(misleading.vectors, values=misleading.vectors.values + np.float32(1e6))
    assert (np.diff(model.score(silences)) > 0).all()


def test_what_is_certain_about_leaving_is_demanded_where_the_outcome_means_that() -> None:
    for means_leaving in (True, False):
        rungs = churn_rungs(EVERYTHING, 90, means_leaving=means_leaving)
        trees = {rung.name: rung.directions for rung in rungs if rung.name.startswith("LightGBM")}
        rules = {rung.name: rung.directions for rung in rungs if rung.is_rule}
        assert bool(rules["recency rule"]) is means_leaving
        assert [bool(directions) for directions in trees.values()] == [means_leaving] * 2
        assert set(trees["LightGBM on RFM"]) <= set(MONEY)


def test_without_orders_the_feature_that_tells_most_is_the_rule_to_beat() -> None:
    names = ("contacts_count_90d", "complaints_count_90d")
    rungs = churn_rungs(names, 90, strongest=StrongestFeature("complaints_count_90d", -1))
    assert [(rung.name, rung.is_rule) for rung in rungs[:3]] == [
        ("base rate", True),
        ("one feature", True),
        ("logistic on everything", False),
    ]
    assert rungs[1].feature_names == ("complaints_count_90d",)
    assert rungs[1].directions == {"complaints_count_90d": -1}
