"""What is believed of groups: against sums over all that their factors may be, and true in worlds drawn by its own rules."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from training.measures.incremental.partial_pooling import APART, EXPECTATION_UNSURE, factors


def summed_up(found: list[float], errors: list[float]) -> tuple[Floats, Floats]:
    """Mean and spread of two groups' factors, by adding up the chances of everything they, their centre and their distance may be."""
    factor = np.linspace(-4.0, 6.0, 61)
    total, first, second = 0.0, np.zeros(2), np.zeros(2)
    pairs = np.array(list(itertools.product(factor, factor)))
    seen = -0.5 * sum(((pairs[:, one] - found[one]) / errors[one]) ** 2 for one in range(2))
    for apart in np.linspace(0.05, 4.0 * APART, 26):
        for common in np.linspace(-3.0, 5.0, 33):
            before = ((pairs - common) ** 2).sum(axis=1) / apart**2 + 4.0 * np.log(apart)
            prior = ((common - 1.0) / EXPECTATION_UNSURE) ** 2 + (apart / APART) ** 2
            chance = np.exp(seen - 0.5 * (before + prior))
            total += chance.sum()
            first += chance @ pairs
            second += chance @ pairs**2
    mean = first / total
    return mean, np.sqrt(second / total - mean**2)


@pytest.mark.parametrize(
    ("found", "errors"),
    [([2.0, 0.0], [0.5, 0.5]), ([3.0, 1.0], [1.0, 0.3]), ([-1.0, 1.5], [0.4, 2.0])],
)
def test_it_is_what_adding_up_all_possibilities_comes_to(
    found: list[float], errors: list[float]
) -> None:
    mean, spread = summed_up(found, errors)
    drawn = factors(np.array(found), np.array(errors), draws=40_000)
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.05)
    assert drawn.std(axis=0) == pytest.approx(spread, abs=0.05)


def test_a_sure_group_stands_for_itself_and_an_unsure_one_for_the_others() -> None:
    drawn = factors(np.array([2.0, 2.1, 1.9, 40.0]), np.array([0.01, 0.01, 0.01, 50.0]))
    assert drawn[:, :3].mean(axis=0) == pytest.approx([2.0, 2.1, 1.9], abs=0.01)
    assert drawn[:, 3].mean() == pytest.approx(2.0, abs=0.25)


def test_what_was_not_measured_is_what_was_expected_and_as_unsure() -> None:
    drawn = factors(np.array([np.nan]), np.array([np.nan]), draws=40_000)
    assert drawn.mean() == pytest.approx(1.0, abs=0.03)
    # The variance of half a normal distribution of scale 0.5 around 0 is 0.25.
    assert drawn.std() == pytest.approx(np.sqrt(EXPECTATION_UNSURE**2 + APART**2), abs=0.05)


def test_the_same_figures_are_always_believed_alike() -> None:
    found, errors = np.array([0.3, 1.2]), np.array([0.5, 0.4])
    assert (factors(found, errors) == factors(found, errors)).all()


def test_in_worlds_drawn_by_its_rules_intervals_hold_the_truth_in_95_of_100() -> None:
    random = np.random.default_rng(3)
    holds = []
    for _ in range(400):
        apart = APART * abs(random.standard_normal())
        truth = (
            1.0 + EXPECTATION_UNSURE * random.standard_normal() + apart * random.standard_normal(4)
        )
        errors = np.array([0.2, 0.5, 1.0, 3.0])
        drawn = factors(truth + errors * random.standard_normal(4), errors, draws=1_000)
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        holds.append((low <= truth) & (truth <= high))
    assert np.mean(holds) == pytest.approx(0.95, abs=0.02)
