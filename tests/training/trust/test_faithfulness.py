"""Where reasons lie between groups drawn at random and the groups that matter most."""

from __future__ import annotations

import pytest

from training.trust.faithfulness import Faithfulness


@pytest.mark.parametrize(
    ("ours", "best", "for_all", "random", "score", "global_score"),
    [
        (0.75, 1.0, 0.25, 0.5, 0.5, -0.5),
        (3.0, 3.0, 2.0, 1.0, 1.0, 0.5),
        (-1.0, 1.0, 1.5, -1.0, 0.0, 1.25),
        # Where the best is not better than chance there is nothing to be missed.
        (0.2, 0.5, 0.1, 0.5, 1.0, 1.0),
        (0.2, 0.4, 0.1, 0.5, 1.0, 1.0),
    ],
)
def test_a_score_is_nothing_at_random_and_one_at_the_best(
    ours: float, best: float, for_all: float, random: float, score: float, global_score: float
) -> None:
    found = Faithfulness(2, ours, best, for_all, random)
    assert (found.score, found.global_score) == pytest.approx((score, global_score))
