"""Who said no to being scored, as the company's own table of customers tells it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.store.store import Store


def refused_profiling(store: Store, pack: Pack) -> NDArray[np.int64]:
    """The keys of customers who said no to being scored; nobody where the table does not say."""
    return _refused(store, pack, "profiling_consent")


def refused_marketing(store: Store, pack: Pack) -> NDArray[np.int64]:
    """The keys of customers who said no to being contacted for marketing."""
    return _refused(store, pack, "marketing_consent")


def _refused(store: Store, pack: Pack, column: str) -> NDArray[np.int64]:
    path = store.table("customers")
    if not path.exists():
        return np.empty(0, np.int64)
    # Loaded where it is needed alone: a service without such a table does without it.
    from pyarrow import parquet

    if column not in parquet.read_schema(path).names:
        return np.empty(0, np.int64)
    # Not read_table, which loads pandas where it finds it.
    table = parquet.ParquetFile(path).read(columns=["customer_id", column])
    answers = zip(table["customer_id"].to_pylist(), table[column].to_pylist(), strict=True)
    keys = [pack.customer_ids.find(customer) for customer, agreed in answers if agreed is False]
    return np.array([key for key in keys if key >= 0], np.int64)
