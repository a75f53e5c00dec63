"""Differences are those of the figures one by one, and their intervals those of customers drawn again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from experiments.comparisons.differences import (
    EVERYWHERE,
    FigureDifference,
    ListTerms,
    figure_differences,
)
from experiments.comparisons.paired import PairedAnswers
from training.measures.intervals import customer_draws
from training.measures.profit import Costs

COSTS = Costs(value=200.0, incentive=10.0, contact=1.0, success=0.3)


def answers(
    customers: int = 60, *, seed: int = 1, cutoffs: int = 2, digits: int = 2
) -> PairedAnswers:
    """Two sides, of which the second is noisier; probabilities of two digits, so that some tie, or of more."""
    generator = np.random.default_rng(seed)
    rows = customers * cutoffs
    chance = generator.random(rows).round(digits).clip(0.01, 0.99)
    noisy = (0.5 * chance + 0.5 * generator.random(rows)).clip(0.01, 0.99).round(digits)
    return PairedAnswers(
        ("first", "second"),
        np.tile(np.arange(customers), cutoffs),
        np.repeat(86_400 * np.arange(cutoffs), customers),
        (generator.random(rows) < chance).astype(np.float64),
        np.stack([chance, noisy]),
    )


def found_in(paired: PairedAnswers, *, size: int = 10) -> dict[tuple[str, str], FigureDifference]:
    rows = figure_differences(paired, ListTerms(size, COSTS), resamples=100)
    return {(one.figure, one.where): one for one in rows}


@given(st.integers(0, 50), st.sampled_from([2, 12]))
def test_the_figures_of_each_cutoff_are_those_of_scikit_learn(seed: int, digits: int) -> None:
    paired = answers(seed=seed, digits=digits)
    found = found_in(paired)
    oracles = {"auc": roc_auc_score, "log_loss": log_loss, "brier": brier_score_loss}
    for name, oracle in oracles.items():
        values = []
        for day in ("1970-01-01", "1970-01-02"):
            rows = paired.cutoff_seconds == (86_400 if day.endswith("02") else 0)
            values.append([oracle(paired.outcomes[rows], one[rows]) for one in paired.probability])
            one = found[name, day]
            assert [one.base_value, one.value] == pytest.approx(values[-1])
        whole = found[name, EVERYWHERE]
        assert [whole.base_value, whole.value] == pytest.approx(np.mean(values, axis=0))
        assert whole.difference == pytest.approx(whole.value - whole.base_value)


@pytest.mark.parametrize("digits", [2, 12])
def test_an_interval_is_that_of_the_same_customers_with_all_their_rows_for_both_sides(
    digits: int,
) -> None:
    paired = answers(40, digits=digits)
    differences = []
    for draw in customer_draws(40, resamples=100):
        by_cutoff = []
        for cutoff in (0, 86_400):
            rows = np.flatnonzero(paired.cutoff_seconds == cutoff)
            drawn = np.repeat(rows, draw[paired.customers[rows]].astype(int))
            first, second = (
                roc_auc_score(paired.outcomes[drawn], one[drawn]) for one in paired.probability
            )
            by_cutoff.append(second - first)
        differences.append(np.mean(by_cutoff))
    found = found_in(paired)["auc", EVERYWHERE]
    assert [found.low, found.high] == pytest.approx(np.quantile(differences, [0.025, 0.975]))


def test_a_list_finds_the_riskiest_and_brings_what_they_cost() -> None:
    outcomes = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
    probability = np.array([[0.9, 0.8, 0.7, 0.2, 0.1], [0.9, 0.2, 0.8, 0.1, 0.3]])
    paired = PairedAnswers(
        ("first", "second"), np.arange(5), np.zeros(5, np.int64), outcomes, probability
    )
    found = found_in(paired, size=2)
    assert {where for _, where in found} == {EVERYWHERE}
    listed, profit = found["list_found", EVERYWHERE], found["list_profit_cents", EVERYWHERE]
    assert (listed.base_value, listed.value, listed.difference) == (1.0, 2.0, 1.0)
    assert profit.base_value == COSTS.of_list(1, 2) and profit.value == COSTS.of_list(2, 2)


def test_where_nobody_knows_what_a_customer_brings_nothing_is_said_of_money() -> None:
    free = ListTerms(0, Costs(0.0, 0.0, 500.0, 0.0))
    found = figure_differences(answers(), free, resamples=100)
    assert {one.figure for one in found} == {"auc", "log_loss", "brier", "list_found"}


def test_the_same_answers_differ_in_nothing_and_far_worse_ones_beyond_chance() -> None:
    same = answers(300)
    twice = PairedAnswers(
        same.sides, same.customers, same.cutoff_seconds, same.outcomes, same.probability[[0, 0]]
    )
    for one in figure_differences(twice, ListTerms(0, COSTS), resamples=100):
        assert (one.difference, one.low, one.high, one.is_beyond_chance) == (0, 0, 0, False)
    worse = {name: one for (name, where), one in found_in(same).items() if where == EVERYWHERE}
    assert worse["auc"].is_beyond_chance and worse["auc"].high < 0 < worse["log_loss"].low
