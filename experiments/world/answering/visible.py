"""What of the company's tables is known at the start of a day: rows of before it, and nothing in them that came later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

HAPPENED_AT: Mapping[str, str] = {
    "purchases": "ordered_at",
    "customers": "registered_at",
    "contacts": "contacted_at",
    "exposures": "shown_at",
    "contracts": "starts_at",
}
"""The instant from which on a row of each table is there."""
CAME_LATER: Mapping[str, tuple[str, ...]] = {
    "contacts": ("resolved_at",),
    "exposures": ("accepted_at", "revenue"),
    "contracts": ("cancelled_at",),
}
"""Columns that are filled in later, the first of each table the instant at which that happens."""


def visible(name: str, table: Any, until_seconds: int) -> Any:
    """The rows of a table from before an instant, with only what had been filled in by then."""
    until = pa.scalar(until_seconds * 1_000, pa.int64()).cast(pa.timestamp("ms"))
    found = table.filter(pc.less(table[HAPPENED_AT[name]], until))
    later = CAME_LATER.get(name, ())
    if not later:
        return found
    is_known = pc.fill_null(pc.less(found[later[0]], until), fill_value=False)
    for column in later:
        held = pc.if_else(is_known, found[column], pa.scalar(None, found[column].type))
        found = found.set_column(found.schema.get_field_index(column), column, held)
    return found
