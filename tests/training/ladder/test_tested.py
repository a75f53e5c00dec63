"""What is answered in the folds of a round is one answer of everybody."""

from __future__ import annotations

from tests.training.answers import answered
from training.ladder.tested import whole_tests

LEFT, RIGHT = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [0.9, 0.8, 0.4, 0.3, 0.2, 0.1]


def test_the_folds_of_a_round_are_one_list_of_everybody() -> None:
    parts = [answered("model", LEFT, RIGHT, test=f"round 1, fold {one}") for one in (1, 2)]
    other = answered("model", LEFT, RIGHT, test="round 2, fold 1")
    assert [(one.name, len(one.outcomes)) for one in whole_tests([*parts, other])] == [
        ("round 1", 12),
        ("round 2", 6),
    ]
