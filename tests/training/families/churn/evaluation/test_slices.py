"""Figures by kind of customer, and how a model ages."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.company.settings.questions import CampaignSettings
from features.store.pack import Attributes
from features.vectors.vectors import Vectors
from training.families.churn.evaluation.decay import decay
from training.families.churn.evaluation.evaluation import evaluate, spent_by_leavers
from training.families.churn.evaluation.slices import Slice, SliceAnswers, slices
from training.families.churn.learning import Learned
from training.ladder.tested import Tested as Answered


@pytest.fixture(scope="module")
def learned(learned_churn: Learned) -> Learned:
    return learned_churn


def sliced(learned: Learned, attributes: Attributes) -> tuple[Slice, ...]:
    answers = learned.ladder.of(learned.ladder.winner.name)
    vectors = [split.test_rows(learned.dataset).vectors for split in learned.splits.tests]
    return slices(answers, vectors, attributes, horizon_days=60)


def test_every_kind_of_slice_holds_every_tested_customer_once(learned: Learned) -> None:
    codes = np.arange(learned.pack.customers, dtype=np.int64) % 3 - 1
    attributes = Attributes({"segment": codes}, {"segment": ["bronze", "gold"]})
    found = sliced(learned, attributes)
    everybody = sum(len(one.outcomes) for one in learned.ladder.of(learned.ladder.winner.name))
    assert {one.kind for one in found} == {"everybody", "tested at", "segment", "stage", "status"}
    for kind in {one.kind for one in found}:
        assert sum(one.customers for one in found if one.kind == kind) == everybody
    names = [one.name for one in found if one.kind == "segment"]
    assert sorted(names) == ["bronze", "gold", "none or another"]


def test_a_slice_is_measured_on_its_own_customers(learned: Learned) -> None:
    codes = np.arange(learned.pack.customers, dtype=np.int64) % 2
    attributes = Attributes({"segment": codes}, {"segment": ["even", "odd"]})
    even = next(one for one in sliced(learned, attributes) if one.name == "even")
    answers = learned.ladder.of(learned.ladder.winner.name)
    outcomes = np.concatenate([one.outcomes[one.customer_keys % 2 == 0] for one in answers])
    probability = np.concatenate([one.probability[one.customer_keys % 2 == 0] for one in answers])
    assert even.auc == pytest.approx(roc_auc_score(outcomes, probability))
    assert even.auc_low < even.auc < even.auc_high
    assert even.observed_over_expected == pytest.approx(outcomes.sum() / probability.sum())


def test_a_segment_counts_from_when_it_was_known(learned: Learned) -> None:
    customers = learned.pack.customers
    late = Attributes(
        {"segment": np.zeros(customers, np.int64)},
        {"segment": ["gold"]},
        known=np.full(customers, 2**40, np.int64),
    )
    assert [one.name for one in sliced(learned, late) if one.kind == "segment"] == [
        "none or another"
    ]


def test_a_slice_of_few_customers_is_counted_and_not_judged(learned: Learned) -> None:
    codes = np.where(np.arange(learned.pack.customers) < 12, 0, -1).astype(np.int64)
    few = next(
        one
        for one in sliced(learned, Attributes({"segment": codes}, {"segment": ["few"]}))
        if one.name == "few"
    )
    assert np.isnan(few.auc) and 0 < few.customers < 50
    assert few.as_dict()["auc"] is None and few.as_dict()["base_rate"] is not None


def test_of_a_handful_of_customers_not_even_the_share_who_left_is_told() -> None:
    answers = SliceAnswers(np.arange(9, dtype=np.int32), np.ones(9), np.full(9, 0.5))
    handful = answers.slice("segment", "rare", np.ones(9, np.bool_)).as_dict()
    assert (handful["customers"], handful["base_rate"]) == (9, None)


def test_an_old_model_is_the_fresh_one_at_its_own_test_and_older_at_later_ones(
    learned: Learned,
) -> None:
    aged = decay(learned.ladder, learned.dataset, learned.splits)
    assert [one.age_days for one in aged] == [60 * one for one in range(len(aged))]
    assert len(aged) == len(learned.splits.tests) >= 2
    assert aged[0].auc == aged[0].auc_fresh


def test_one_test_cutoff_alone_shows_no_ageing(learned: Learned) -> None:
    one = replace(learned.splits, tests=learned.splits.tests[:1])
    assert list(decay(learned.ladder, learned.dataset, one)) == []


def test_an_evaluation_is_plain_and_the_same_each_time(learned: Learned) -> None:
    first = evaluate(learned, CampaignSettings()).as_dict()
    again = evaluate(learned, CampaignSettings()).as_dict()
    assert json.dumps(first, allow_nan=False) == json.dumps(again, allow_nan=False)
    assert first["grade"]["text"].startswith(first["grade"]["word"])
    assert first["campaign"]["kept_value_is_known"]


def left(
    outcomes: list[float], spent: list[float], name: str = "spend_sum_365d"
) -> tuple[Answered, Vectors]:
    """A test of some customers with what they had spent."""
    keys, rows = np.arange(len(outcomes), dtype=np.int32), len(outcomes)
    values = np.array(spent, np.float32)[:, None]
    vectors = Vectors("plan", (name,), keys, np.zeros(rows, np.int64), values)
    return Answered("a", "t", keys, np.array(outcomes), np.full(rows, 0.5), {}), vectors


@pytest.mark.parametrize(
    ("spent", "mean"),
    [
        ([100.0, 900.0, 300.0], 250.0),
        ([np.nan, 900.0, 300.0], 325.0),
        ([np.nan, 900.0, np.nan], 350.0),
    ],
)
def test_what_leavers_had_spent_is_the_mean_of_what_is_known(
    spent: list[float], mean: float
) -> None:
    """The second stayed; who left at another test counts as much."""
    tests = [left([1.0, 0.0, 1.0], spent), left([0.0, 1.0], [7.0, 350.0])]
    assert spent_by_leavers(*zip(*tests, strict=True)) == pytest.approx(mean)


def test_where_nothing_is_known_of_leavers_they_had_spent_nothing() -> None:
    for one in (
        left([1.0, 0.0], [np.nan, 9.0]),
        left([0.0, 0.0], [1.0, 9.0]),
        left([1.0, 1.0], [1.0, 9.0], "spend_sum_90d"),
    ):
        assert spent_by_leavers([one[0]], [one[1]]) == 0.0
