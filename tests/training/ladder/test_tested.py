"""What is answered in the folds of a round is one answer of everybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.vocabulary.time import DAY_SECONDS
from tests.training.answers import answered
from training.ladder.tested import whole_tests

FEBRUARY, MAY = 31 * DAY_SECONDS, 120 * DAY_SECONDS
LEFT, RIGHT = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [0.9, 0.8, 0.4, 0.3, 0.2, 0.1]


def test_the_folds_of_a_round_are_one_list_of_everybody() -> None:
    parts = [answered("model", LEFT, RIGHT, test=f"round 1, fold {one}") for one in (1, 2)]
    other = answered("model", LEFT, RIGHT, test="round 2, fold 1")
    assert [(one.name, len(one.outcomes)) for one in whole_tests([*parts, other])] == [
        ("round 1", 12),
        ("round 2", 6),
    ]


def test_folds_over_several_cutoffs_are_a_list_at_each_the_latest_first() -> None:
    """Customer 2 left only by May. A second round says .2 less of everybody, and their mean counts."""
    at = np.array([FEBRUARY, MAY, FEBRUARY, MAY])
    keys = np.array([1, 1, 2, 2], np.int32)

    def told(test: str, less: float) -> list[float]:
        return [0.9 - less, 0.8 - less, 0.3 - less, 0.6 - less]

    tests = [
        replace(
            answered("model", [1.0, 1.0, 0.0, 1.0], told(test, less), test=test),
            customer_keys=keys,
            cutoff_seconds=at,
        )
        for test, less in (("round 1, fold 1", 0.0), ("round 2, fold 1", 0.2))
    ]
    latest, first = whole_tests(tests)
    assert (latest.name, first.name) == ("1970-05-01", "1970-02-01")
    assert latest.customer_keys.tolist() == first.customer_keys.tolist() == [1, 2]
    assert latest.outcomes.tolist() == [1.0, 1.0] and first.outcomes.tolist() == [1.0, 0.0]
    assert np.allclose(latest.probability, [0.7, 0.5]) and np.allclose(
        first.probability, [0.8, 0.2]
    )


def test_cutoffs_that_follow_one_another_stay_tests_of_their_own() -> None:
    tests = [
        replace(answered("model", LEFT, RIGHT, test=name), cutoff_seconds=np.full(6, at))
        for name, at in (("1970-05-01", MAY), ("1970-02-01", FEBRUARY))
    ]
    assert [one.name for one in whole_tests(tests)] == ["1970-05-01", "1970-02-01"]
    # Folds of one cutoff have no time between them.
    folds = [replace(one, test="round 1, fold 1") for one in tests[:1]]
    assert [one.name for one in whole_tests(folds)] == ["round 1"]
