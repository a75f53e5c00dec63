"""Everybody's reasons as one flat table: a line a customer, as CRMs and spreadsheets take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.reasons.explanation import Reasons
from training.reasons.points import MOST_LOWERING, MOST_RAISING, Points, add_up_all
from training.reasons.wording import Rows, Wording

if TYPE_CHECKING:
    import pyarrow as pa

PLACES = MOST_RAISING + MOST_LOWERING


@dataclass(frozen=True)
class ReasonsInPlaces:
    """The shown reasons of some customers: one row a customer, one column a place among their reasons.

    ``points`` are exact; ``shown_points`` have one decimal and add up with ``other_points``, ``base_percent`` and
    ``risk_percent`` as they stand. A place without a reason has NaN and no text.
    """

    points: Floats
    shown_points: Floats
    other_points: Floats
    base_percent: float
    risk_percent: Floats
    titles: NDArray[np.object_]
    texts: NDArray[np.object_]

    @classmethod
    def of(
        cls,
        points: Points,
        leading: NDArray[np.integer],
        values: Rows,
        wording: Wording,
        *,
        only_main: bool = False,
    ) -> ReasonsInPlaces:
        """Choose, order, word and round; with ``only_main`` only the main reasons that raise have texts."""
        found = Reasons.of(points.by_group, leading, values, wording, only_main=only_main)
        shape = (len(points.probability), PLACES)
        cells = found.row, np.arange(len(found.row)) - found.begins[found.row]
        parts = np.full(shape, np.nan)
        parts[cells] = found.points
        titles, texts = np.full(shape, None, object), np.full(shape, None, object)
        titles[cells] = np.array(wording.titles, object)[found.group]
        texts[cells] = np.array(found.texts, object)
        shown, base, risk = rounded_parts(points, parts)
        return cls(parts, shown[:, :PLACES], shown[:, PLACES], base, risk, titles, texts)


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
    found = ReasonsInPlaces.of(points, leading, values, wording)
    # A process that serves words reasons by the same means and has no use for Arrow.
    import pyarrow as pa

    columns: dict[str, pa.Array] = {
        "customer_id": pa.array(customer_ids, pa.string()),
        "risk_percent": pa.array(found.risk_percent),
        "base_percent": pa.array(np.full(len(found.risk_percent), found.base_percent)),
        "other_points": pa.array(found.other_points),
    }
    for one in range(PLACES):
        columns[f"reason_{one + 1}"] = pa.array(found.titles[:, one], pa.string())
        columns[f"points_{one + 1}"] = pa.array(found.shown_points[:, one], from_pandas=True)
        columns[f"text_{one + 1}"] = pa.array(found.texts[:, one], pa.string())
    return pa.table(columns)


def rounded_parts(points: Points, parts: Floats) -> tuple[Floats, float, Floats]:
    """What ``add_up`` does for one customer, for all at once: parts and rest, the base, and each risk.

    ``parts`` has NaN where there is none; the rest is the last column of what is given back.
    """
    base = round(100 * points.base, 1)
    # numpy would round the tenfold, which a hair's breadth from the middle is another tenth than a page shows.
    risk = np.array([round(one, 1) for one in (100 * points.probability).tolist()], np.float64)
    other = points.by_group.sum(axis=1) - np.nansum(parts, axis=1)
    tenths = 10 * np.column_stack([parts, other])
    return add_up_all(np.rint(10 * (risk - base)), tenths) / 10.0, base, risk
