"""What each purchase line left in the till: its margin where costs are known, else its amount."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.store.pack import EventStream
from features.store.store import Store
from features.vocabulary.arrays import Floats
from training.reasons.languages.catalogue import phrase

MARGIN, SPEND = phrase("margin", "money"), phrase("spend", "money")
FEWEST_KNOWN = 0.5
"""Costs of at least this share of the money must be known before anything is called a margin."""


@dataclass(frozen=True)
class Margins:
    """One amount in cents a purchase line; negative for a return. ``kind`` is margin or spend."""

    cents: Floats
    kind: str


def line_margins(store: Store, purchases: EventStream | None) -> Margins:
    """The margin of every line: its amount less what its pieces cost.

    Costs are those of the table of items, ``unit_cost``. Lines of items without a known cost are taken
    at the margin share of all other lines. Where costs of less than half of the money are known, the
    amounts themselves stand.
    """
    if purchases is None:
        return Margins(np.empty(0), SPEND)
    amounts = np.asarray(purchases.columns["amount_cents"]).astype(np.float64)
    costs = _unit_costs(store, purchases)
    if costs is None:
        return Margins(amounts, SPEND)
    pieces = np.asarray(purchases.columns["quantity_milli"]) / 1000.0
    return margins_of(amounts, pieces, costs[np.asarray(purchases.columns["item"])])


def margins_of(amounts: Floats, pieces: Floats, unit_costs: Floats) -> Margins:
    """The margin of lines of an amount in cents, a number of pieces and a cost a piece (NaN unknown).

    >>> margins_of(np.array([900.0, 500.0]), np.array([3.0, 1.0]), np.array([100.0, np.nan]))
    Margins(cents=array([600.        , 333.33333333]), kind='margin')
    """
    known = ~np.isnan(unit_costs)
    turnover = float(np.abs(amounts).sum())
    if turnover <= 0 or float(np.abs(amounts[known]).sum()) < FEWEST_KNOWN * turnover:
        return Margins(amounts, SPEND)
    left = amounts[known] - pieces[known] * unit_costs[known]
    share = float(left.sum() / amounts[known].sum()) if amounts[known].sum() else 1.0
    cents = amounts * share
    cents[known] = left
    return Margins(cents, MARGIN)


def _unit_costs(store: Store, purchases: EventStream) -> Floats | None:
    """The cost of a piece by item code, in cents; NaN where unknown, None where no table has costs."""
    from pyarrow import parquet

    path = store.table("items")
    if not path.exists():
        return None
    held = parquet.read_table(path)
    if "unit_cost_cents" not in held.column_names:
        return None
    by_item = dict(
        zip(held["item_id"].to_pylist(), held["unit_cost_cents"].to_pylist(), strict=True)
    )
    items = purchases.dictionaries["item"]
    found = [by_item.get(one) for one in items]
    # Codes below zero mean no item: they read the last entry, which is unknown.
    return np.array([np.nan if one is None else float(one) for one in (*found, None)])
