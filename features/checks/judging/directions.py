"""Who made a contact, where no column says it: the one place at which a stored contact gets its direction."""

from __future__ import annotations

from collections.abc import Sequence

from features.checks.judging.conversions import MappedColumn
from features.sources.connection import quoted
from features.vocabulary.tables import CONTACTS, RawTable
from features.vocabulary.words import DIRECTION, direction_sql

_SAYS_NOTHING = "CAST(NULL AS VARCHAR)"


def with_direction(table: RawTable, columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """The columns of a table; those of contacts with a direction, which says nothing where none is mapped."""
    names = [one.column.name for one in columns]
    if table is not CONTACTS or "direction" in names or "kind" not in names:
        return list(columns)
    unsaid = MappedColumn(CONTACTS.column("direction"), _SAYS_NOTHING, "VARCHAR", DIRECTION)
    place = names.index("kind") + 1
    return [*columns[:place], unsaid, *columns[place:]]


def directed(table: RawTable) -> list[str]:
    """What replaces a column of the converted rows: a contact without a direction has that of its kind."""
    if table is not CONTACTS:
        return []
    direction = quoted("direction")
    return [f"coalesce({direction}, {direction_sql(quoted('kind'))}) AS {direction}"]
