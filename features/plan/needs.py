"""What a plan needs of one table: columns, conditions, chains, slots and tracks, each of them once.

Slots that differ only in the text they ask a column for, such as the spend in each department, become
one slot with a member a text: an event then finds its member by its code, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from features.declarations.events import MARKER, Condition, Events, Moment
from features.plan import program as code
from features.plan.program import table
from features.store.pack import EventStream
from features.vocabulary.arrays import MISSING_CODE, Ints
from features.vocabulary.errors import PlanRefused, did_you_mean

LEAST_NUMBER: Final = int(np.iinfo(np.int64).min)
MOST_NUMBER: Final = int(np.iinfo(np.int64).max)
# A text that no row of this pack carries: a code that no row has.
_NO_CODE: Final = -3
_CODES_BELOW_ZERO: Final = 2
_KEYED: Final = (code.DISTINCT, code.NEW, code.MIX_ENTROPY, code.MIX_TOP)


class Slot(NamedTuple):
    """What is gathered: an operation on a column, or on a key, of some events."""

    events: Events
    operation: int
    column: str
    weight: str = ""


class Track(NamedTuple):
    """The ordered state of some events; ``column`` is the one whose latest entries count, or empty."""

    events: Events
    column: str


@dataclass
class Rows:
    """The tables of all streams while they grow, and where each window of each slot lies."""

    streams: list[tuple[int, ...]] = field(default_factory=list)
    conditions: list[tuple[int, ...]] = field(default_factory=list)
    moments: list[tuple[int, ...]] = field(default_factory=list)
    chains: list[tuple[int, ...]] = field(default_factory=list)
    selectors: list[tuple[int, ...]] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    slots: list[tuple[int, ...]] = field(default_factory=list)
    bands: list[int] = field(default_factory=list)
    tracks: list[tuple[int, ...]] = field(default_factory=list)
    gathered: int = 0
    cells: int = 0
    cell_of: dict[tuple[Slot, int | None], int] = field(default_factory=dict)
    track_of: dict[Track, int] = field(default_factory=dict)

    def ends(self) -> tuple[int, ...]:
        """How long the tables are that a stream has its own part of."""
        parts = (self.conditions, self.moments, self.chains, self.slots, self.tracks)
        return tuple(len(part) for part in parts)

    def tables(self) -> dict[str, Ints]:
        """The finished tables by name."""
        return {
            "streams": table(self.streams, code.STREAM_WIDTH),
            "conditions": table(self.conditions, 4),
            "moments": table(self.moments, 3),
            "chains": table(self.chains, 4),
            "selectors": table(self.selectors, 3),
            "members": table(((one,) for one in self.members), 1),
            "slots": table(self.slots, code.SLOT_WIDTH),
            "bands": table(((one,) for one in self.bands), 1),
            "tracks": table(self.tracks, 3),
        }


@dataclass(frozen=True)
class _Shared:
    """A slot as the kernel has it: what its members share, and the members by their texts."""

    slot: Slot
    selects: str = ""
    members: tuple[tuple[str, Slot], ...] = ()


class Needs:
    """What has to be gathered from one table, each thing once, in the order it was asked for."""

    def __init__(self, name: str, stream: EventStream) -> None:
        self.name = name
        self.stream = stream
        self.columns: dict[str, int] = {}
        self._conditions: dict[Condition | Moment, int] = {}
        self._chains: dict[tuple[int, ...], int] = {}
        self._windows: dict[Slot, dict[int | None, None]] = {}
        self._tracks: dict[Track, None] = {}

    def ask(self, slot: Slot, days: int | None) -> None:
        """A slot will be read over a window of so many days, or over the whole past."""
        if slot.operation in _KEYED:
            self._refuse_moments(slot)
            self._require(slot.column)
        for name in (slot.column, slot.weight, *(one.column for one in slot.events.where)):
            if name:
                self._require(name)
        self._windows.setdefault(slot, {})[days] = None

    def follow(self, track: Track) -> None:
        """A track will be read."""
        for name in (track.column, *(one.column for one in track.events.where)):
            if name:
                self._require(name)
        self._tracks[track] = None

    def column(self, name: str) -> int:
        """The place of a column in the kernel's matrix."""
        self._require(name)
        return self.columns.setdefault(name, len(self.columns))

    def write(self, rows: Rows, bands: Mapping[int | None, int]) -> None:
        """Add this table's part to the tables of all; ``bands`` numbers the windows by their days."""
        begins = rows.ends()
        self._chains = {}
        for track in self._tracks:
            rows.track_of[track] = len(rows.tracks)
            marker = self.column(MARKER) if MARKER in self.stream.columns else -1
            value = self.column(track.column) if track.column else -1
            rows.tracks.append((marker, self._mask(track.events), value))
        for shared in _shared(self._windows, self.stream.dictionaries):
            self._write_slot(shared, rows, bands, first_chain=begins[2])
        rows.chains += self._chains
        for condition, bit in self._conditions.items():
            if isinstance(condition, Moment):
                rows.moments.append((self.column(condition.column), int(condition.passed), bit))
                rows.conditions.append((0, 1, 0, 0))  # met by nothing: its bit is the moment's
            else:
                rows.conditions.append((self.column(condition.column), *self._range(condition)))
        pairs = zip(begins, rows.ends(), strict=True)
        rows.streams.append(tuple(place for pair in pairs for place in pair))

    def _write_slot(
        self, shared: _Shared, rows: Rows, bands: Mapping[int | None, int], *, first_chain: int
    ) -> None:
        slot = shared.slot
        mask = self._mask(slot.events)
        operand = 0
        if slot.operation in _KEYED:
            operand = first_chain + self._chain(slot.column, shared.selects, mask)
        elif slot.column:
            operand = self.column(slot.column)
        selector = self._selector(shared, rows) if shared.members else -1
        sources = [one for _, one in shared.members] or [slot]
        first_cell, first_band = rows.cells, len(rows.bands)
        asked = {days for one in sources for days in self._windows[one]}
        for days in sorted(asked, key=lambda one: bands[one]):
            rows.bands.append(bands[days])
            for member, source in enumerate(sources):
                rows.cell_of[source, days] = rows.cells + member
            rows.cells += len(sources)
        weighed = self.column(slot.weight) if slot.weight else -1
        where = (rows.gathered, first_cell, first_band, len(rows.bands), weighed)
        rows.slots.append((slot.operation, operand, mask, selector, len(sources), *where))
        rows.gathered += len(sources) + 1  # and one for what belongs to no member

    def _selector(self, shared: _Shared, rows: Rows) -> int:
        texts = self.stream.dictionaries[shared.selects]
        codes = {text: number for number, text in enumerate(texts)}
        members = [-1] * (len(texts) + _CODES_BELOW_ZERO)
        for member, (text, _) in enumerate(shared.members):
            if text in codes:
                members[codes[text] + _CODES_BELOW_ZERO] = member
        rows.selectors.append((self.column(shared.selects), len(rows.members), len(members)))
        rows.members += members
        return len(rows.selectors) - 1

    def _chain(self, key: str, beside: str, mask: int) -> int:
        coded = key in self.stream.dictionaries
        least = MISSING_CODE + 1 if coded else LEAST_NUMBER
        chain = (self.column(key), self.column(beside) if beside else -1, mask, least)
        return self._chains.setdefault(chain, len(self._chains))

    def _mask(self, events: Events) -> int:
        """One bit a condition; equal conditions share a bit."""
        bits = 0
        for condition in events.where:
            bits |= 1 << self._conditions.setdefault(condition, len(self._conditions))
        if len(self._conditions) > code.MAXIMUM_CONDITIONS:
            raise PlanRefused(
                expected=f"at most {code.MAXIMUM_CONDITIONS} different conditions on {self.name}",
                found="one more",
                remedy="Declare fewer features that pick out single entries of a column.",
            )
        return bits

    def _range(self, condition: Condition) -> tuple[int, int, int]:
        """The lowest and highest entry that meet a condition, and whether to negate that."""
        constant = self._constant(condition)
        match condition.comparison:
            case "=":
                return constant, constant, 0
            case "!=":
                return constant, constant, 1
            case "<=":
                return LEAST_NUMBER, constant, 0
            case ">=":
                return constant, MOST_NUMBER, 0
            case "<":  # nothing lies below the least number, and nothing from 1 to 0
                return constant, MOST_NUMBER, 1
            case ">":
                return LEAST_NUMBER, constant, 1

    def _constant(self, condition: Condition) -> int:
        texts = self.stream.dictionaries.get(condition.column)
        if not isinstance(condition.value, str):
            return condition.value
        if texts is None:
            raise PlanRefused(
                expected=f"{self.name}.{condition.column} compared with a whole number",
                found=f"the text {condition.value!r}",
                remedy="Only text columns can be compared with a text.",
            )
        return texts.index(condition.value) if condition.value in texts else _NO_CODE

    def _require(self, name: str) -> None:
        if name not in self.stream.columns:
            raise PlanRefused(
                expected=f'a column "{name}" in the table {self.name}',
                found="none of that name",
                remedy=did_you_mean(name, sorted(self.stream.columns)),
            )

    def _refuse_moments(self, slot: Slot) -> None:
        """Links between equal keys are laid once, before any cutoff is known."""
        if any(isinstance(condition, Moment) for condition in slot.events.where):
            raise PlanRefused(
                expected=f"different entries of {self.name}.{slot.column} counted by fixed conditions",
                found="a condition that depends on the cutoff",
                remedy="Count the events instead, or leave `once` and `until` out.",
            )


def _shared(
    slots: Mapping[Slot, object], dictionaries: Mapping[str, Sequence[str]]
) -> list[_Shared]:
    """The slots, those alike but for one text put together."""
    alike: dict[tuple[Slot, str], list[tuple[str, Slot]]] = {}
    for slot in slots:
        chosen = _text_asked(slot, dictionaries)
        if chosen is not None:
            without = tuple(one for one in slot.events.where if one != chosen)
            rest = slot._replace(events=replace(slot.events, where=without))
            alike.setdefault((rest, chosen.column), []).append((str(chosen.value), slot))
    together = {slot for found in alike.values() if len(found) > 1 for _, slot in found}
    shared = [_Shared(slot) for slot in slots if slot not in together]
    for (rest, column), found in alike.items():
        if len(found) > 1:
            shared.append(_Shared(rest, column, tuple(found)))
    return shared


def _text_asked(slot: Slot, dictionaries: Mapping[str, Sequence[str]]) -> Condition | None:
    """The condition that picks out one text of a column; None where there is none to share."""
    if slot.operation in (code.NEW, code.MIX_ENTROPY, code.MIX_TOP):
        return None
    for condition in reversed(slot.events.where):
        if (
            isinstance(condition, Condition)
            and condition.comparison == "="
            and isinstance(condition.value, str)
            and condition.column in dictionaries
        ):
            return condition
    return None
