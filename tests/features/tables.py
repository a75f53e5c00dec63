"""Small tables for the tests of what comes in: written as files, mapped as a company would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet

from features.company.settings.reading import Settings, settings_from

NAMES = ("customer", "order", "day", "item", "quantity", "amount")
COLUMNS = {
    "customer_id": "customer",
    "order_id": "order",
    "ordered_at": "day",
    "item_id": "item",
    "quantity": "quantity",
    "amount": "amount",
}
Row = tuple[Any, ...]

SEVEN: tuple[Row, ...] = (
    # customer, order, day, item, quantity, amount
    ("anna", "o1", "2026-01-01 10:00", "tea", 1, 4.50),
    ("anna", "o1", "2026-01-01 10:00", "cup", 2, 9.00),
    ("anna", "o2", "2026-01-08 10:00", "tea", 1, 4.50),
    ("bert", "o3", "2026-01-02 09:00", "pot", 1, 20.00),
    ("bert", "o4", "2026-01-05 09:00", "pot", -1, -20.00),
    ("carl", "o5", "2026-01-03 12:00", "tea", 3, 13.50),
    ("carl", "o6", "2026-01-09 12:00", "cup", 0.5, 2.25),
)


def write_table(path: Path, rows: Sequence[Row], names: Sequence[str] = NAMES) -> None:
    """Write rows as Parquet; a column of several types is written as texts."""
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    arrow_columns = {}
    for name, values in columns.items():
        kinds = {type(value) for value in values if value is not None}
        mixed = len(kinds - {int, float}) + bool(kinds & {int, float}) > 1
        plain = [None if one is None else str(one) for one in values] if mixed else values
        if kinds == {int, float}:
            plain = [None if one is None else float(one) for one in values]
        arrow_columns[name] = arrow.array(plain)
    parquet.write_table(arrow.table(arrow_columns), path)


def settings_for(folder: Path, *, columns: Mapping[str, str] = COLUMNS, **mapping: Any) -> Settings:
    """Settings that map ``purchases.parquet`` in a folder."""
    return settings_from(
        {
            "company": {"currency": "EUR"},
            "tables": {
                "purchases": {"source": "purchases.parquet", "columns": dict(columns), **mapping}
            },
        },
        folder=folder,
    )


def purchases(folder: Path, rows: Sequence[Row] = SEVEN, **mapping: Any) -> Settings:
    """Write purchases into a folder and map them."""
    write_table(folder / "purchases.parquet", rows)
    return settings_for(folder, **mapping)
