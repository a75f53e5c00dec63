"""The offers that can be made, as the company's table of offers lists them; published with the scores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as parquet

from features.store.store import Store
from features.vocabulary.tables import OFFERS, ColumnKind, stored_name
from serving.scores.fresh_events import api_name

_MILLI = 1_000
Offer = dict[str, Any]


def offers_of(store: Store) -> list[Offer]:
    """Every offer by its id, with the fields of the contract; none where the table is not mapped."""
    path = store.table(OFFERS.name)
    if not path.exists():
        return []
    present = set(parquet.read_schema(path).names)
    columns = [one for one in OFFERS.columns if stored_name(one) in present]
    rows = parquet.read_table(path, columns=[stored_name(one) for one in columns]).to_pylist()
    offers = [
        {api_name(one): _plain(one.kind, row[stored_name(one)]) for one in columns} for row in rows
    ]
    return sorted(offers, key=lambda one: str(one["offer_id"]))


def _plain(kind: ColumnKind, value: Any) -> str | int | float | None:
    if value is None:
        return None
    if kind is ColumnKind.INSTANT:
        return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind is ColumnKind.NUMBER:
        return int(value) / _MILLI
    return int(value) if kind is ColumnKind.MONEY else str(value)
