"""Which column of which table each feature reads, and whether it says when it was known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from features.behaviour.attribute_groups import plain_name
from features.declarations.attributes import Declared
from features.declarations.events import MARKER, Condition, Events, Moment
from features.declarations.feature import Declaration
from features.declarations.values import Value
from features.store.pack import Pack
from features.vocabulary.tables import CUSTOMERS

_PLAIN_ENDINGS = ("_cents", "_milli", "_seconds")
_OF_THE_ROW = (MARKER, "order")
"""Columns that say no more than that there was a row: its day and the order it belongs to."""


class Known(StrEnum):
    """What a table says of when its rows became known."""

    STATED = "stated by known_at"
    DATED = "taken to be known when it happened"
    ALWAYS = "taken to be known at all times"


@dataclass(frozen=True)
class ReadColumn:
    """A column that features read: one of the table of customers, one of events, or such a table as a whole.

    ``name`` is ``contract`` for an attribute, ``contacts.topic`` for a column of events and ``contacts`` for
    all that is made of that table.
    """

    name: str
    table: str
    known: Known
    feature_names: tuple[str, ...]

    @property
    def is_whole_table(self) -> bool:
        """Whether it stands for all columns of a table of events."""
        return self.name == self.table


def read_columns(
    declarations: Sequence[Declaration], pack: Pack, feature_names: Sequence[str]
) -> tuple[ReadColumn, ...]:
    """The columns that these features read, each with its features; whole tables of events among them."""
    wanted = set(feature_names)
    found: dict[tuple[str, str], list[str]] = {}
    for one in declarations:
        if one.feature.name in wanted:
            for place in sorted(set(_read(one.value))):
                found.setdefault(place, []).append(one.feature.name)
    return tuple(
        ReadColumn(name, table, _known(table, pack), tuple(names))
        for (table, name), names in sorted(found.items())
    )


def _read(value: Value) -> Iterator[tuple[str, str]]:
    """The tables a value reads, and the columns of them, as table and name."""
    if isinstance(value, Declared):
        yield CUSTOMERS.name, plain_name(value.column)
        return
    held = {one.name: getattr(value, one.name) for one in fields(value)}
    for events in held.values():
        if isinstance(events, Events):
            yield events.stream, events.stream
            # That a quantity is above zero tells bought from returned, and says no more of the column.
            asked = [one.column for one in events.where if _is_of_content(one)]
            named = [held[key] for key in ("column", "key", "weight") if held.get(key)]
            for column in (*asked, *named):
                if column not in _OF_THE_ROW:
                    yield events.stream, f"{events.stream}.{_plain(column)}"
    for part in value.parts():
        yield from _read(part)


def _is_of_content(one: Condition | Moment) -> bool:
    return isinstance(one, Moment) or isinstance(one.value, str)


def _plain(column: str) -> str:
    for ending in _PLAIN_ENDINGS:
        column = column.removesuffix(ending)
    return column


def _known(table: str, pack: Pack) -> Known:
    if table == CUSTOMERS.name:
        return Known.ALWAYS if pack.attributes.known is None else Known.STATED
    stream = pack.streams.get(table)
    return Known.DATED if stream is None or stream.known is None else Known.STATED
