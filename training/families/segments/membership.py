"""Why a customer is in their segment rather than in the next nearest: habit by habit, adding up exactly.

A customer belongs to the nearest centre ``c1``; the next nearest is ``c2``. How much nearer is the difference of
the squared distances, and that is a sum over habits: with ``C1`` and ``C2`` the centres told in habits,
habit ``j`` of a customer at ``x`` adds ``(x_j - C2_j)^2 - (x_j - C1_j)^2``. Positive habits speak for the
segment, negative ones for its neighbour. Summed by reason group and divided by all that speaks for the
segment, the shares of the groups add up to the customer's ``lead``: 1 where nothing speaks for
the neighbour, near 0 where they stand between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.segments.clusters import nearest
from training.families.segments.model import NO_SEGMENT, SegmentModel
from training.families.segments.traits import Trait, traits_of
from training.reasons.languages.catalogue import phrase

MOST_FOR, MOST_AGAINST = 3, 2
SLOTS = MOST_FOR + MOST_AGAINST
THRESHOLD = 0.05
"""A group is told when its share is so large or larger, for or against."""


@dataclass(frozen=True)
class Membership:
    """Why customers are in their segments; one entry a vector, and one column a reason in the last three.

    ``segment`` and ``other`` are ids, ``NO_SEGMENT`` for who has none; ``lead`` and ``shares`` are as this
    module says, those that speak for the segment first. ``habits`` is the position of the habit that leads
    the reason among the model's features, counted from 1, negative where the customer has little of it, and 0
    where there is no further reason; ``values`` is its raw value.
    """

    segment: NDArray[np.int32]
    other: NDArray[np.int32]
    lead: NDArray[np.float32]
    habits: NDArray[np.int16]
    shares: NDArray[np.float32]
    values: NDArray[np.float32]

    @classmethod
    def unassigned(cls, customers: int) -> Membership:
        """So many customers without a segment."""
        return cls(
            np.full(customers, NO_SEGMENT, np.int32),
            np.full(customers, NO_SEGMENT, np.int32),
            np.zeros(customers, np.float32),
            np.zeros((customers, SLOTS), np.int16),
            np.zeros((customers, SLOTS), np.float32),
            np.full((customers, SLOTS), np.nan, np.float32),
        )


def memberships(model: SegmentModel, vectors: Vectors, traits: Sequence[Trait]) -> Membership:
    """Why each of these customers is in their segment; ``traits`` are those of the model's features."""
    found = Membership.unassigned(vectors.rows)
    first, second = two_nearest(model, vectors)
    rows = np.flatnonzero(model.has_segment(vectors))
    ids = np.array(model.ids, np.int32)
    found.segment[rows] = ids[first[rows]]
    if len(ids) < 2 or not len(rows):
        return found
    found.other[rows] = ids[second[rows]]
    chosen = vectors.select(rows)
    added, away = differences(model, chosen, first[rows], second[rows])
    groups = sorted({one.group for one in traits})
    group_of = np.array([groups.index(one.group) for one in traits], np.intp)
    by_group = np.zeros((len(rows), len(groups)))
    for habit, group in enumerate(group_of):
        by_group[:, group] += added[:, habit]
    whole = np.maximum(by_group, 0.0).sum(axis=1, keepdims=True)
    shares = np.divide(by_group, whole, out=np.zeros_like(by_group), where=whole > 0)
    found.lead[rows] = shares.sum(axis=1)
    raw = chosen.values[:, model.space.columns.positions(vectors.feature_names)]
    for place, group, pushes in _slots(shares):
        share = np.take_along_axis(shares, group[:, None], axis=1)[:, 0]
        of_group = group_of[None, :] == group[:, None]
        lead = np.where(of_group, pushes * added, -np.inf).argmax(axis=1)[:, None]
        much = np.take_along_axis(away, lead, axis=1)[:, 0] > 0
        is_told = pushes * share >= THRESHOLD
        found.habits[rows, place] = np.where(is_told, np.where(much, 1, -1) * (lead[:, 0] + 1), 0)
        found.shares[rows, place] = np.where(is_told, share, 0.0)
        found.values[rows, place] = np.where(
            is_told, np.take_along_axis(raw, lead, axis=1)[:, 0], np.nan
        )
    return found


def traits_of_model(model: SegmentModel, features: Sequence[Feature]) -> tuple[Trait, ...]:
    """The habits of a model's features in its order; one this version has no words for is much or little."""
    by_name = {one.name: one for one in features}
    named = {one.feature: one for one in traits_of(features)}
    return tuple(
        named.get(
            name,
            Trait(name, by_name[name].group, phrase("much", "habit"), phrase("little", "habit")),
        )
        for name in model.space.columns.names
    )


def _slots(shares: Floats) -> list[tuple[int, NDArray[np.intp], float]]:
    """Where reasons stand, the group that stands there for each customer, and 1 for it or -1 against."""
    order = np.argsort(-shares, axis=1, kind="stable")
    ranked = ((order, 0, MOST_FOR, 1.0), (order[:, ::-1], MOST_FOR, MOST_AGAINST, -1.0))
    return [
        (first + rank, groups[:, rank], pushes)
        for groups, first, most, pushes in ranked
        for rank in range(min(most, shares.shape[1]))
    ]


def two_nearest(
    model: SegmentModel, vectors: Vectors
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The positions of the nearest centre and of the next; both the same where there is but one."""
    points = model.space.points(vectors)
    first, _ = nearest(points, model.centres)
    second = first.copy()
    for place in range(len(model.ids)):
        rows, others = first == place, np.delete(np.arange(len(model.ids)), place)
        if len(others):
            second[rows] = others[nearest(points[rows], model.centres[others])[0]]
    return first, second


def differences(
    model: SegmentModel,
    vectors: Vectors,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """What each habit adds to how much nearer the first centre is, and how far from the middle each stands.

    One row a vector, one column a feature of the model; a row of the former sums to the squared distance to
    the second centre less that to the first.
    """
    axes = model.space.axes
    standard = model.space.standard(vectors)
    # The axes are rounded, so that they are orthogonal but for the last digits; the middle is told exactly.
    back = axes @ np.linalg.inv(axes.T @ axes)
    centres = model.centres
    slopes = 2.0 * (centres[:, None, :] - centres[None, :, :]) @ axes.T
    middles = (centres[:, None, :] + centres[None, :, :]) / 2.0 @ back.T
    away = standard - middles[first, second]
    return away * slopes[first, second], away
