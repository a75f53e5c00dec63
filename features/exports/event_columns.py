"""How events travel to a worker: which column of which table stands in which place of the batch.

A cluster holds texts as texts. The plan is compiled once more against dictionaries that hold only the
texts its conditions name, so nothing of a store's codes, and no list of all items, has to travel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

import numpy as np

from features.declarations.attributes import DeclaredText
from features.declarations.events import Condition, Events
from features.declarations.values import Value
from features.plan.plan import Plan, plan_of
from features.store.pack import Attributes, EventStream, Pack, TextColumn
from features.vectors.fresh import ORDER, missing_number
from features.vocabulary.arrays import MISSING_CODE
from features.vocabulary.tables import CUSTOMERS, TABLES, ColumnKind

CUSTOMER_ID = "customer_id"
STREAM = "stream"
SECONDS = "seconds"
KNOWN = "known"
CUTOFF_SECONDS = "cutoff_seconds"
_GROUPS_OF_ITEMS = ("category", "brand", "department")


@dataclass(frozen=True)
class EventColumn:
    """One column on its way: its name in the pack and in the plain table, and its place in the batch.

    ``texts`` are those the plan names, in the order of their codes; None for a column of numbers.
    Of a text that is ``only_compared`` the code itself travels, because which of the other texts it is
    makes no difference.
    """

    name: str
    stored: str
    place: str
    missing: int
    texts: tuple[str, ...] | None = None
    only_compared: bool = False

    @property
    def travels_as_text(self) -> bool:
        """Whether the worker has to tell every text from every other."""
        return self.texts is not None and not self.only_compared


@dataclass(frozen=True)
class EventColumns:
    """The shape all tables share on their way to the workers, and the plan made for it.

    ``streams`` are the event tables by their number in the batch, those the plan reads first and in
    its order; what customers declared comes last, with ``attributes``.
    """

    plan: Plan
    streams: Mapping[str, tuple[EventColumn, ...]]
    attributes: tuple[EventColumn, ...]

    @property
    def places(self) -> list[str]:
        """The names of all places: numbers first, then texts."""
        columns = [one for part in (*self.streams.values(), self.attributes) for one in part]
        by_number = sorted(columns, key=lambda one: (one.travels_as_text, _number_of(one.place)))
        return list(dict.fromkeys(one.place for one in by_number))

    @property
    def text_places(self) -> list[str]:
        """The names of the places that hold texts."""
        return [place for place in self.places if place.startswith("text_")]


def event_columns_of(plan: Plan, tables: Sequence[str]) -> EventColumns:
    """The event columns of a plan over the tables that are there, which include those it reads."""
    named = _named_texts(plan)
    value_columns = _value_columns(plan)
    streams: dict[str, tuple[EventColumn, ...]] = {}
    for name, columns in plan.columns.items():
        # Orders first, so that the rows of one second lie together by order.
        first = sorted(columns, key=lambda column: column != ORDER)
        said = named.get(name, {})
        # A column that no condition asks for a text is read in some other way.
        whole = [one for one in first if (name, one) in value_columns or not said.get(one)]
        whole = [one for one in whole if _is_text(name, one)]
        streams[name] = _placed(name, columns, said, whole)
    streams |= {name: () for name in sorted(tables) if name not in streams}
    declared = {
        one.column: sorted(
            other.text
            for other in plan.declared
            if isinstance(other, DeclaredText) and other.column == one.column
        )
        for one in plan.declared
    }
    texts = {one.column for one in plan.declared if isinstance(one, DeclaredText)}
    missing = {one.column: one.missing for one in plan.declared}
    attributes = tuple(
        EventColumn(
            name=column,
            stored=column,
            place=f"number_{place}",
            missing=missing[column],
            texts=tuple(dict.fromkeys(said)) if column in texts else None,
            only_compared=True,
        )
        for place, (column, said) in enumerate(sorted(declared.items()))
    )
    made_anew = plan_of(plan.declarations, _empty_pack(streams, attributes), plan.buying)
    read = {name: _in_order(streams[name], names) for name, names in made_anew.columns.items()}
    others = {name: columns for name, columns in streams.items() if name not in read}
    return EventColumns(made_anew, {**read, **others}, attributes)


def _number_of(place: str) -> int:
    return int(place.rsplit("_", 1)[1])


def _in_order(columns: Sequence[EventColumn], names: Sequence[str]) -> tuple[EventColumn, ...]:
    by_name = {one.name: one for one in columns}
    return tuple(by_name[name] for name in names)


def _placed(
    table: str, columns: Sequence[str], named: Mapping[str, set[str]], whole: Sequence[str]
) -> tuple[EventColumn, ...]:
    """Give every column of a table its place: one of texts, or one of numbers."""
    placed, numbers = [], 0
    for name in columns:
        is_text = _is_text(table, name)
        if name in whole:
            place = f"text_{whole.index(name)}"
        else:
            place, numbers = f"number_{numbers}", numbers + 1
        placed.append(
            EventColumn(
                name=name,
                stored=_stored(table, name),
                place=place,
                missing=MISSING_CODE if is_text else missing_number(name),
                texts=tuple(sorted(named.get(name, ()))) if is_text else None,
                only_compared=is_text and name not in whole,
            )
        )
    return tuple(placed)


def _stored(table: str, column: str) -> str:
    """The plain table's name of a column of the pack, which leaves ``_id`` out."""
    return f"{column}_id" if f"{column}_id" in _texts_of(table) else column


def _is_text(table: str, column: str) -> bool:
    return _stored(table, column) in _texts_of(table)


def _texts_of(table: str) -> set[str]:
    declared = TABLES[table].columns if table in TABLES else ()
    groups = _GROUPS_OF_ITEMS if table == "purchases" else ()
    return {one.name for one in declared if one.kind is ColumnKind.TEXT}.union(groups)


def _empty_pack(
    streams: Mapping[str, Sequence[EventColumn]], attributes: Sequence[EventColumn]
) -> Pack:
    """A company without events, whose dictionaries hold the texts that conditions name."""
    nothing = np.empty(0, np.int64)
    made = {
        name: EventStream(
            offsets=np.zeros(1, np.int64),
            seconds=nothing,
            columns={one.name: nothing for one in columns},
            # Orders are numbers to the plan, and never compared with a text.
            dictionaries={
                one.name: one.texts
                for one in columns
                if one.texts is not None and one.name != ORDER
            },
        )
        for name, columns in streams.items()
    }
    declared = Attributes(
        {one.name: nothing for one in attributes},
        {one.name: one.texts for one in attributes if one.texts is not None},
    )
    return Pack(TextColumn.of([]), made, 0, CUSTOMERS.name, declared)


def _parts(part: object) -> Iterator[object]:
    """A value, its events and conditions, and every value inside it."""
    if isinstance(part, tuple):
        for one in part:
            yield from _parts(one)
    elif is_dataclass(part) and not isinstance(part, type):
        yield part
        for field in fields(part):
            yield from _parts(getattr(part, field.name))


def _named_texts(plan: Plan) -> dict[str, dict[str, set[str]]]:
    """The texts that conditions name, by table and column."""
    named: dict[str, dict[str, set[str]]] = {}
    for declaration in plan.declarations:
        for events in _parts(declaration.value):
            if not isinstance(events, Events):
                continue
            columns = named.setdefault(events.stream, {})
            for one in events.where:
                if isinstance(one, Condition) and isinstance(one.value, str):
                    columns.setdefault(one.column, set()).add(one.value)
    return named


def _value_columns(plan: Plan) -> set[tuple[str, str]]:
    """The columns that a value itself names, not a condition alone, such as the key of a count.

    A column too many only makes the batches larger, so whatever might be a name is taken for one.
    """
    found = set()
    for declaration in plan.declarations:
        parts = list(_parts(declaration.value))
        streams = {one.stream for one in parts if isinstance(one, Events)}
        names = {name for one in parts if isinstance(one, Value) for name in _texts_in(one)}
        found |= {(stream, name) for stream in streams for name in names}
    return found


def _texts_in(value: Value) -> Iterator[str]:
    for field in fields(value):
        found = getattr(value, field.name)
        if isinstance(found, str):
            yield found
        elif isinstance(found, tuple):
            yield from (one for one in found if isinstance(one, str))
