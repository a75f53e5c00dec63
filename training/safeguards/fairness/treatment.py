"""Whether a list treats groups alike: who is put on it, whom it finds, and whether percentages hold for each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from training.measures.estimates import Estimate
from training.measures.intervals import Resamples
from training.safeguards.fairness.groups import DeclaredGroups

FEWEST_CUSTOMERS = 50
"""A group of fewer rows, or one beside which fewer stand, is counted but not judged."""
FEWEST_LEFT = 20
"""Whom a list finds is told where so many of the group, and of the others, left."""
_RESAMPLES = 300


@dataclass(frozen=True)
class AnsweredTest:
    """What was answered at one test of whom, and what came of it."""

    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats


@dataclass(frozen=True)
class GroupTreatment:
    """One group beside all others of whom the attribute is known; a customer tested at two days counts twice.

    ``selection`` is the share of the group on the list over that of the others: 1 is alike. ``found`` is the share of those who
    left that the list held, less that of the others (the gap of the true positive rate), and ``calibration`` what was
    expected less what came, less the same of the others: 0 is alike. None where the group is too small to say.
    """

    attribute: str
    group: str
    customers: int
    selection: Estimate | None
    found: Estimate | None
    calibration: Estimate | None

    def as_dict(self) -> dict[str, Any]:
        """The group as plain fields, None where there is no answer."""
        return asdict(self)


def treatments(
    tests: Sequence[AnsweredTest], groups: Sequence[DeclaredGroups], *, list_size: int = 0
) -> list[GroupTreatment]:
    """Each group of each attribute beside the others, over all tests, with 95 % intervals by resampling customers.

    The codes of ``groups`` are those of the rows of the tests, one test after the other. A ``list_size`` of 0 is the riskiest
    tenth of each test.
    """
    if not groups:
        return []
    keys = np.concatenate([one.customer_keys for one in tests])
    columns = np.stack(
        [
            np.concatenate([on_list(one.probability, list_size) for one in tests]),
            np.concatenate([one.outcomes for one in tests]),
            np.concatenate([one.probability for one in tests]),
        ]
    )
    weights = np.stack(list(Resamples.of(keys, resamples=_RESAMPLES).weights(keys)))
    return [found for one in groups for found in _of_attribute(one, columns, weights)]


def on_list(probability: Floats, list_size: int) -> Floats:
    """Whether each customer is on a list of the riskiest; who share the last places are on it in part.

    >>> on_list(np.array([0.9, 0.5, 0.5, 0.1]), 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    size = min(list_size or math.ceil(len(probability) / 10), len(probability))
    edge = np.sort(probability)[len(probability) - size]
    above, level = probability > edge, probability == edge
    return np.where(above, 1.0, np.where(level, (size - above.sum()) / level.sum(), 0.0))


def _of_attribute(
    groups: DeclaredGroups, columns: Floats, weights: Floats
) -> Iterator[GroupTreatment]:
    known = groups.codes >= 0
    for code, name in enumerate(groups.names):
        mine, others = groups.codes == code, known & (groups.codes != code)
        rows = int(mine.sum())
        if min(rows, int(others.sum())) < FEWEST_CUSTOMERS:
            yield GroupTreatment(groups.attribute, name, rows, None, None, None)
            continue
        left = columns[1]
        enough_left = min(left[mine].sum(), left[others].sum()) >= FEWEST_LEFT
        both = [_figures(columns, weights, side) for side in (mine, others)]
        (selected, recalled, off), (selected_else, recalled_else, off_else) = both
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = selected / selected_else
        yield GroupTreatment(
            groups.attribute,
            name,
            rows,
            _estimate(ratio),
            _estimate(recalled - recalled_else) if enough_left else None,
            _estimate(off - off_else),
        )


def _figures(columns: Floats, weights: Floats, rows: Truths) -> tuple[Floats, Floats, Floats]:
    """Share on the list, share of those who left on it, and expected less observed: as measured first, then resampled."""
    selected, left, expected = columns[:, rows]
    drawn = np.vstack([np.ones(int(rows.sum())), weights[:, rows]])
    people, leavers = drawn.sum(axis=1), drawn @ left
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            np.asarray(drawn @ selected / people),
            np.asarray(drawn @ (selected * left) / leavers),
            np.asarray(drawn @ (expected - left) / people),
        )


def _estimate(values: Floats) -> Estimate | None:
    """The first as measured, the others as its replicates; None where nothing can be said, as of a list that holds none of the others."""
    if not math.isfinite(values[0]):
        return None
    return Estimate.of(float(values[0]), values[1:][np.isfinite(values[1:])])
