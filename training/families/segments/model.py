"""Behaviour segments: who buys alike, told by frozen centres, so that a customer moves only by buying otherwise.

Habits are held to bounds that ten customers share, put on a logarithmic scale, standardised and turned to
their principal axes; a customer belongs to the nearest centre. The model is plain numbers and needs numpy
alone to assign; ``segment_choice`` finds the centres and ``segment_names`` their names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.segments.clusters import nearest, principal_axes
from training.learners.columns import Columns
from training.learners.logistic import signed_log

SEGMENTS = "segments"
SEGMENTS_FILE = "segments.json"
NO_SEGMENT = -1
ACTIVE_WITHIN_DAYS = 365
"""Only who ordered so recently has a segment; for all others the stage and status speak."""
_FARTHEST = 3.0
_SILENCE = "days_since_order"


@dataclass(frozen=True)
class Space:
    """Where customers are compared: standardised habits, and the axes that hold 90 % of their spread.

    Feature ``j`` stands at ``(t(x) - centre[j]) / scale[j]``, held to 3 standard deviations, where ``t``
    is the signed logarithm; a missing value stands at the mean of those present, which is 0.
    """

    columns: Columns
    centre: Floats
    scale: Floats
    axes: Floats

    @classmethod
    def learn(cls, vectors: Vectors, names: Sequence[str]) -> Self:
        """The space of some customers, from their named features."""
        columns = Columns.learn(vectors, names)
        logs = signed_log(columns.prepare(vectors.values, columns.positions(vectors.feature_names)))
        present = ~np.isnan(logs)
        counts = np.maximum(present.sum(axis=0), 1)
        centre = np.where(present, logs, 0.0).sum(axis=0) / counts
        spread = np.sqrt(np.where(present, (logs - centre) ** 2, 0.0).sum(axis=0) / counts)
        scale = np.where(spread > 1e-9, spread, np.inf)
        space = cls(columns, centre, scale, np.empty((len(names), 0)))
        return cls(columns, centre, scale, principal_axes(space.standard(vectors)))

    def standard(self, vectors: Vectors) -> Floats:
        """The standardised habits of each vector, one column a feature."""
        positions = self.columns.positions(vectors.feature_names)
        logs = signed_log(self.columns.prepare(vectors.values, positions))
        away = (np.where(np.isnan(logs), self.centre, logs) - self.centre) / self.scale
        held: Floats = np.clip(away, -_FARTHEST, _FARTHEST)
        return held

    def points(self, vectors: Vectors) -> Floats:
        """Each vector along the principal axes, added feature by feature so that one alone gets the same."""
        standard = self.standard(vectors)
        points = np.zeros((len(standard), self.axes.shape[1]))
        for position in range(standard.shape[1]):
            points += standard[:, [position]] * self.axes[position]
        return points

    def as_dict(self) -> dict[str, Any]:
        """The space as plain JSON; a feature that did not differ has no scale."""
        return {
            "columns": self.columns.as_dict(),
            "centre": self.centre.tolist(),
            "scale": [float(one) if np.isfinite(one) else None for one in self.scale],
            "axes": self.axes.tolist(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The space read back."""
        columns = Columns.from_dict(content["columns"])
        scale = [np.inf if one is None else one for one in content["scale"]]
        axes = np.array(content["axes"], np.float64).reshape(len(columns.names), -1)
        return cls(columns, np.array(content["centre"]), np.array(scale), axes)


@dataclass(frozen=True)
class SegmentModel:
    """Frozen centres with their ids and names, largest value first when they were made.

    An id stands for a kind of customer and outlives a refit; ``next_id`` is the first one never given.
    """

    space: Space
    centres: Floats
    ids: tuple[int, ...]
    names: tuple[str, ...]
    next_id: int
    active_within_days: int = ACTIVE_WITHIN_DAYS

    def has_segment(self, vectors: Vectors) -> NDArray[np.bool_]:
        """Whether each customer ordered recently enough to have a segment; exactly so long ago is."""
        found: NDArray[np.bool_] = vectors.column(_SILENCE) <= self.active_within_days
        return found

    def assign(self, vectors: Vectors) -> NDArray[np.int64]:
        """The segment id of each vector, ``NO_SEGMENT`` where the last order is too long ago, or none.

        Features are found by name. Raises ``ModelRefused`` when one is absent.
        """
        places = self.places(vectors)
        ids = np.array([*self.ids, NO_SEGMENT], np.int64)
        return ids[places]

    def places(self, vectors: Vectors) -> NDArray[np.int64]:
        """The same as positions among ``ids``, -1 for no segment."""
        closest, _ = nearest(self.space.points(vectors), self.centres)
        return np.where(self.has_segment(vectors), closest, -1)

    def distances(self, vectors: Vectors) -> Floats:
        """How far each vector is from its own centre, whatever its last order."""
        return nearest(self.space.points(vectors), self.centres)[1]

    def name_of(self, segment_id: int) -> str:
        """The name of a segment; of ``NO_SEGMENT`` that they have not ordered for so long."""
        if segment_id == NO_SEGMENT:
            return f"No order in {self.active_within_days} days"
        return self.names[self.ids.index(segment_id)]

    def to_files(self) -> dict[str, bytes]:
        """The model as one JSON file; Python writes every float so that it reads back the same."""
        content = {
            "space": self.space.as_dict(),
            "centres": self.centres.tolist(),
            "ids": list(self.ids),
            "names": list(self.names),
            "next_id": self.next_id,
            "active_within_days": self.active_within_days,
        }
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
        return {SEGMENTS_FILE: text.encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back."""
        content = json.loads(files[SEGMENTS_FILE])
        return cls(
            Space.from_dict(content["space"]),
            np.array(content["centres"], np.float64).reshape(len(content["ids"]), -1),
            tuple(content["ids"]),
            tuple(content["names"]),
            int(content["next_id"]),
            int(content["active_within_days"]),
        )
