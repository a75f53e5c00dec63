"""Rows with what came of them as a table, whatever was asked: features, outcome, and the part of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.exports.parquet import arrow_table
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from regulars.library.columns import AT_CUTOFF, CUSTOMER_AT_CUTOFF
from regulars.library.tables import DescribedTable, Entry, feature_entry
from training.datasets.dataset import Dataset

if TYPE_CHECKING:
    import pyarrow as pa

SPLIT, OUTCOME = "split", "outcome"
SPLIT_ENTRY: Entry = {
    "meaning": "what the row is for at the latest test: fit, calibration, test, or embargo where its outcome "
    "was not known by then; the fold it is tested in where customers are dealt into folds",
    "unit": "text",
}


@dataclass(frozen=True)
class LabelledTable:
    """A dataset as a table, the question in a sentence, and what is to be known about it."""

    described: DescribedTable
    said: str
    notes: tuple[str, ...]

    @property
    def table(self) -> pa.Table:
        """``customer_id``, ``cutoff``, ``split``, ``outcome``, and a column a feature."""
        return self.described.table


def of_the_named(dataset: Dataset, names: Sequence[str | None]) -> Dataset:
    """The rows of customers who have a name; whoever was erased has none."""
    is_there = np.array([one is not None for one in names])[dataset.vectors.customer_keys]
    return dataset if is_there.all() else dataset.select(is_there)


def labelled_rows(
    vectors: Vectors,
    pack: Pack,
    names: Sequence[str | None],
    features: Sequence[str],
    parts: NDArray[np.str_],
    outcomes: NDArray[Any],
) -> pa.Table:
    """The rows by the names customers are given: who and when, the part of each, what came of it, and the features."""
    rows = named_rows(vectors, pack, names)
    table = rows.select([*CUSTOMER_AT_CUTOFF, *features])
    for place, (name, values) in enumerate(
        ((SPLIT, parts), (OUTCOME, outcomes)), len(CUSTOMER_AT_CUTOFF)
    ):
        table = table.add_column(place, name, [values])
    return table


def named_rows(vectors: Vectors, pack: Pack, names: Sequence[str | None]) -> pa.Table:
    """Vectors as a table in the form every export has, by the names customers are given."""
    import pyarrow as pa

    column = pa.array(names, pa.string()).take(pa.array(vectors.customer_keys))
    return arrow_table(vectors, pack).set_column(0, "customer_id", column)


def plan_entries(plan: Plan) -> dict[str, Entry]:
    """The dictionary of vectors by a plan."""
    return AT_CUTOFF | {one.name: feature_entry(one) for one in plan.features}
