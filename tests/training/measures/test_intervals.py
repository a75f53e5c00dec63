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
