"""Cells of a table that a spreadsheet opens: none that it takes for a formula, whatever a company calls its own."""

from __future__ import annotations

from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """A cell no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("17841")
    ("'=1+1", '17841')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def harmless_table(table: Any) -> Any:
    """An Arrow table with every text harmless."""
    import pyarrow as arrow

    for place, field in enumerate(table.schema):
        if arrow.types.is_string(field.type):
            cells = [None if one is None else harmless(one) for one in table[place].to_pylist()]
            table = table.set_column(place, field, arrow.array(cells, arrow.string()))
    return table
