"""The bars of reasons: just below, on and just above each."""

from __future__ import annotations

import pytest

from training.safeguards.trust.bars import contradicted_bar, faithful_bar, largest_share_bar
from training.safeguards.trust.faithfulness import Faithfulness


def taken(groups: int, ours: float, global_order: float = 0.5) -> Faithfulness:
    """Falls between those of random groups, 0, and of the best, 1."""
    return Faithfulness(groups, ours, 1.0, global_order, 0.0)


@pytest.mark.parametrize(
    ("ours", "global_order", "passed"),
    [
        *[(0.949, 0.5, False), (0.95, 0.5, True), (0.951, 0.95, True)],
        *[(0.959, 0.96, False), (0.96, 0.96, True), (0.97, 0.96, True)],
        # One order for all may be better than the best single groups; no more than these is asked for.
        *[(0.999, 1.2, False), (1.0, 1.2, True)],
    ],
)
def test_two_groups_must_matter_as_much_as_the_best_and_as_one_order_for_all(
    ours: float, global_order: float, passed: bool
) -> None:
    # One group and three say nothing here.
    tried = [taken(1, 0.0), taken(2, ours, global_order), taken(3, 1.0)]
    bar = faithful_bar(tried, unread="too few")
    assert bar.passed is passed
    assert bar.figure == f"{ours:.3f} of the best; one order for all {global_order:.3f}"


def test_where_two_groups_are_not_read_there_is_nothing_to_measure() -> None:
    for tried in ([], [taken(1, 1.0), taken(3, 1.0)]):
        bar = faithful_bar(tried, unread="too few")
        assert (bar.figure, bar.passed) == ("too few", None)


def test_a_single_contradicted_sentence_is_one_too_many() -> None:
    assert contradicted_bar(0, 1_234).passed is True
    bar = contradicted_bar(1, 1_234)
    assert (bar.figure, bar.passed) == ("1 of 1,234 sentences", False)


@pytest.mark.parametrize(
    ("shares", "figure", "passed"),
    [
        ({"spend": 0.59, "rhythm": 0.41}, "59% (spend)", True),
        ({"spend": 0.6, "rhythm": 0.4}, "60% (spend)", True),
        ({"spend": 0.61, "rhythm": 0.39}, "61% (spend)", False),
        ({"spend": 1.0}, "100% (spend)", None),
        ({"spend": 1.0, "rhythm": 0.0}, "100% (spend)", None),
        ({}, "nothing", None),
    ],
)
def test_no_group_of_several_explains_more_than_six_tenths(
    shares: dict[str, float], figure: str, passed: bool | None
) -> None:
    bar = largest_share_bar(shares)
    assert (bar.figure, bar.passed) == (figure, passed)
