"""Twenty planted leaks are found by name, and honest companies are left alone, strong columns among them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.safeguards.leaks.worlds import PLANTED, company, report_of

STRENGTHS = (0.0, 0.8, 1.5, 2.0, 2.5)
BASES = (-2.5, -1.0, 0.5)


def falsely_blocked(seeds: range) -> dict[int, dict[str, str]]:
    found = {}
    for seed in seeds:
        honest = company(seed, strong=STRENGTHS[seed % 5], base=BASES[seed % 3])
        blocking = report_of(honest.as_it_is(), honest.outcomes).blocking
        if blocking:
            found[seed] = blocking
    return found


def missed(seed: int, every: int = 1) -> list[str]:
    found = []
    for name, (column, plant) in list(PLANTED.items())[::every]:
        honest = company(seed)
        blocking = report_of(plant(honest), honest.outcomes).blocking
        if column not in blocking and column.split(".")[0] not in blocking:
            found.append(name)
    return found


def test_of_planted_leaks_every_fifth_is_found_by_name() -> None:
    assert missed(1, every=5) == []


def test_honest_companies_are_not_held_up() -> None:
    assert falsely_blocked(range(3)) == {}


@pytest.mark.slow
def test_of_forty_honest_companies_at_most_one_is_held_up() -> None:
    assert len(falsely_blocked(range(40))) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_of_twenty_planted_leaks_at_least_nineteen_are_found(seed: int) -> None:
    assert len(PLANTED) == 20 and len(missed(seed)) <= 1


def test_among_the_honest_columns_are_strong_ones() -> None:
    honest = company(4, strong=2.5)
    strongest = report_of(honest.as_it_is(), honest.outcomes).columns[0]
    assert strongest.column.name == "tariff" and strongest.alone > 0.8
    assert np.mean(honest.outcomes) > 0.1
