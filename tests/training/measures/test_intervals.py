"""Intervals in closed form against resampled customers, and figures as they are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.learners.sorted_scores import SortedScores
from training.measures.intervals import (
    Resampled,
    Resamples,
    auc_interval,
    customer_draws,
    customer_resamples,
    finite,
    interval,
    mean_interval,
)
from training.measures.metrics import auc


def test_a_figure_without_an_answer_is_none_on_record() -> None:
    assert finite({"auc": math.nan, "ece": 0.1}) == {"auc": None, "ece": 0.1}


def test_every_resample_draws_as_many_customers_as_there_are() -> None:
    draws = customer_resamples(50, resamples=20)
    assert draws.sum(axis=1).tolist() == [50.0] * 20
    assert (customer_resamples(50, resamples=20) == draws).all()
    assert (np.array(list(customer_draws(50, resamples=20))) == draws).all()


def test_a_customer_counts_alike_in_all_their_rows_and_in_every_figure() -> None:
    keys = np.array([7, 3, 7, 9], np.int32)
    drawn = Resamples.of(keys, resamples=30)
    for weights, draw in zip(drawn.weights(keys), drawn.drawn, strict=True):
        assert weights.tolist() == [draw[1], draw[0], draw[1], draw[2]]
    some = np.array([9], np.int32)
    assert [one.tolist() for one in drawn.weights(some)] == drawn.drawn[:, 2:].tolist()


def test_a_difference_is_told_on_the_same_resamples() -> None:
    spread = np.linspace(-1.0, 1.0, 101)
    mine, other = Resampled(0.5, spread + 0.5), Resampled(0.25, spread + 0.25)
    assert mine.over(other) == (0.25, 0.25, 0.25)
    assert mine.ends == pytest.approx((-0.45, 1.45))


def test_the_closed_interval_of_the_auc_is_that_of_resampled_customers() -> None:
    generator = np.random.default_rng(8)
    keys = np.repeat(np.arange(400, dtype=np.int32), 2)
    risk = np.repeat(generator.normal(0, 1.5, 400), 2)
    outcomes = (generator.random(800) < 1 / (1 + np.exp(-risk))).astype(float)
    scores = np.round(risk + generator.normal(0, 1, 800), 1)
    low, high = auc_interval(outcomes, scores, keys)
    ranking = SortedScores.of(outcomes, scores)
    draws = customer_resamples(400, resamples=2_000)
    drawn = interval(np.array([ranking.auc(one[keys].astype(float)) for one in draws]))
    assert (low, high) == pytest.approx(drawn, abs=0.004)
    assert (low + high) / 2 == pytest.approx(auc(outcomes, scores))
    assert all(math.isnan(one) for one in auc_interval(np.ones(3), np.ones(3), keys[:3]))


def test_the_interval_of_a_mean_leaves_out_who_has_no_figure() -> None:
    low, high = mean_interval(np.array([0.0, 1.0, np.nan, 0.0, 1.0]))
    half = 1.96 * math.sqrt(1 / 3) / 2
    assert (low, high) == pytest.approx((0.5 - half, 0.5 + half))
    assert all(math.isnan(one) for one in mean_interval(np.array([1.0, np.nan])))


def interval_by_pairs(
    outcomes: list[int], scores: list[float], keys: list[int]
) -> tuple[float, float]:
    """DeLong's shares over all pairs of a leaver and a stayer, summed by customer as Obuchowski does."""
    rows = range(len(outcomes))
    leavers, stayers = (
        [one for one in rows if outcomes[one]],
        [one for one in rows if not outcomes[one]],
    )

    def wins(leaver: int, stayer: int) -> float:
        return 0.5 + 0.5 * ((scores[leaver] > scores[stayer]) - (scores[leaver] < scores[stayer]))

    held = sum(wins(a, b) for a in leavers for b in stayers) / len(leavers) / len(stayers)
    of_customer: dict[int, float] = {}
    for one in rows:
        others = stayers if outcomes[one] else leavers
        mine = sum(wins(one, two) if outcomes[one] else wins(two, one) for two in others)
        share = (mine / len(others) - held) / (len(leavers) if outcomes[one] else len(stayers))
        of_customer[keys[one]] = of_customer.get(keys[one], 0.0) + share
    spread = 1.96 * math.sqrt(sum(share**2 for share in of_customer.values()))
    return held - spread, held + spread


CLUSTERED = (
    [1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0],
    [0.9, 0.8, 0.9, 0.1, 0.2, 0.1, 0.5, 0.5, 0.6, 0.4, 0.3, 0.3],
    [7, 7, 7, 3, 3, 3, 5, 5, 5, 2, 2, 9],
)


def test_the_interval_of_the_auc_is_that_of_all_pairs_summed_by_customer() -> None:
    outcomes, scores, keys = CLUSTERED
    found = auc_interval(np.array(outcomes, float), np.array(scores), np.array(keys, np.int32))
    low, high = interval_by_pairs(outcomes, scores, keys)
    assert found == pytest.approx((max(low, 0.0), min(high, 1.0)), abs=1e-12)
    # As if every row were a customer of its own, it would be much too narrow.
    narrow = interval_by_pairs(outcomes, scores, list(range(12)))
    assert high - low > 1.3 * (narrow[1] - narrow[0])


def test_the_same_rows_of_a_customer_told_again_make_no_figure_surer() -> None:
    generator = np.random.default_rng(2)
    outcomes = (np.arange(60) % 3 == 0).astype(float)
    scores = np.round(outcomes + generator.normal(0, 1.5, 60), 1)
    keys = np.arange(60, dtype=np.int32)
    once = auc_interval(outcomes, scores, keys)
    again = [np.repeat(one, 16) for one in (outcomes, scores, keys)]
    assert auc_interval(again[0], again[1], again[2].astype(np.int32)) == pytest.approx(once)
    apart = auc_interval(again[0], again[1], np.arange(960, dtype=np.int32))
    # Sixteen customers in the place of one: a quarter of the width.
    assert apart[1] - apart[0] == pytest.approx((once[1] - once[0]) / 4)


def test_where_customers_cluster_the_interval_is_that_of_resampled_customers() -> None:
    generator = np.random.default_rng(8)
    size = generator.integers(1, 30, 80)
    keys = np.repeat(np.arange(80, dtype=np.int32), size)
    risk = np.repeat(generator.normal(0, 1.5, 80), size)
    outcomes = (np.repeat(generator.random(80), size) < 1 / (1 + np.exp(-risk))).astype(float)
    scores = risk + np.repeat(generator.normal(0, 1, 80), size)
    found = auc_interval(outcomes, scores, keys)
    ranking = SortedScores.of(outcomes, scores)
    draws = customer_resamples(80, resamples=1_000)
    drawn = interval(np.array([ranking.auc(one[keys].astype(float)) for one in draws]))
    assert found[1] - found[0] == pytest.approx(drawn[1] - drawn[0], rel=0.1)
    naive = auc_interval(outcomes, scores, np.arange(len(keys), dtype=np.int32))
    assert found[1] - found[0] > 3 * (naive[1] - naive[0])


def test_an_interval_ends_where_an_auc_can_be() -> None:
    outcomes, keys = np.array([0.0, 1.0, 0.0, 1.0]), np.arange(4, dtype=np.int32)
    low, high = auc_interval(outcomes, np.array([0.1, 0.4, 0.5, 0.9]), keys)
    assert 0.0 <= low < 0.75 and high == 1.0
    low, high = auc_interval(outcomes, np.array([0.9, 0.5, 0.4, 0.1]), keys)
    assert low == 0.0 and 0.25 < high <= 1.0


def test_the_middle_of_replicates_leaves_out_one_in_forty_at_each_end() -> None:
    assert interval(np.r_[np.arange(41.0), np.nan]) == pytest.approx((1.0, 39.0))
    assert all(math.isnan(one) for one in interval(np.array([np.nan])))
