"""A proposal for further tables, by the names and types of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.checks.stored_values import known_word_sql
from features.proposal.columns.contact_details import contact_details_in
from features.proposal.columns.looking import Look, look_at, opened_to_look
from features.proposal.columns.names import ROLES, likeness
from features.proposal.columns.people import people_in
from features.proposal.merchandise import with_merchandise
from features.proposal.surroundings import by_language
from features.proposal.wording.namesakes import with_ambiguous_columns_open
from features.proposal.wording.readings import readings_of
from features.proposal.wording.writing import ProposedColumn, ProposedTable
from features.sources.attachment import Source
from features.sources.connection import Connection
from features.vocabulary.tables import (
    CUSTOMER_ID,
    CUSTOMERS,
    ITEMS,
    TABLES,
    Column,
    ColumnKind,
    RawTable,
)
from features.vocabulary.words import DIRECTION

_ENOUGH = 0.5
_WELL_NAMED = 0.8
_CANDIDATES = 5


def propose_other(
    connection: Connection,
    name: str,
    path: Path,
    scratch: Path,
    timezone: str,
    services: Sequence[str] = (),
) -> ProposedTable:
    """Propose the mapping of a table such as items or contacts; a needed column nothing fits is left open.

    ``services`` are codes that the purchases call postage and the like, for a table of items.
    """
    source = opened_to_look(connection, name, path, scratch)
    looks = look_at(connection, source)
    table = table_of(connection, name, path, source, looks, timezone)
    if name != ITEMS.name:
        return table
    return with_merchandise(connection, source, looks, table, services)


def table_of(
    connection: Connection,
    name: str,
    path: Path,
    source: Source,
    looks: list[Look],
    timezone: str = "",
) -> ProposedTable:
    """The proposed mapping of a file that was looked at; without a time zone one is guessed by its language."""
    table = TABLES[name]
    taken: set[str] = set()
    columns = []
    for column in table.columns:
        free = [look for look in looks if look.name not in taken and look.filled]
        fitting = [one for one in free if not _is_more_of_another(one, column, table)]
        if column.name == "direction":
            named = [one for one in fitting if _likeness(one.name, column.name) >= _ENOUGH]
            fitting = [one for one in named if _says_direction(connection, source, one)]
        found = _best(column, fitting)
        if found is not None and not _is_better_by_mail(connection, source, column, found, free):
            taken.add(found.name)
            columns.append(_mapped(column, found))
        elif column.name == CUSTOMER_ID and (person := _person(connection, source, free)):
            columns.append(person)
        elif column.required:
            columns.append(_open(column, free))
    zone = timezone or by_language(looks).timezone
    reason = "As for the purchases." if timezone else by_language(looks).reason + "."
    proposed = ProposedTable(
        name=name,
        source=path,
        columns=tuple(columns),
        timezone=zone,
        timezone_reason=reason if table.event_time else "",
        readings=readings_of(source, [one.expression for one in columns]),
        contact_details=contact_details_in(looks) if name == CUSTOMERS.name else {},
    )
    return with_ambiguous_columns_open(source, proposed)


def _mapped(column: Column, look: Look) -> ProposedColumn:
    score = _likeness(look.name, column.name)
    sure = "the name says so" if score >= _WELL_NAMED else "a guess from a name that is close"
    gaps = f", missing on {look.missing:,}" if look.missing else ""
    reason = f"{sure}; {look.distinct:,} different values{gaps}"
    expression = _expression(look, column)
    if (
        column.kind is ColumnKind.MONEY
        and look.name.startswith("subscriptions.")
        and look.whole == 1.0
    ):
        # The export of one service for subscriptions, told by the names of its columns.
        return ProposedColumn(
            column.name, f"{expression} / 100", f"{reason}; Chargebee writes cents, 1900 for 19.00"
        )
    return ProposedColumn(column.name, expression, reason)


def _person(connection: Connection, source: Source, looks: list[Look]) -> ProposedColumn | None:
    for person in people_in(connection, source, looks):
        if person.is_sure:
            return ProposedColumn(CUSTOMER_ID, person.expression, person.reason)
    return None


def _is_better_by_mail(
    connection: Connection, source: Source, column: Column, found: Look, looks: list[Look]
) -> bool:
    """Whether a name that is only close must give way to an e-mail address."""
    if column.name != CUSTOMER_ID or _likeness(found.name, CUSTOMER_ID) >= _WELL_NAMED:
        return False
    return _person(connection, source, looks) is not None


def _says_direction(connection: Connection, source: Source, look: Look) -> bool:
    """Whether at least half of what a column says is understood as inbound or outbound: a name alone may mislead."""
    meant = known_word_sql(look.said_text, DIRECTION, look.name)
    rows = connection.execute(f"SELECT count({meant}) FROM {source.relation}").fetchall()
    return int(rows[0][0]) >= _ENOUGH * look.filled


def _open(column: Column, looks: list[Look]) -> ProposedColumn:
    fitting = [look for look in looks if _fits(look, column.kind)]
    fitting.sort(key=lambda look: -_likeness(look.name, column.name))
    return ProposedColumn(
        column.name,
        "",
        f"No column looks like it: {column.meaning}.",
        tuple(
            (_expression(look, column), f"{look.distinct:,} different values")
            for look in fitting[:_CANDIDATES]
        ),
    )


def _best(column: Column, looks: list[Look]) -> Look | None:
    scored = [
        (_likeness(look.name, column.name), look) for look in looks if _fits(look, column.kind)
    ]
    scored = [pair for pair in scored if pair[0] >= _ENOUGH]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _is_more_of_another(look: Look, column: Column, table: RawTable) -> bool:
    """Whether a column's name speaks more for another column of the table; of equals a text gives way."""
    own = _likeness(look.name, column.name)
    others = (one for one in table.columns if one is not column and _fits(look, one.kind))
    is_text = column.kind is ColumnKind.TEXT
    return any(
        score > own or (score == own > 0 and is_text and other.kind is not ColumnKind.TEXT)
        for other in others
        for score in [_likeness(look.name, other.name)]
    )


def _likeness(name: str, ours: str) -> float:
    if name.casefold() == ours:
        return 2.0
    return likeness(name, ours) if ours in ROLES else 0.0


def _fits(look: Look, kind: ColumnKind) -> bool:
    if kind is ColumnKind.INSTANT:
        return bool(look.as_instant)
    if kind in (ColumnKind.MONEY, ColumnKind.NUMBER):
        return bool(look.as_number)
    return True


def _expression(look: Look, column: Column) -> str:
    if column.kind is ColumnKind.INSTANT:
        return look.as_instant
    if column.kind in (ColumnKind.MONEY, ColumnKind.NUMBER):
        return look.as_number
    return look.sql
