"""The reason that raises each of many values most, as a list tells it: one sentence and its money a customer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Rows
from training.families.value.reasons.explanation import LEAST_CENTS, LEAST_SHARE
from training.reasons.points import (
    MOST_LOWERING,
    MOST_RAISING,
    add_up_all,
    selected,
    together,
    weighty,
)
from training.reasons.said_together import tellable, worded
from training.reasons.wording import Wording


@dataclass(frozen=True)
class SharesOfMany:
    """The shares of some customers as they are stored, one row each; ``by_part`` has the axes customer, part, group."""

    expected_cents: NDArray[np.int64]
    base_cents: float
    by_part: Floats
    leading: NDArray[np.integer]
    limit_cents: Floats


def first_raising(
    shares: SharesOfMany, values: Rows, wording: Wording, unit_cents: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64]]:
    """The first reason of ``explain_value`` for each customer, where it raises the value, and its money as shown.

    Elsewhere the sentence is empty. ``unit_cents`` says of what each customer's shown money is a multiple.
    """
    by_group = shares.by_part.sum(axis=1)
    customers = np.arange(len(by_group))
    larger = np.maximum(shares.expected_cents, shares.base_cents)
    least = np.maximum(LEAST_CENTS, LEAST_SHARE * larger)[:, None]
    told, added = _tellable_groups(by_group, least, shares.leading, values, wording)
    row, group = np.nonzero(selected(added, least, told))
    cents, is_context = added[row, group], wording.is_context[shares.leading[row, group]]
    order = np.lexsort((-np.abs(cents), is_context, cents < 0, row))
    row, group, cents = row[order], group[order], cents[order]
    begins = np.searchsorted(row, np.arange(len(by_group) + 1))
    parts = np.full((len(by_group), MOST_RAISING + MOST_LOWERING), np.nan)
    parts[row, np.arange(len(row)) - begins[row]] = cents
    shown = _shown_first(shares, parts, unit_cents)
    first = np.minimum(begins[:-1], max(len(row) - 1, 0))
    is_raised = parts[:, 0] > 0
    said = np.full(len(by_group), "", object)
    some = customers[is_raised]
    lead = shares.leading[some, group[first[some]]].astype(np.intp)
    # A claim speaks for the risk of leaving; what raises a value keeps a customer.
    said[some] = worded(some, lead, np.ones(len(some), np.bool_), values, wording)
    return said.tolist(), np.where(is_raised, shown, 0)


def _tellable_groups(
    by_group: Floats, least: Floats, leading: NDArray[np.integer], values: Rows, wording: Wording
) -> tuple[NDArray[np.bool_], Floats]:
    """Of which groups something is said, and the money by group with those together that tell one silence."""
    row, group = np.nonzero(weighty(by_group, least))
    lead, raises = leading[row, group].astype(np.intp), by_group[row, group] > 0
    is_told, _ = tellable(row, lead, raises, values, wording)
    told, alike = np.zeros(by_group.shape, np.bool_), np.zeros(by_group.shape, np.bool_)
    told[row, group] = is_told
    alike[row, group] = is_told & ~raises & wording.silences(lead, values[row, lead])
    return told, -together(-by_group, alike)


def _shown_first(
    shares: SharesOfMany, parts: Floats, unit_cents: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The money of the first reason, so rounded that all shown of a value adds up."""
    base, limit = shares.base_cents, shares.limit_cents
    # What storing and rounding leave over belongs to everything else.
    other = shares.expected_cents - (base + limit + np.nansum(parts, axis=1))
    whole = (np.rint(one / unit_cents) for one in (shares.expected_cents, base, limit))
    expected, whole_base, whole_limit = whole
    steps = np.column_stack([parts, other]) / unit_cents[:, None]
    shown = add_up_all(expected - whole_base - whole_limit, steps)[:, 0]
    return np.nan_to_num(shown).astype(np.int64) * unit_cents
