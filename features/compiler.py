"""Declarations → the integer tables the kernel interprets.

Two passes over the values: the first collects what has to be gathered from each stream, so that
values share it; the second writes one instruction a distinct value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from typing import Final, TypeVar

import numpy as np

from features import program as code
from features.buying import Buying, ExpectedPurchases, NoPurchase, StillBuying
from features.errors import PlanRefused, did_you_mean
from features.instants import Elapsed, SinceInstant, UntilInstant
from features.pack import MISSING_CODE, EventStream
from features.program import Program, table
from features.spec import (
    MARKER,
    Bins,
    Condition,
    Count,
    Difference,
    Distinct,
    Events,
    Gap,
    Largest,
    Latest,
    Moment,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)
from features.vocabulary import DAY_SECONDS, Window

_COMPARISON_CODES: Final = {
    "<": code.BELOW,
    "<=": code.AT_MOST,
    "=": code.EQUAL,
    "!=": code.UNEQUAL,
    ">=": code.AT_LEAST,
    ">": code.ABOVE,
}
_GAP_CODES: Final = {
    "mean": code.GAP_MEAN,
    "sd": code.GAP_SD,
    "max": code.GAP_MAX,
    "last": code.GAP_LAST,
    "recent": code.GAP_RECENT,
}
_BIN_CODES: Final = {"slope": code.SLOPE, "streak": code.STREAK, "active": code.ACTIVE}
# A text that no row of this pack carries: a code that no row has.
_NOWHERE: Final = -2

Windowed = Count | Total | Largest | Distinct | Elapsed
Slot = tuple[Events, int, str]
Track = tuple[Events, str]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Compiled:
    """A program and the columns it reads: ``columns[stream]`` in the order of the matrix."""

    program: Program
    columns: Mapping[str, tuple[str, ...]]


def compile_values(values: Sequence[Value], streams: Mapping[str, EventStream]) -> Compiled:
    """The program that computes these values from these streams, in this order.

    Raises ``PlanRefused`` for a stream or column that is not there, for a text compared with a column
    of numbers and for more than 62 different conditions on one stream.
    """
    compiler = _Compiler(streams)
    for value in values:
        compiler.collect(value)
    return compiler.assemble(values)


class _Needs:
    """What has to be gathered from one stream, each thing once, in the order it was asked for."""

    def __init__(self, name: str, stream: EventStream) -> None:
        self.name = name
        self.stream = stream
        self.columns: dict[str, int] = {}
        self.conditions: dict[Condition | Moment, int] = {}
        self.chains: dict[tuple[str, int], int] = {}
        self.slots: dict[Slot, tuple[int, int, int]] = {}
        self.tracks: dict[Track, tuple[int, int, int]] = {}

    def column(self, name: str) -> int:
        if name not in self.stream.columns:
            raise PlanRefused(
                expected=f'a column "{name}" in the table {self.name}',
                found="none of that name",
                remedy=did_you_mean(name, sorted(self.stream.columns)),
            )
        return self.columns.setdefault(name, len(self.columns))

    def mask(self, where: tuple[Condition | Moment, ...]) -> int:
        """One bit a condition; equal conditions share a bit."""
        bits = 0
        for condition in where:
            bits |= 1 << self.conditions.setdefault(condition, len(self.conditions))
        if len(self.conditions) > code.MAXIMUM_CONDITIONS:
            raise PlanRefused(
                expected=f"at most {code.MAXIMUM_CONDITIONS} different conditions on {self.name}",
                found="one more",
                remedy="Declare fewer features that pick out single entries of a column.",
            )
        return bits

    def slot(self, slot: Slot) -> None:
        if slot in self.slots:
            return
        events, operation, column = slot
        if operation == code.DISTINCT and column in self.stream.dictionaries:
            events = events.also(column, ">=", MISSING_CODE + 1)
        mask = self.mask(events.where)
        if operation == code.DISTINCT:
            self._refuse_moments(events, column)
            self.column(column)
            operand = self.chains.setdefault((column, mask), len(self.chains))
        else:
            operand = self.column(column) if column else 0
        self.slots[slot] = (operation, operand, mask)

    def track(self, track: Track) -> None:
        events, column = track
        marker = self.column(MARKER) if MARKER in self.stream.columns else -1
        value = self.column(column) if column else -1
        self.tracks.setdefault(track, (marker, self.mask(events.where), value))

    def _refuse_moments(self, events: Events, column: str) -> None:
        """Links between equal keys are laid once, before any cutoff is known."""
        if any(isinstance(condition, Moment) for condition in events.where):
            raise PlanRefused(
                expected=f"different entries of {self.name}.{column} counted by fixed conditions",
                found="a condition that depends on the cutoff",
                remedy="Count the events instead, or leave `once` and `until` out.",
            )

    def condition_rows(self) -> Iterator[tuple[int, int, int]]:
        for condition in list(self.conditions):
            column = self.column(condition.column)
            if isinstance(condition, Moment):
                yield column, code.PASSED if condition.passed else code.PENDING, 0
            else:
                yield column, _COMPARISON_CODES[condition.comparison], self._constant(condition)

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
        return texts.index(condition.value) if condition.value in texts else _NOWHERE


class _Compiler:
    def __init__(self, streams: Mapping[str, EventStream]) -> None:
        self.streams = streams
        self.needs: dict[str, _Needs] = {}
        self.edge_seconds: set[int] = set()
        self.registers: dict[Value, int] = {}
        self.instructions: list[tuple[int, int, int, int, int]] = []
        self.bins: list[int] = []
        self.models: dict[tuple[float, ...], int] = {}

    def collect(self, value: Value) -> None:
        """Note what a value and its parts need from the streams."""
        match value:
            case Count() | Total() | Largest() | Distinct() | Elapsed():
                self._need(value.events).slot(slot_of(value))
                self._edge(value.window)
            case SinceInstant() | UntilInstant():
                self._need(value.events).slot(_latest_instant(value))
            case SinceLast() | SinceFirst() | Latest():
                self._need(value.events).track(_track_of(value))
            case Gap():
                needs = self._need(value.events)
                needs.column(MARKER)
                needs.track(_track_of(value))
            case Bins():
                for window in stretches(value):
                    self.collect(value.of.over(window))
            case Ratio() | Sum() | Difference() | Repeats() | Buying():
                for part in value.parts():
                    self.collect(part)
            case _:
                raise PlanRefused(
                    expected="a value the kernel knows",
                    found=type(value).__name__,
                    remedy="Compose it from the values of spec.py.",
                )

    def _need(self, events: Events) -> _Needs:
        stream = self.streams.get(events.stream)
        if stream is None:
            raise PlanRefused(
                expected=f"a table {events.stream}",
                found="none of that name",
                remedy=did_you_mean(events.stream, sorted(self.streams)),
            )
        return self.needs.setdefault(events.stream, _Needs(events.stream, stream))

    def _edge(self, window: Window) -> None:
        if window.days is not None:
            self.edge_seconds.add(window.days * DAY_SECONDS)

    def assemble(self, values: Sequence[Value]) -> Compiled:
        """Number everything collected and write the instructions."""
        edges = sorted(self.edge_seconds)
        self.bands = {seconds // DAY_SECONDS: band for band, seconds in enumerate(edges)}
        needs = list(self.needs.values())
        conditions = [list(need.condition_rows()) for need in needs]
        chains = [list(need.chains) for need in needs]
        chain_rows = [[(n.column(key), mask) for key, mask in n.chains] for n in needs]
        slots = [list(n.slots.values()) for n in needs]
        tracks = [list(n.tracks.values()) for n in needs]
        spans = [_spans(part) for part in (conditions, chains, slots, tracks)]
        self.slot_numbers = _numbers(n.slots for n in needs)
        self.track_numbers = _numbers(n.tracks for n in needs)
        # Windows first: a long run of one instruction is what the processor predicts best.
        for value in values:
            self._register_windows(value)
        outputs = [self._register(value) for value in values]
        program = Program(
            streams=table(
                (sum((span[i] for span in spans), ()) for i in range(len(needs))),
                code.STREAM_WIDTH,
            ),
            conditions=table(chain(*conditions), 3),
            chains=table(chain(*chain_rows), 2),
            slots=table(
                (
                    (operation, operand + spans[1][i][0] * (operation == code.DISTINCT), mask)
                    for i, rows in enumerate(slots)
                    for operation, operand, mask in rows
                ),
                3,
            ),
            tracks=table(chain(*tracks), 3),
            edges=table(((seconds,) for seconds in edges), 1),
            bins=table(((band,) for band in self.bins), 1),
            instructions=table(self.instructions, 5),
            outputs=table(((register,) for register in outputs), 1),
            models=np.array(list(self.models), np.float64).reshape(-1, 5),
        )
        return Compiled(program, {n.name: tuple(n.columns) for n in needs})

    def _register_windows(self, value: Value) -> None:
        if isinstance(value, Windowed):
            self._register(value)
        elif not isinstance(value, Bins):
            for part in value.parts():
                self._register_windows(part)

    def _register(self, value: Value) -> int:
        """The register that holds a value; its instruction is written at the first asking."""
        if value not in self.registers:
            instruction = self._instruction(value)
            self.registers[value] = len(self.instructions)
            self.instructions.append(instruction)
        return self.registers[value]

    def _instruction(self, value: Value) -> tuple[int, int, int, int, int]:
        match value:
            case Count() | Total() | Largest() | Distinct() | Elapsed():
                return code.WINDOW, self._slot(value), self._band(value.window), _per(value), 0
            case SinceLast():
                return code.SINCE_LAST, self._track(value), 0, 1, 0
            case SinceFirst():
                return code.SINCE_FIRST, self._track(value), 0, 1, 0
            case SinceInstant():
                slot = self.slot_numbers[_latest_instant(value)]
                return code.SINCE_INSTANT, slot, len(self.bands), 1, 0
            case UntilInstant():
                slot = self.slot_numbers[_latest_instant(value)]
                return code.UNTIL_INSTANT, slot, len(self.bands), 1, 0
            case Latest():
                return code.LATEST, self._track(value), value.back, value.per, 0
            case Gap():
                number = self._track(value)
                return _GAP_CODES[value.statistic], number, value.back, 1, 0
            case Bins():
                begin = len(self.bins)
                self.bins += [self._band(window) for window in stretches(value)]
                slot = self._slot(value.of)
                return _BIN_CODES[value.statistic], slot, begin, _per(value.of), value.bins
            case Ratio():
                return code.RATIO, self._register(value.above), self._register(value.below), 1, 0
            case Sum():
                return code.SUM, self._register(value.left), self._register(value.right), 1, 0
            case Difference():
                left, right = self._register(value.left), self._register(value.right)
                return code.DIFFERENCE, left, right, 1, 0
            case Repeats():
                return code.REPEATS, self._register(value.of), 0, 1, 0
            case NoPurchase():
                return code.NO_PURCHASE, *self._operands(value, value.horizon_days)
            case ExpectedPurchases():
                return code.EXPECTED_PURCHASES, *self._operands(value, value.horizon_days)
            case StillBuying():
                return code.STILL_BUYING, *self._operands(value, 0)
        raise AssertionError(value)  # collect() has refused it already

    def _operands(self, value: Buying, horizon_days: int) -> tuple[int, int, int, int]:
        repeats, recency, tenure = (self._register(part) for part in value.parts())
        row = (*astuple(value.model), float(horizon_days))
        return repeats, recency, tenure, self.models.setdefault(row, len(self.models))

    def _slot(self, value: Windowed) -> int:
        return self.slot_numbers[slot_of(value)]

    def _track(self, value: SinceLast | SinceFirst | Gap | Latest) -> int:
        return self.track_numbers[_track_of(value)]

    def _band(self, window: Window) -> int:
        return len(self.bands) if window.days is None else self.bands[window.days]


def slot_of(value: Windowed) -> Slot:
    """What a windowed value gathers, whatever its window and divisor."""
    match value:
        case Count():
            return value.events, code.COUNT, ""
        case Total():
            return value.events, code.TOTAL, value.column
        case Largest():
            return value.events, code.LARGEST, value.column
        case Distinct():
            return value.events, code.DISTINCT, value.key
        case Elapsed():
            return value.events, code.ELAPSED, value.column


def _latest_instant(value: SinceInstant | UntilInstant) -> Slot:
    return value.events, code.LARGEST, value.column


def _track_of(value: SinceLast | SinceFirst | Gap | Latest) -> Track:
    return value.events, value.column if isinstance(value, Latest) else ""


def stretches(value: Bins) -> list[Window]:
    """The windows that end with each stretch of time, shortest first."""
    return [Window(value.bin_days * (number + 1)) for number in range(value.bins)]


def _per(value: Windowed) -> int:
    if isinstance(value, Elapsed):
        return DAY_SECONDS
    return value.per if isinstance(value, Total | Largest) else 1


def _spans(parts: Sequence[Sequence[object]]) -> list[tuple[int, int]]:
    """Where each stream's rows begin and end once the rows of all streams stand in one table."""
    spans, begin = [], 0
    for part in parts:
        spans.append((begin, begin + len(part)))
        begin += len(part)
    return spans


def _numbers(parts: Iterable[Iterable[Key]]) -> dict[Key, int]:
    return {key: number for number, key in enumerate(key for part in parts for key in part)}
