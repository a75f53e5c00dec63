"""What sets each segment apart, in plain facts: its median against everybody's, its size and its money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.segments.model import SegmentModel

FACTS = 5
_DIGITS = 3


@dataclass(frozen=True)
class SegmentFact:
    """One habit of a segment: its median against everybody's, and by how many standard deviations it differs.

    Medians are rounded to three digits; None where most have no value.
    """

    feature: str
    meaning: str
    unit: str
    median: float | None
    everybody: float | None
    difference: float


@dataclass(frozen=True)
class SegmentProfile:
    """One segment: how many customers, their spend in the last 365 days, and what sets them apart.

    Spend and its share are None where no purchase says what was paid.
    """

    segment_id: int
    name: str
    customers: int
    share: float
    spend_cents: int | None
    spend_share: float | None
    facts: tuple[SegmentFact, ...]

    def as_dict(self) -> dict[str, Any]:
        """The profile as plain fields."""
        return asdict(self)


def profiles(
    model: SegmentModel,
    vectors: Vectors,
    features: Sequence[Feature],
    spend_cents: NDArray[np.int64] | None,
) -> tuple[SegmentProfile, ...]:
    """A profile of each segment, in the model's order; ``spend_cents`` has one entry a vector, None where nobody knows.

    Shares are of all customers with a segment.
    """
    places = model.places(vectors)
    active = places >= 0
    own, held = vectors.select(active), places[active]
    differences = mean_differences(model.space.standard(own), held, len(model.ids))
    money = _spent(held, None if spend_cents is None else spend_cents[active], len(model.ids))
    size = np.bincount(held, minlength=len(model.ids))
    by_name = {one.name: one for one in features}
    named = [by_name[name] for name in model.space.columns.names]
    return tuple(
        SegmentProfile(
            segment_id=model.ids[place],
            name=model.names[place],
            customers=int(size[place]),
            share=float(size[place] / max(len(held), 1)),
            spend_cents=money[place][0],
            spend_share=money[place][1],
            facts=_facts(own, held == place, differences[place], named),
        )
        for place in range(len(model.ids))
    )


def _spent(
    places: NDArray[np.int64], spend_cents: NDArray[np.int64] | None, segments: int
) -> list[tuple[int | None, float | None]]:
    """What the customers of each segment spent, and its share of what all did."""
    if spend_cents is None:
        return [(None, None)] * segments
    money = np.zeros(segments, np.int64)
    np.add.at(money, places, spend_cents)
    whole = int(money.sum())
    return [(one, one / whole if whole else 0.0) for one in money.tolist()]


def mean_differences(standard: Floats, places: NDArray[np.int64], segments: int) -> Floats:
    """How far each segment's mean lies from everybody's: a row a segment, a column a habit.

    In standard deviations; 0 for a segment without customers.
    """
    size = np.maximum(np.bincount(places, minlength=segments), 1)
    means = np.zeros((segments, standard.shape[1]))
    for column in range(standard.shape[1]):
        totals = np.bincount(places, weights=standard[:, column], minlength=segments)
        means[:, column] = totals / size
    everybody = standard.mean(axis=0) if len(standard) else np.zeros(standard.shape[1])
    filled = np.bincount(places, minlength=segments) > 0
    return np.where(filled[:, None], means - everybody, 0.0)


def said_value(value: float | None, unit: str) -> str:
    """A value as a person reads it.

    >>> said_value(0.25, "share"), said_value(1234.0, "cents"), said_value(31.26, "days")
    ('25 %', '12.34', '31.3 days')
    """
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "cents":
        return f"{value / 100:,.2f}"
    number = f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.1f}"
    if unit not in ("days", "orders", "lines", "pieces"):
        return number
    return f"{number} {unit[:-1] if number == '1' else unit}"


def _facts(
    vectors: Vectors, chosen: NDArray[np.bool_], differences: Floats, features: Sequence[Feature]
) -> tuple[SegmentFact, ...]:
    if not chosen.any():
        return ()
    most = np.argsort(-np.abs(differences), kind="stable")[:FACTS]
    return tuple(
        SegmentFact(
            feature=features[place].name,
            meaning=features[place].meaning,
            unit=features[place].unit,
            median=_median(vectors.column(features[place].name)[chosen]),
            everybody=_median(vectors.column(features[place].name)),
            difference=round(float(differences[place]), 2),
        )
        for place in most
    )


def _median(values: NDArray[np.float32]) -> float | None:
    present = values[~np.isnan(values)]
    if len(present) * 2 < len(values) or not len(present):
        return None
    # Rounded, for the middle one's value may be a single customer's.
    return float(f"{np.median(present):.{_DIGITS}g}")
