"""Which number of segments is taken: just below, on and just above each limit."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.families.segments.choice import (
    Following,
    SegmentCandidate,
    _best,
    _notes,
    choose,
)

NO_CENTRES = np.zeros((0, 1))


def candidate(
    segments: int,
    stability: float = 0.9,
    smallest: float = 0.1,
    *,
    spend: float = 0.5,
    churn: float = 0.5,
    rfm_spend: float = 0.0,
    rfm_churn: float = 0.0,
) -> SegmentCandidate:
    return SegmentCandidate(segments, stability, smallest, spend, churn, rfm_spend, rfm_churn)


def taken(*found: SegmentCandidate) -> int:
    return _best([(one, NO_CENTRES) for one in found])[0].segments


def test_usefulness_is_the_mean_of_both_shares() -> None:
    assert candidate(5, spend=0.25, churn=0.75).usefulness == 0.5


@pytest.mark.parametrize(("stability", "count"), [(0.799, 5), (0.8, 6), (0.801, 6)])
def test_the_more_useful_number_is_taken_where_it_is_stable(stability: float, count: int) -> None:
    assert taken(candidate(5), candidate(6, stability, spend=0.7)) == count


@pytest.mark.parametrize(("smallest", "count"), [(0.0299, 5), (0.03, 6), (0.0301, 6)])
def test_the_more_useful_number_is_taken_where_its_smallest_is_large_enough(
    smallest: float, count: int
) -> None:
    assert taken(candidate(5), candidate(6, 0.9, smallest, spend=0.7)) == count


@pytest.mark.parametrize(("gain", "count"), [(0.0, 5), (0.009, 5), (0.011, 7)])
def test_of_those_about_as_useful_the_fewest_win(gain: float, count: int) -> None:
    more = candidate(7, spend=0.5 + gain, churn=0.5 + gain)
    assert taken(more, candidate(5)) == taken(candidate(5), more) == count


def test_where_none_is_stable_the_most_stable_even_one_is_taken_and_of_equals_the_fewest() -> None:
    unstable = [candidate(5, 0.4), candidate(6, 0.7), candidate(7, 0.7), candidate(8, 0.79, 0.01)]
    assert taken(*unstable) == taken(*unstable[::-1]) == 6


def test_where_none_is_even_the_stable_ones_are_chosen_from() -> None:
    assert taken(candidate(5, 0.7, 0.01, spend=0.9), candidate(6, 0.9, 0.01)) == 6


def test_what_must_be_said_is_said_below_each_limit_and_not_on_it() -> None:
    assert _notes(candidate(5, 0.8, 0.03, rfm_spend=0.5, rfm_churn=0.5)) == ()
    said = _notes(
        candidate(5, 0.79, 0.029, spend=0.25, churn=0.125, rfm_spend=0.5, rfm_churn=0.375)
    )
    starts = (
        "no number of segments is stable at 0.8: 5 come back best, at 0.79",
        "the smallest segment holds 2.9% of the customers",
        "of next-period spend they explain 25.0%, as many groups by RFM scores 50.0%",
        "of leaving they explain 12.5%, as many groups by RFM scores 37.5%",
    )
    assert len(said) == 4
    assert all(one.startswith(start) for one, start in zip(said, starts, strict=True))


def test_a_hundred_customers_are_enough_and_ten_of_them_in_each_segment() -> None:
    def chosen(each: int) -> int:
        points: Floats = np.repeat(
            [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], [each, 40, 60 - each], axis=0
        )
        points += np.random.default_rng(1).normal(0, 0.1, points.shape)
        rows = len(points)
        after = Following(np.arange(rows), np.resize([0.0, 1.0], rows), np.arange(rows) % 13 + 3)
        return choose(points, after, counts=(3,)).chosen.segments

    assert chosen(10) == 3
    with pytest.raises(ModelRefused, match="segments of at least 10 customers"):
        chosen(9)
    few = Following(np.zeros(99, np.int64), np.zeros(99), np.full(99, 9))
    with pytest.raises(ModelRefused, match="at least 100 customers"):
        choose(np.zeros((99, 2)), few, counts=(3,))
