"""The rhythm of a company's customers: found again where it is known, and believed as far as gaps carry it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betaprime

from features.vocabulary.arrays import Floats
from training.questions.rhythm import Gaps, Rhythm

TRUE = Rhythm(regularity=3.0, shape=1.2, scale_days=60.0)


def drawn(seed: int, customers: int, rhythm: Rhythm = TRUE) -> tuple[Gaps, Floats]:
    """Customers of one to twelve gaps each as the model has it, and the gap to come of each."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, 13, customers)
    paces = random.gamma(rhythm.shape, 1 / rhythm.scale_days, customers)
    gaps = [
        random.gamma(rhythm.regularity, 1 / pace, count + 1)
        for pace, count in zip(paces, counts, strict=True)
    ]
    spread = [np.std(one[:-1], ddof=1) if len(one) > 2 else np.nan for one in gaps]
    mean = np.array([one[:-1].mean() for one in gaps])
    return Gaps(counts.astype(float), mean, np.array(spread)), np.array([one[-1] for one in gaps])


def test_the_rhythm_that_made_the_gaps_is_found_again() -> None:
    found = Rhythm.learn(drawn(1, 20_000)[0])
    assert found is not None
    assert found.regularity == pytest.approx(TRUE.regularity, rel=0.04)
    assert found.shape == pytest.approx(TRUE.shape, rel=0.04)
    assert found.scale_days == pytest.approx(TRUE.scale_days, rel=0.06)


@pytest.mark.parametrize("percent", [50, 90, 99])
def test_so_many_percent_of_the_gaps_to_come_end_within_the_allowance(percent: int) -> None:
    """Of those with few gaps as of those with many: 2,000 customers of each, four standard errors."""
    gaps, later = drawn(2, 24_000)
    rhythm = Rhythm.learn(gaps)
    assert rhythm is not None
    within = later <= rhythm.allowed_days(gaps, percent)
    chance = percent / 100
    for count in (1, 2, 12):
        seen = within[gaps.counts == count]
        error = np.sqrt(chance * (1 - chance) / len(seen))
        # Rounding up to a whole day lets a few more in.
        assert -4 * error < seen.mean() - chance < 4 * error + 0.02


def test_the_allowance_is_the_quantile_of_a_beta_prime_variable() -> None:
    gaps = Gaps(
        np.array([0.0, 1.0, 50.0]), np.array([np.nan, 365.0, 7.0]), np.array([np.nan, np.nan, 2.0])
    )
    expected = [
        betaprime.ppf(0.9, 3.0, 1.2 + 3.0 * count, scale=60.0 + total)
        for count, total in ((0, 0), (1, 365), (50, 350))
    ]
    assert TRUE.allowed_days(gaps, 90).tolist() == np.ceil(expected).tolist()


def test_regular_buyers_are_allowed_less_than_erratic_ones_of_the_same_pace() -> None:
    gaps = Gaps(np.array([10.0]), np.array([30.0]), np.array([1.0]))
    strict, patient = Rhythm(20.0, 1.0, 30.0), Rhythm(1.0, 1.0, 30.0)
    assert strict.allowed_days(gaps, 95)[0] < patient.allowed_days(gaps, 95)[0]


def test_the_order_of_customers_changes_no_digit() -> None:
    gaps, _ = drawn(3, 500)
    order = np.random.default_rng(4).permutation(500)
    mixed = Gaps(gaps.counts[order], gaps.mean_days[order], gaps.sd_days[order])
    assert Rhythm.learn(mixed) == Rhythm.learn(gaps)


def test_customers_all_alike_are_as_good_as_one_pace_and_clockwork_ends_at_its_bound() -> None:
    gaps = Gaps(np.full(50, 4.0), np.full(50, 7.0), np.zeros(50))
    found = Rhythm.learn(gaps)
    assert found is not None and found.regularity == found.shape == pytest.approx(200.0)
    assert found.allowed_days(gaps, 95)[0] <= 9


def test_nothing_is_learned_of_nobody_and_chance_is_assumed_of_single_gaps() -> None:
    empty = np.zeros(0)
    assert Rhythm.learn(Gaps(empty, empty, empty)) is None
    nothing = np.full(2, np.nan)
    assert Rhythm.learn(Gaps(np.zeros(2), nothing, nothing)) is None
    single = Rhythm.learn(Gaps(np.ones(2), np.array([10.0, 300.0]), nothing))
    assert single is not None and single.regularity == 1.0
