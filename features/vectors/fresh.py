"""Events that happened since the store was made, given with a call: read like the rows of the store.

A text becomes the store's own code, and a text the store has never seen a code of its own, so that it
still counts as one more. An event the store already holds is found again by its content and counts
once; so does an event that is given twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from features.declarations.events import MARKER
from features.store.pack import EventStream
from features.vocabulary.arrays import MISSING_CODE, Ints
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.tables import CONTACTS, TABLES, ColumnKind
from features.vocabulary.words import direction_of

ORDER = "order"
ITEM = "item"
DIRECTION = "direction"
_ITEM_GROUPS: Final = ("category", "brand", "department")
_NEEDED: Final = (ORDER, ITEM, "quantity_milli", "amount_cents", "kind")
_FLAGS: Final = frozenset(
    column.name
    for table in TABLES.values()
    for column in table.columns
    if column.kind is ColumnKind.FLAG
)
_NUMBER_MISSING: Final = int(np.iinfo(np.int64).min)
# Above every code of the pack, which are 32 bits wide.
_NEW_ORDERS: Final = 1 << 32
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()

Row = tuple[Any, ...]
"""An event on its way in: seconds, known and the given columns, texts where there is no code yet."""


@dataclass(frozen=True)
class FreshEvents:
    """Events of one customer in one table, column by column and in any order.

    ``seconds`` are UTC instants, rounded down; ``known`` is when the company learned of them and
    defaults to the same. ``columns`` are those of the pack: texts as they are (None when missing),
    numbers in the pack's units (``amount_cents``, ``quantity_milli``, ``resolved_seconds``). An order
    is given by its number, or by its whole-number code where the caller knows the store's. Left out,
    ``local_day`` follows from the time, the groups of an item are those of the store's lines, the
    direction of a contact is that of its kind, and any other column is missing. A text that no event of the store has ever had is a new one: features that
    ask for it by name do not see it until it has been ingested.

    >>> FreshEvents.of([{"seconds": 0, "kind": "visit"}, {"seconds": 9, "kind": "click"}]).columns
    {'kind': ('visit', 'click')}
    """

    seconds: Sequence[int]
    columns: Mapping[str, Sequence[str | int | None]] = field(default_factory=dict)
    known: Sequence[int] | None = None

    def __post_init__(self) -> None:
        parts = {**self.columns, **({} if self.known is None else {"known": self.known})}
        for name, values in parts.items():
            if len(values) != len(self.seconds):
                raise UsageRefused(
                    expected=f"{len(self.seconds)} entries in every column of the fresh events",
                    found=f"{len(values)} in {name}",
                    remedy="Give one entry an event, None where it is missing.",
                )

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, str | int | None]]) -> FreshEvents:
        """Events given row by row: ``seconds``, ``known`` where it differs, and the columns."""
        if any(not isinstance(row.get("seconds"), int) for row in rows):
            raise UsageRefused(
                expected="whole UTC seconds in every fresh event",
                found="an event without them",
                remedy="Give each event its time as `seconds`.",
            )
        seconds = tuple(int(row["seconds"]) for row in rows)  # type: ignore[arg-type]
        known = tuple(
            when if row.get("known") is None else int(row["known"])  # type: ignore[arg-type]
            for row, when in zip(rows, seconds, strict=True)
        )
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {
            name: tuple(row.get(name) for row in rows)
            for name in names
            if name not in ("seconds", "known")
        }
        return cls(seconds, columns, known)


@dataclass(frozen=True)
class CodedEvents:
    """Fresh events that the store does not hold, in the pack's own codes, oldest first.

    Plain lists: a handful of events is quicker without arrays.
    """

    seconds: Sequence[int]
    known: Sequence[int]
    columns: Mapping[str, Sequence[int]]


NO_EVENTS: Final = CodedEvents((), (), {})


class StreamReader:
    """Reads the fresh events of one stream of a pack; its look-ups are made once."""

    def __init__(self, name: str, stream: EventStream, zone: ZoneInfo) -> None:
        self.name = name
        self.stream = stream
        self.zone = zone
        self.needed = [column for column in _NEEDED if column in stream.columns]
        self.codes = {
            column: {text: code for code, text in enumerate(texts)}
            for column, texts in stream.dictionaries.items()
        }

    @cached_property
    def item_groups(self) -> Mapping[str, Ints]:
        """The group of each item, as the lines of the store tell it; the last is for new items."""
        columns = self.stream.columns
        groups = {}
        for name in _ITEM_GROUPS:
            if name in columns and ITEM in columns:
                groups[name] = np.full(len(self.codes[ITEM]) + 1, MISSING_CODE, np.int64)
                groups[name][columns[ITEM]] = columns[name]
                groups[name][-1] = MISSING_CODE
        return groups

    def read(self, fresh: FreshEvents, stored: slice) -> CodedEvents:
        """The events that are not among a customer's stored rows.

        Raises ``UsageRefused`` for a column that is unknown, lacks or holds the wrong kind of value.
        """
        self._check(fresh)
        fresh = self._directed(fresh)
        # Order numbers first: so are the store's lines of one second, so that equals meet their equals.
        given = sorted(fresh.columns, key=lambda name: (name != ORDER, name))
        rows = _each_once(sorted(self._rows(fresh, given), key=_in_order))
        orders, left = self._recognised(rows, given, stored)
        seconds, known, *values = map(list, zip(*left, strict=True)) if left else ([], [])
        columns: dict[str, Sequence[int]] = {
            name: self._numbered(column, name, orders)
            for name, column in zip(given, values, strict=bool(left))
        }
        for name in self.stream.columns:
            if name not in columns:
                columns[name] = self._absent(name, seconds, columns)
        return CodedEvents(seconds, known, columns)

    def _directed(self, fresh: FreshEvents) -> FreshEvents:
        """The events, each contact with the direction it has or that of its kind, as when a store is made."""
        if self.name != CONTACTS.name or DIRECTION not in self.stream.columns or not fresh.seconds:
            return fresh
        kinds = fresh.columns["kind"]
        said = fresh.columns.get(DIRECTION, (None,) * len(kinds))
        directions = [
            one if one is not None or kind is None else direction_of(str(kind))
            for one, kind in zip(said, kinds, strict=True)
        ]
        return replace(fresh, columns={**fresh.columns, DIRECTION: directions})

    def _check(self, fresh: FreshEvents) -> None:
        for name in fresh.columns:
            if name not in self.stream.columns:
                raise UsageRefused(
                    expected=f"columns the store has for {self.name}",
                    found=f'fresh events with "{name}"',
                    remedy=did_you_mean(name, sorted(self.stream.columns)),
                )
        for name in self.needed:
            if name not in fresh.columns and len(fresh.seconds):
                raise UsageRefused(
                    expected=f'a column "{name}" in fresh events of {self.name}',
                    found="none",
                    remedy="Give it with every event.",
                )

    def _rows(self, fresh: FreshEvents, given: Sequence[str]) -> Iterator[Row]:
        """Each event as seconds, known and the given columns, known texts replaced by codes."""
        known = fresh.seconds if fresh.known is None else fresh.known
        coded = [self._coded(name, fresh.columns[name]) for name in given]
        return zip(map(int, fresh.seconds), map(int, known), *coded, strict=True)

    def _coded(self, name: str, values: Sequence[str | int | None]) -> list[str | int]:
        """The codes of known texts, unknown ones as they are, and any number."""
        codes = self.codes.get(name)
        missing = missing_number(name) if codes is None else MISSING_CODE
        coded: list[str | int] = []
        for value in values:
            if value is None:
                coded.append(missing)
            elif isinstance(value, str) and (codes is not None or name == ORDER):
                coded.append(codes.get(value, value) if codes is not None else value)
            elif isinstance(value, int | np.integer) and codes is None:
                coded.append(int(value))
            else:
                raise UsageRefused(
                    expected=f"{'whole numbers' if codes is None else 'texts'} in {self.name}.{name}",
                    found=f"a {type(value).__name__}",
                    remedy="Give numbers in the store's units and texts as the company writes them.",
                )
        return coded

    def _recognised(
        self, rows: Sequence[Row], given: Sequence[str], stored: slice
    ) -> tuple[dict[str, int], list[Row]]:
        """The codes of order numbers found through events the store has, and the other events."""
        orders: dict[str, int] = {}
        seconds = self.stream.seconds[stored]
        times = [row[0] for row in rows]
        if not len(seconds) or not times or times[0] > seconds[-1]:
            return orders, list(rows)
        left = []
        begins = (np.searchsorted(seconds, times) + stored.start).tolist()
        ends = (np.searchsorted(seconds, times, side="right") + stored.start).tolist()
        for row, begin, end in zip(rows, begins, ends, strict=True):
            if not any(self._same(row, given, at, orders) for at in range(begin, end)):
                left.append(row)
        return orders, left

    def _same(self, row: Row, given: Sequence[str], at: int, orders: dict[str, int]) -> bool:
        """Whether a stored row of the same second says the same; learns the order's code from it."""
        number = None
        for name, value in zip(given, row[2:], strict=True):
            if name == ORDER and isinstance(value, str):
                number = value
            elif isinstance(value, str) or self.stream.columns[name][at] != value:
                return False
        if number is None:
            return True
        code = int(self.stream.columns[ORDER][at])
        # Two orders may hold the same line: each number stands for one code and each code for one.
        if number in orders or code in orders.values():
            return orders.get(number) == code
        orders[number] = code
        return True

    def _numbered(
        self, values: Sequence[str | int], name: str, orders: Mapping[str, int]
    ) -> list[int]:
        """Codes for the texts the store has never seen: behind all of its own."""
        texts = {one for one in values if isinstance(one, str)}
        codes = dict(orders) if name == ORDER else {}
        free = _NEW_ORDERS if name == ORDER else len(self.codes.get(name, ()))
        new = sorted(texts - codes.keys())
        codes |= {text: free + place for place, text in enumerate(new)}
        return [codes[one] if isinstance(one, str) else one for one in values]

    def _absent(
        self, name: str, seconds: Sequence[int], columns: Mapping[str, Sequence[int]]
    ) -> Sequence[int]:
        """A column that was not given: what follows from the others, or what is missing."""
        if name == MARKER:
            return [_local_day(one, self.zone) for one in seconds]
        if name in _ITEM_GROUPS and ITEM in columns and name in self.item_groups:
            groups = self.item_groups[name]
            return [int(groups[min(item, len(groups) - 1)]) for item in columns[ITEM]]
        missing = MISSING_CODE if name in self.codes else missing_number(name)
        return [missing] * len(seconds)


def _in_order(row: Row) -> tuple[Any, ...]:
    """By time, content and known time, numbers before texts: the order given does not matter."""
    return row[0], *((isinstance(one, str), one) for one in row[2:]), row[1]


def _each_once(rows: Sequence[Row]) -> list[Row]:
    """Rows that say the same once, as soon as it was known."""
    says = [(row[0], row[2:]) for row in rows]
    return [row for at, row in enumerate(rows) if at == 0 or says[at] != says[at - 1]]


def missing_number(name: str) -> int:
    """What stands in the pack for a number that is not there: as when a store is packed."""
    if name.endswith("_seconds") or name in _FLAGS:
        return -1
    return 0 if name == "discount_cents" else _NUMBER_MISSING


def _local_day(seconds: int, zone: ZoneInfo) -> int:
    """The day number since 1970 that a calendar on the wall would show."""
    return datetime.fromtimestamp(seconds, zone).toordinal() - _FIRST_DAY
