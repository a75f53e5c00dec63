"""Chance that follows what is unknown loses less over rounds than the plain lot at the same share for it."""

from __future__ import annotations

import numpy as np

from experiments.bench.offers.rounds import regret


def test_over_rounds_less_is_lost_than_by_the_plain_lot_and_both_lose_less_than_no_chance() -> None:
    seeds = range(40)
    adaptive, plain, never = (
        np.array([regret(seed, *shares) for seed in seeds])
        for shares in ((0.02, 0.1), (0.02, 0.0), (0.0, 0.0))
    )
    assert adaptive.mean() < 0.9 * plain.mean()
    assert np.percentile(adaptive, 90) < np.percentile(plain, 90)
    assert plain.mean() < never.mean()


def test_the_same_seed_loses_the_same() -> None:
    assert regret(1, 0.02, 0.1) == regret(1, 0.02, 0.1)
