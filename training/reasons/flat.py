"""Everybody's reasons as one flat table: a line a customer, as CRMs and spreadsheets take them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.reasons.explanation import Reasons
from training.reasons.points import MOST_LOWERING, MOST_RAISING, Points
from training.reasons.wording import Rows, Wording

PLACES = MOST_RAISING + MOST_LOWERING


def flat_reasons(
    points: Points,
    leading: NDArray[np.integer],
    values: Rows,
    wording: Wording,
    customer_ids: Sequence[str],
) -> pa.Table:
    """A line a customer: risk, base and rest in percent, and up to six reasons with points and sentence.

    All figures have one decimal and add up as they stand: ``base_percent`` + all ``points_N`` +
    ``other_points`` = ``risk_percent``. A place without a reason is null; a sentence that cannot be said
    truthfully is empty.
    """
    found = Reasons.of(points.by_group, leading, values, wording)
    customers = len(points.probability)
    place = np.arange(len(found.row)) - found.begins[found.row]
    parts = np.full((customers, PLACES), np.nan)
    parts[found.row, place] = found.points
    shown, base, risk = rounded_parts(points, parts)
    columns: dict[str, pa.Array] = {
        "customer_id": pa.array(customer_ids, pa.string()),
        "risk_percent": pa.array(risk),
        "base_percent": pa.array(np.full(customers, base)),
        "other_points": pa.array(shown[:, PLACES]),
    }
    titles, texts = np.array(wording.titles, object)[found.group], np.array(found.texts, object)
    for one in range(PLACES):
        chosen = np.flatnonzero(place == one)
        for name, content in (("reason", titles), ("text", texts)):
            column = np.full(customers, None, object)
            column[found.row[chosen]] = content[chosen]
            columns[f"{name}_{one + 1}"] = pa.array(column, pa.string())
        columns[f"points_{one + 1}"] = pa.array(shown[:, one], from_pandas=True)
    order = [f"{name}_{one + 1}" for one in range(PLACES) for name in ("reason", "points", "text")]
    return pa.table({name: columns[name] for name in (*list(columns)[:4], *order)})


def rounded_parts(points: Points, parts: Floats) -> tuple[Floats, float, Floats]:
    """What ``add_up`` does for one customer, for all at once: parts and rest, the base, and each risk.

    ``parts`` has NaN where there is none; the rest is the last column of what is given back.
    """
    base = round(100 * points.base, 1)
    risk = np.round(100 * points.probability, 1)
    other = points.by_group.sum(axis=1) - np.nansum(parts, axis=1)
    tenths = 10 * np.column_stack([parts, other])
    there = ~np.isnan(tenths)
    whole = np.floor(np.where(there, tenths, 0.0))
    missing = np.round(10 * np.round(risk - base, 12)) - whole.sum(axis=1)
    remainder = np.where(there, tenths - whole, -1.0)
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    count = there.sum(axis=1)
    # Who lost most by rounding down is given first, and taken from last.
    given = rank < missing[:, None]
    taken = rank >= (count + missing)[:, None]
    whole += np.where(there, given.astype(float) - (taken & (missing < 0)[:, None]), 0.0)
    return np.where(there, whole / 10.0, np.nan), base, risk
