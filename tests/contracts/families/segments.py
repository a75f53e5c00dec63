"""Who buys alike: three centres."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.contracts.families.family import ROWS, Answers, Family, behaviour
from tests.training.companies import DECLARATIONS, dataset, manifest_of
from tests.training.companies import NAMES as BEHAVIOUR
from training.families.segments.bundle import SEGMENT_KIND, SegmentBundle, SegmentTask
from training.families.segments.membership import differences, two_nearest
from training.families.segments.model import SEGMENTS, SegmentModel, Space
from training.learners.boosting import BoostedModel


def segments() -> SegmentBundle:
    """Three centres by past spend."""
    vectors = dataset(ROWS).vectors
    space = Space.learn(vectors, BEHAVIOUR)
    points, spend = space.points(vectors), vectors.column("spend_sum_lifetime")
    thirds = np.array_split(np.argsort(spend, kind="stable"), 3)
    centres = np.array([points[rows].mean(axis=0) for rows in thirds])
    model = SegmentModel(space, centres, (4, 2, 9), ("A", "B", "C"), 10)
    manifest = manifest_of(
        BoostedModel.fit(dataset(ROWS), rounds=1),
        name=SEGMENTS,
        learner="k-means",
        task=SegmentTask(60, 0, 365),
    )
    return SegmentBundle(manifest, model, DECLARATIONS, [{"segment_id": 4, "name": "A"}])


def segment_answers(bundle: SegmentBundle) -> Answers:
    return {
        "segments": bundle.model.assign(behaviour()),
        "distances": bundle.model.distances(behaviour()),
    }


def segments_explained(bundle: SegmentBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    """How much nearer the own centre is than the next, in squares."""
    model, vectors = bundle.model, behaviour()
    first, second = two_nearest(model, vectors)
    away = model.space.points(vectors)[:, None, :] - model.centres[None, :, :]
    squares, rows = (away**2).sum(axis=2), np.arange(vectors.rows)
    added, _ = differences(model, vectors, first, second)
    return added.sum(axis=1), squares[rows, second] - squares[rows, first]


FAMILY = Family(SEGMENT_KIND, segments, segment_answers, segments_explained)
