"""Who was treated in a stretch of days is known by the exposures, and who was held out was not."""

from __future__ import annotations

import numpy as np

from features.store.pack import EventStream
from serving.nightly.monitoring.judged_weeks import treated_between

EXPOSURES = EventStream(
    offsets=np.array([0, 2, 3, 3, 4]),
    seconds=np.array([10, 50, 20, 99]),
    columns={"arm": np.array([0, 1, 0, 1])},
    dictionaries={"arm": ("control", "treated")},
)


def test_who_was_shown_something_in_the_days_was_treated() -> None:
    assert treated_between(EXPOSURES, 0, 99, 4).tolist() == [True, False, False, False]
    assert treated_between(EXPOSURES, 50, 100, 4).tolist() == [True, False, False, True]


def test_the_first_second_counts_and_the_last_does_not() -> None:
    assert treated_between(EXPOSURES, 51, 99, 4).tolist() == [False] * 4
    assert treated_between(EXPOSURES, 99, 100, 4).tolist() == [False, False, False, True]


def test_without_exposures_nobody_is_known_to_be_treated() -> None:
    assert not treated_between(None, 0, 100, 4).any()
