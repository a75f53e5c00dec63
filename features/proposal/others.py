"""A proposal for further tables, by the names and types of their columns."""

from __future__ import annotations

from pathlib import Path

from features.company.settings.reading import TableMapping
from features.proposal.looking import Look, look_at
from features.proposal.names import ROLES, likeness
from features.proposal.writing import ProposedColumn, ProposedTable
from features.sources.attachment import attach
from features.sources.connection import Connection
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import TABLES, Column, Kind

_ENOUGH = 0.5


def propose_other(
    connection: Connection, name: str, path: Path, scratch: Path, timezone: str
) -> ProposedTable:
    """Propose the mapping of a table such as items or contacts; ``DataRefused`` when a needed column lacks."""
    table = TABLES[name]
    source = attach(
        connection, name, TableMapping(source=str(path)), folder=Path(), scratch=scratch
    )
    looks = look_at(connection, source)
    taken: set[str] = set()
    columns = []
    for column in table.columns:
        found = _best(column, [look for look in looks if look.name not in taken])
        if found is not None:
            taken.add(found.name)
            columns.append(ProposedColumn(column.name, _expression(found, column), _reason(found)))
        elif column.required:
            names = ", ".join(look.name for look in looks)
            raise DataRefused(
                expected=f"a column for {column.name} ({column.meaning}) in {source.shown}",
                found=f"none that looks like it among {names}",
                remedy=f'Write [tables.{name}.columns] by hand, with {column.name} = "your_column".',
            )
    return ProposedTable(
        name=name,
        source=path,
        columns=tuple(columns),
        timezone=timezone,
        timezone_reason="As for the purchases." if table.event_time else "",
    )


def _best(column: Column, looks: list[Look]) -> Look | None:
    scored = [
        (_likeness(look.name, column.name), look) for look in looks if _fits(look, column.kind)
    ]
    scored = [pair for pair in scored if pair[0] >= _ENOUGH]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _likeness(name: str, ours: str) -> float:
    if name.casefold() == ours:
        return 2.0
    return likeness(name, ours) if ours in ROLES else 0.0


def _fits(look: Look, kind: Kind) -> bool:
    if kind is Kind.INSTANT:
        return bool(look.as_instant)
    if kind in (Kind.MONEY, Kind.NUMBER):
        return bool(look.as_number)
    return True


def _expression(look: Look, column: Column) -> str:
    if column.kind is Kind.INSTANT:
        return look.as_instant
    if column.kind in (Kind.MONEY, Kind.NUMBER):
        return look.as_number
    return look.sql


def _reason(look: Look) -> str:
    gaps = f", missing on {look.missing:,}" if look.missing else ""
    return f"the name says so; {look.distinct:,} different values{gaps}"
