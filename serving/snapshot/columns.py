"""The columns of a night's scores, each declared once: how it lies on disk, and what stands where nothing is known.

A column belongs to the part that fills it, which is a class here; ``Snapshot`` has the columns of all parts. A new
column is one line of a part, and the function that fills the part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.actions.actions import NOTHING
from training.families.segments.membership import Membership

SCHEMA_VERSION = 13
"""Rises with every change of a column or of what a reader must know beside them."""
UNKNOWN = -1
"""What stands where nothing can be said of a customer's value."""
DECLINED = -1
"""The stage and status of a customer who said no to being scored."""
NEVER = -1
"""What stands where no order was known before the cutoff."""
CUSTOMER_IDS = ("customer_ids.offsets", "customer_ids.content")
_SEGMENT = "segment_"
_DECLARED = "column"

Arrays = dict[str, NDArray[Any]]
Cents = NDArray[np.int64]


@dataclass(frozen=True)
class SnapshotColumn:
    """One column: its kind of number, what it has an entry for, and what stands where nobody has judged."""

    name: str
    kind: type[np.generic]
    axes: tuple[str, ...]
    unjudged: float


def column(kind: type[np.generic], *axes: str, unjudged: float = 0) -> Any:
    """Declare a column of a part; the first axis is ``customer``, ``vector`` or ``judged`` customer."""
    return field(metadata={_DECLARED: (kind, axes, unjudged)})


@dataclass(frozen=True)
class Ranking:
    """The judged customers, highest risk first: one entry a customer in every column.

    ``points`` holds percentage points and ``leading`` the position of the leading feature, both with
    one column a reason group; bit ``g`` of ``raising`` says that group ``g`` is shown as raising.
    ``value_tercile`` is 0, 1 or 2 for the lowest, middle or highest third by value if kept.
    ``risk_before`` is the probability on the earlier day, NaN where there was none.
    """

    customer_keys: NDArray[np.int32] = column(np.int32, "judged")
    probability: Floats = column(np.float64, "judged")
    percentile: Floats = column(np.float64, "judged")
    log_odds: Floats = column(np.float64, "judged")
    points: Floats = column(np.float64, "judged", "group")
    leading: NDArray[np.int16] = column(np.int16, "judged", "group")
    raising: NDArray[np.int64] = column(np.int64, "judged")
    value_tercile: NDArray[np.int8] = column(np.int8, "judged")
    risk_before: Floats = column(np.float64, "judged")


@dataclass(frozen=True)
class BestActions:
    """What to do for each judged customer, in the order of the ranking.

    ``best_action`` is a place among the actions the scores were made with, ``NOTHING`` where none of them gains, and
    ``net_gain_cents`` what it is expected to bring less its cost.
    """

    best_action: NDArray[np.int8] = column(np.int8, "judged", unjudged=NOTHING)
    net_gain_cents: Cents = column(np.int64, "judged")


@dataclass(frozen=True)
class BestOffers:
    """The offer that brings each judged customer more than any contact, in the order of the ranking.

    ``best_offer`` is a place among the offers published with the scores, ``NOTHING`` where a contact brings as much or offers are not
    held against contacts; ``offer_gain_cents`` is what it is expected to bring less its cost.
    """

    best_offer: NDArray[np.int32] = column(np.int32, "judged", unjudged=NOTHING)
    offer_gain_cents: Cents = column(np.int64, "judged")


@dataclass(frozen=True)
class CustomerStanding:
    """What became of each customer: status, stage and the row of their vector, -1 without one.

    ``has_refused_contact`` is 1 of those who said no to being contacted for marketing.
    """

    status: NDArray[np.int8] = column(np.int8, "customer")
    stage: NDArray[np.int8] = column(np.int8, "customer")
    lifecycle_status: NDArray[np.int8] = column(np.int8, "customer")
    vector_rows: NDArray[np.int32] = column(np.int32, "customer", unjudged=-1)
    has_refused_contact: NDArray[np.int8] = column(np.int8, "customer")


@dataclass(frozen=True)
class CustomerFacts:
    """What a page shows beside a score; ``NEVER`` where no order was known before the cutoff.

    ``spend_cents`` is net of returns over ``[cutoff - 365 days, cutoff)``; ``Snapshot.spend_of`` says where it is known. ``last_order_day`` counts
    days since 1970 in the time zone of the purchases.
    """

    spend_cents: Cents = column(np.int64, "customer")
    first_order_seconds: NDArray[np.int64] = column(np.int64, "customer", unjudged=NEVER)
    last_order_seconds: NDArray[np.int64] = column(np.int64, "customer", unjudged=NEVER)
    last_order_day: NDArray[np.int32] = column(np.int32, "customer", unjudged=NEVER)


@dataclass(frozen=True)
class CustomerAttributes:
    """What customers declared that lists may be narrowed by, a column an attribute of the manifest's ``attributes``.

    A code is a place among the attribute's texts, negative of whoever declared none or one that too few share.
    """

    attribute_codes: NDArray[np.int16] = column(np.int16, "customer", "attribute", unjudged=-1)


@dataclass(frozen=True)
class CustomerValues:
    """Expected value in cents; ``UNKNOWN`` of those of whom nothing is said.

    Four in five end between ``value_low_cents`` and ``value_high_cents``; ``value_if_kept_cents`` is what they
    bring given that they buy at all. ``cost_to_serve_cents`` is what they are expected to cost, ``UNKNOWN`` where
    nothing costs.
    """

    value_cents: Cents = column(np.int64, "customer", unjudged=UNKNOWN)
    value_low_cents: Cents = column(np.int64, "customer", unjudged=UNKNOWN)
    value_high_cents: Cents = column(np.int64, "customer", unjudged=UNKNOWN)
    value_if_kept_cents: Cents = column(np.int64, "customer", unjudged=UNKNOWN)
    cost_to_serve_cents: Cents = column(np.int64, "customer", unjudged=UNKNOWN)


@dataclass(frozen=True)
class ValueReasonColumns:
    """Why customers have their values, in cents, one row a behaviour vector; NaN where nothing is said.

    ``value_parts`` has the axes vector, part of the model, reason group; ``value_limit`` is what the limit of a
    customer's kind takes away; ``value_leading`` is the leading feature of each group. Groups and
    features are those of the model of risk. ``value_typical`` is what is typical of customers of whom about the base is
    expected, one entry a feature. Without a value model all four are empty.
    """

    value_parts: NDArray[np.float32] = column(
        np.float32, "vector", "part", "group", unjudged=np.nan
    )
    value_limit: NDArray[np.float32] = column(np.float32, "vector", unjudged=np.nan)
    value_leading: NDArray[np.int16] = column(np.int16, "vector", "group")
    value_typical: NDArray[np.float32] = column(np.float32, "feature", unjudged=np.nan)


@dataclass(frozen=True)
class Typical:
    """What is typical of others, as the model of risk brings it along."""

    typical: NDArray[np.float32] = column(np.float32, "peers", "feature")


PARTS = (
    Ranking,
    BestActions,
    BestOffers,
    CustomerStanding,
    CustomerFacts,
    CustomerAttributes,
    CustomerValues,
    ValueReasonColumns,
    Typical,
)
"""Every part that declares columns; those of segments follow from ``Membership``."""


def columns_of(part: type[Any]) -> tuple[SnapshotColumn, ...]:
    """The columns a part declares."""
    return tuple(
        SnapshotColumn(one.name, *one.metadata[_DECLARED])
        for one in fields(part)
        if _DECLARED in one.metadata
    )


def names_of(part: type[Any]) -> tuple[str, ...]:
    """What the columns of a part are called."""
    return tuple(one.name for one in columns_of(part))


def unjudged(part: type[Any], /, **sizes: int) -> Arrays:
    """The columns of a part where nobody has judged; ``sizes`` says how long each axis is."""
    return {
        one.name: np.full([sizes[axis] for axis in one.axes], one.unjudged, one.kind)
        for one in columns_of(part)
    }


def filled(*parts: Any) -> Arrays:
    """The columns of some parts as they are written; each must be of the kind it was declared as."""
    written: Arrays = {}
    for part in parts:
        for one in columns_of(type(part)):
            values = np.asarray(getattr(part, one.name))
            assert values.dtype == one.kind, f"{one.name} is not {one.kind.__name__}"
            written[one.name] = values
    return written


def write_columns(folder: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write columns, a file each."""
    for name, values in columns.items():
        np.save(folder / f"{name}.npy", values)


def segment_columns(membership: Membership) -> Arrays:
    """Everybody's segment and why, as columns."""
    return {f"{_SEGMENT}{one.name}": getattr(membership, one.name) for one in fields(membership)}


def opened_membership(folder: Path) -> Membership:
    """Everybody's segment and why, as they were written."""
    return Membership(
        **{one.name: opened_column(folder, f"{_SEGMENT}{one.name}") for one in fields(Membership)}
    )


def opened_columns(folder: Path, *parts: type[Any]) -> dict[str, Any]:
    """The columns of some parts by name, memory-mapped."""
    return {name: opened_column(folder, name) for part in parts for name in names_of(part)}


def opened_column(folder: Path, name: str, *, mapped_beyond: int = 1 << 16) -> NDArray[Any]:
    """One column as it was written."""
    path = folder / f"{name}.npy"
    opened: NDArray[Any] = np.load(path, allow_pickle=False)
    # An empty file cannot be mapped, and a small one is not worth it.
    if opened.nbytes > mapped_beyond:
        opened = np.load(path, allow_pickle=False, mmap_mode="r").view(np.ndarray)
    return opened
