"""What went otherwise than the lot had it, row by row, and what the contact itself does."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.errors import DataRefused
from training.measures.incremental.contamination import Contamination, contact_effect, in_several
from training.measures.incremental.effect import campaign_effect

NONE = MISSING_NUMBER


def test_every_row_is_told_what_went_otherwise_with_it() -> None:
    found = Contamination.of(
        treated=np.array([True, True, False, False, True, False]),
        contacted_seconds=np.array([100, NONE, 150, 99, 99, NONE]),
        outcome_seconds=np.array([99, 100, NONE, 5, 101, 99]),
        began_seconds=np.array([100, 100, 100, 100, 100, 99]),
        in_another=np.array([False, False, True, False, False, False]),
    )
    assert found.contacted_anyway.tolist() == [False, False, True, False, False, False]
    assert found.not_contacted.tolist() == [False, True, False, False, True, False]
    assert found.outcome_too_early.tolist() == [True, False, False, True, False, False]
    assert found.counts == {
        "contacted_anyway": 1,
        "not_contacted": 2,
        "outcome_too_early": 2,
        "in_another": 1,
    }
    assert not found.is_clean


def test_where_all_went_as_the_lot_had_it_nothing_is_found() -> None:
    treated = np.array([True, False])
    found = Contamination.of(treated, np.array([100, NONE]), np.array([NONE, 100]), 100)
    assert found.is_clean


def test_a_column_that_is_too_short_is_refused() -> None:
    with pytest.raises(DataRefused, match="contacts with one entry for each of 2 rows"):
        Contamination.of(np.array([True, False]), np.array([1]), np.array([1, 1]), 0)


def test_who_is_in_one_campaign_twice_is_not_in_two() -> None:
    keys = np.array([4, 4, 5, 6, 6, 6])
    campaign = np.array(["may", "may", "may", "may", "june", "may"])
    assert in_several(keys, campaign).tolist() == [False, False, False, True, True, True]
    assert in_several(np.zeros(0, int), np.zeros(0, int)).tolist() == []


def test_the_effect_of_a_contact_is_that_of_the_lot_over_those_it_moved() -> None:
    # Of ten assigned eight were contacted, of ten held out one was: 0.7 more.
    treated = np.arange(200) % 2 == 0
    contacted = np.where(treated, np.arange(200) % 20 < 16, np.arange(200) % 20 == 1)
    outcomes = np.random.default_rng(0).normal(size=200) + 2.0 * contacted
    found = contact_effect(treated, contacted, outcomes)
    assigned = campaign_effect(treated, outcomes)
    assert found.mean == pytest.approx(assigned.difference / 0.7)
    assert found.low < 2.0 < found.high


def test_contaminated_at_three_in_a_hundred_it_holds_the_truth_in_95_of_100_campaigns() -> None:
    holds = []
    for seed in range(600):
        random = np.random.default_rng(seed)
        treated = random.random(300) < 0.7
        contacted = treated ^ (random.random(300) < 0.03)
        outcomes = random.normal(size=300) + 0.8 * contacted
        found = contact_effect(treated, contacted, outcomes)
        holds.append(found.low <= 0.8 <= found.high)
    assert 0.925 <= np.mean(holds) <= 0.975


def test_where_all_went_as_the_lot_had_it_both_effects_are_one() -> None:
    random = np.random.default_rng(1)
    treated = random.random(2_000) < 0.8
    outcomes = random.normal(size=2_000)
    found = contact_effect(treated, treated, outcomes)
    each = campaign_effect(treated, outcomes).per_treated
    assert (found.mean, found.low, found.high) == pytest.approx((each.mean, each.low, each.high))


def test_where_the_lot_moved_nobody_the_effect_of_a_contact_is_refused() -> None:
    random = np.random.default_rng(1)
    treated, contacted = random.random(200) < 0.5, random.random(200) < 0.5
    with pytest.raises(DataRefused, match="many more contacted of those assigned"):
        contact_effect(treated, contacted, random.normal(size=200))
