"""Where reasons lie between groups drawn at random and the groups that matter most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.columns import Columns
from training.safeguards.trust.faithfulness import Faithfulness, faithfulness
from training.safeguards.trust.subjects import Subjects


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


@dataclass(frozen=True)
class Sum:
    """A model whose answer is the sum of the features it reads, and that gives these reasons for it."""

    columns: Columns
    reasons: NDArray[np.float64]
    base_log_odds: float = 0.0

    def score(self, vectors: Vectors) -> Floats:
        return self.log_odds(vectors.values[:, : len(self.columns.names)])

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        return np.asarray(prepared.sum(axis=1), np.float64)

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        return self.reasons


def judged(
    people: list[list[float]], listed: list[int], reasons: list[list[float]]
) -> tuple[Faithfulness, ...]:
    """The faithfulness of reasons for some people, where each feature is a group of its own."""
    values = np.array(people, np.float32)
    rows, features = values.shape
    names = tuple(f"f{one}" for one in range(features))
    vectors = Vectors(
        "plan", names, np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64), values
    )
    far = np.full(features, 1e6, np.float32)
    model = Sum(Columns(names, -far, far), np.array(reasons))
    return faithfulness(model, Subjects(vectors, names, np.arange(features), np.array(listed)))


def test_the_fall_is_towards_customers_of_low_risk() -> None:
    """The two of low risk have 1, 0 and 0 on average: of the third 0, 3 and 0 fall, of the last 4, 2 and 9.

    Their reasons name the second feature first, and the first; for everybody that would be the first,
    then the second.
    """
    people = [[0.0, 0, 0], [2.0, 0, 0], [1.0, 3, 0], [5.0, 2, 9]]
    one, two = judged(people, [2, 3], [[1, 3, 0], [9, 2, 5]])
    assert (one.groups, two.groups) == (1, 2)
    assert (one.ours, two.ours) == pytest.approx(((3 + 4) / 2, (3 + 13) / 2))
    assert (one.occlusion, two.occlusion) == pytest.approx(((3 + 9) / 2, (3 + 13) / 2))
    assert (one.global_order, two.global_order) == pytest.approx(((0 + 4) / 2, (3 + 6) / 2))
    assert one.random <= one.occlusion and (0 + 6) / 2 <= two.random <= two.occlusion


@pytest.mark.parametrize(("features", "depths"), [(1, []), (2, [1]), (3, [1, 2]), (4, [1, 2, 3]), (5, [1, 2, 3])])  # fmt: skip
def test_so_many_groups_are_taken_away_that_one_is_left(features: int, depths: list[int]) -> None:
    people = np.arange(4 * features, dtype=float).reshape(4, features).tolist()
    found = judged(people, [3], [[1.0] * features])
    assert [one.groups for one in found] == depths
