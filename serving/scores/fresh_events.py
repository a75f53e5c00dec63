"""Events as callers tell them → events as the kernel reads them, in the store's own columns and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from features.store.pack import Pack
from features.vectors.fresh import FreshEvents
from features.vocabulary.tables import (
    CONTACTS,
    KNOWN_AT,
    TABLES,
    Column,
    ColumnKind,
    RawTable,
    stored_name,
)
from features.vocabulary.words import OUTBOUND, direction_of

Value = str | int | None
_MILLI = 1_000


def api_name(column: Column) -> str:
    """What a column is called in the contract: money says its unit.

    >>> api_name(TABLES["purchases"].column("amount"))
    'amount_cents'
    """
    return f"{column.name}_cents" if column.kind is ColumnKind.MONEY else column.name


def fresh_events(
    events: Mapping[str, Iterable[object]], pack: Pack
) -> tuple[dict[str, FreshEvents], list[str]]:
    """Told events by table, and the tables that the store does not have, which no model reads.

    A row is an object with one attribute a column, by the names of ``api_name``.

    Columns the company has not mapped are left out: no feature is made of them. What the company did is left
    out as well, for it must move no score: it would even make the rest of the behaviour newer.
    """
    found, unread = dict[str, FreshEvents](), []
    for name, rows in events.items():
        stream = pack.streams.get(name)
        if stream is None:
            unread.append(name)
            continue
        theirs = [one for one in rows if not is_made_by_company(name, one)]
        if theirs:
            found[name] = FreshEvents.of(
                [_row(TABLES[name], one, stream.columns) for one in theirs]
            )
    return found, unread


def is_made_by_company(table: str, event: object) -> bool:
    """Whether a told event is a contact that the company made, by its direction or else by its kind."""
    if table != CONTACTS.name:
        return False
    said = getattr(event, "direction", None)
    return (said or direction_of(str(getattr(event, "kind", "")))) == OUTBOUND


def last_known(fresh: Mapping[str, FreshEvents]) -> int:
    """The latest second at which one of the events had happened and was known; 0 without any."""
    return max(
        (
            max(when, known)
            for one in fresh.values()
            for when, known in zip(one.seconds, one.known or one.seconds, strict=True)
        ),
        default=0,
    )


def _row(table: RawTable, event: object, stored: Collection[str]) -> dict[str, Value]:
    row: dict[str, Value] = {}
    for column in table.columns:
        name = api_name(column)
        value = getattr(event, name, None)
        if column.name == table.event_time:
            row["seconds"] = _seconds(value)
        elif column.name == KNOWN_AT:
            row["known"] = None if value is None else _seconds(value)
        elif (place := pack_name(column)) in stored:
            row[place] = _coded(column, value)
    return row


def pack_name(column: Column) -> str:
    """What a column is called in the pack.

    >>> pack_name(TABLES["purchases"].column("order_id"))
    'order'
    """
    name = stored_name(column)
    return name.removesuffix("_id") if column.kind is ColumnKind.TEXT else name


def _coded(column: Column, value: object) -> Value:
    if value is None:
        return None
    if column.kind is ColumnKind.INSTANT:
        return _seconds(value)
    if column.kind is ColumnKind.NUMBER:
        assert isinstance(value, int | float)
        return round(value * _MILLI)
    if column.kind is ColumnKind.TEXT:
        return str(value)
    assert isinstance(value, int)
    return int(value)


def _seconds(value: object) -> int:
    assert isinstance(value, datetime)
    # Rounded down as the store rounds, also before 1970.
    return int(value.timestamp() // 1)
