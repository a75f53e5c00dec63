"""From values to a program: declarations → the integer tables the kernel interprets.

Two passes over the values: the first collects what has to be gathered from each stream, so that
values share it; the second writes one instruction a distinct value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from features.declarations.buying import (
    Buying,
    BuyingModel,
    ExpectedPurchases,
    NoPurchase,
    StillBuying,
)
from features.declarations.calendar import TimeOfYear
from features.declarations.events import MARKER, Events
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, New, TopShare
from features.declarations.values import (
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)
from features.plan import program as code
from features.plan.needs import Needs, Rows, Slot, Track
from features.plan.program import Program, table
from features.store.pack import EventStream
from features.vocabulary.errors import PlanRefused, did_you_mean
from features.vocabulary.time import DAY_SECONDS, Window

_GAP_CODES: Final = {
    "mean": code.GAP_MEAN,
    "sd": code.GAP_SD,
    "max": code.GAP_MAX,
    "last": code.GAP_LAST,
    "recent": code.GAP_RECENT,
}
_BIN_CODES: Final = {"slope": code.SLOPE, "streak": code.STREAK, "active": code.ACTIVE}

Windowed = Count | Total | Largest | Distinct | Elapsed | New | Entropy | TopShare
Tracked = SinceLast | SinceFirst | Gap | Latest
Instruction = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Compiled:
    """A program and the columns it reads: ``columns[stream]`` in the order of the matrix."""

    program: Program
    columns: Mapping[str, tuple[str, ...]]


def compile_values(
    values: Sequence[Value],
    streams: Mapping[str, EventStream],
    buying: BuyingModel | None = None,
) -> Compiled:
    """The program that computes these values from these streams, in this order.

    ``buying`` is asked by values that bring no model of buying along. Raises ``PlanRefused`` for a stream
    or column that is not there, for a text compared with a column of numbers, for more than 62 different
    conditions on one stream and where a model of buying lacks.
    """
    compiler = _Compiler(streams, buying)
    for value in values:
        compiler.collect(value)
    return compiler.assemble(values)


class _Compiler:
    def __init__(self, streams: Mapping[str, EventStream], buying: BuyingModel | None) -> None:
        self.streams = streams
        self.buying = buying
        self.needs: dict[str, Needs] = {}
        self.days: set[int] = set()
        self.levels: dict[Value, int] = {}
        self.models: dict[tuple[float, ...], int] = {}

    def collect(self, value: Value) -> int:
        """Note what a value and its parts need; answers how many steps of arithmetic it takes."""
        if value in self.levels:
            return self.levels[value]
        level = 0
        match value:
            case _ if isinstance(value, Windowed):
                self._ask(value, value.window)
            case SinceInstant() | UntilInstant():
                self._need(value.events).ask(_latest_instant(value), None)
            case SinceLast() | SinceFirst() | Latest():
                self._need(value.events).follow(_track_of(value))
            case Gap():
                needs = self._need(value.events)
                needs.column(MARKER)
                needs.follow(_track_of(value))
            case Bins():
                for window in stretches(value):
                    self._ask(value.of, window)
            case TimeOfYear():
                pass
            case Ratio() | Sum() | Difference() | Repeats() | Buying():
                level = 1 + max(self.collect(part) for part in value.parts())
            case _:
                raise PlanRefused(
                    expected="a value the kernel knows",
                    found=type(value).__name__,
                    remedy="Compose it from the values of features.declarations.",
                )
        self.levels[value] = level
        return level

    def _ask(self, value: Windowed, window: Window) -> None:
        self._need(value.events).ask(slot_of(value), window.days)
        if window.days is not None:
            self.days.add(window.days)

    def _need(self, events: Events) -> Needs:
        stream = self.streams.get(events.stream)
        if stream is None:
            raise PlanRefused(
                expected=f"a table {events.stream}",
                found="none of that name",
                remedy=did_you_mean(events.stream, sorted(self.streams)),
            )
        return self.needs.setdefault(events.stream, Needs(events.stream, stream))

    def assemble(self, values: Sequence[Value]) -> Compiled:
        """Number everything collected and write the instructions."""
        edges = sorted(self.days)
        bands: dict[int | None, int] = {days: band for band, days in enumerate(edges)}
        bands[None] = len(edges)
        self.rows = Rows()
        for needs in self.needs.values():
            needs.write(self.rows, bands)
        self.bins: list[int] = []
        # Long runs of one operation, operands before their use.
        ordered = sorted(self.levels, key=lambda one: (self.levels[one], self._operation(one)))
        self.registers = {value: number for number, value in enumerate(ordered)}
        instructions = [self._instruction(value) for value in ordered]
        program = Program(
            **self.rows.tables(),
            edges=table(((days * DAY_SECONDS,) for days in edges), 1),
            bins=table(((cell,) for cell in self.bins), 1),
            runs=table(_runs(instructions), 3),
            instructions=table(instructions, 5),
            outputs=table(((self.registers[value],) for value in values), 1),
            models=np.array(list(self.models), np.float64).reshape(-1, code.MODEL_WIDTH),
        )
        return Compiled(program, {name: tuple(one.columns) for name, one in self.needs.items()})

    def _operation(self, value: Value) -> int:
        match value:
            case Largest() | Entropy() | TopShare():
                return code.ENTRY
            case Gap():
                return _GAP_CODES[value.statistic]
            case Bins():
                return _BIN_CODES[value.statistic]
        return OPERATIONS[next(one for one in OPERATIONS if isinstance(value, one))]

    def _instruction(self, value: Value) -> Instruction:
        operation = self._operation(value)
        if isinstance(value, Windowed):
            return operation, self._cell(slot_of(value), value.window), 0, _per(value), 0
        match value:
            case SinceInstant() | UntilInstant():
                return operation, self.rows.cell_of[_latest_instant(value), None], 0, 1, 0
            case SinceLast() | SinceFirst():
                return operation, self.rows.track_of[_track_of(value)], 0, 1, 0
            case Latest():
                return operation, self.rows.track_of[_track_of(value)], value.back, value.per, 0
            case Gap():
                return operation, self.rows.track_of[_track_of(value)], value.back, 1, 0
            case Bins():
                begin = len(self.bins)
                slot = slot_of(value.of)
                self.bins += [self._cell(slot, window) for window in stretches(value)]
                return operation, 0, begin, _per(value.of), value.bins
            case Buying():
                operands = [self.registers[part] for part in value.parts()]
                return operation, *operands, self._model(value)  # type: ignore[return-value]
            case TimeOfYear():
                return operation, int(value.turn == "april"), 0, 1, 0
        first, *others = [self.registers[part] for part in value.parts()]
        return operation, first, others[0] if others else 0, 1, 0

    def _model(self, value: Buying) -> int:
        """The row of a question to a model of buying, whose horizon may be none."""
        return self.models.setdefault(question_of(value, self.buying), len(self.models))

    def _cell(self, slot: Slot, window: Window) -> int:
        return self.rows.cell_of[slot, window.days]


OPERATIONS: Final[Mapping[type[Value], int]] = {
    Count: code.WINDOW,
    Total: code.WINDOW,
    Distinct: code.WINDOW,
    Elapsed: code.WINDOW,
    New: code.WINDOW,
    SinceInstant: code.SINCE_INSTANT,
    UntilInstant: code.UNTIL_INSTANT,
    SinceLast: code.SINCE_LAST,
    SinceFirst: code.SINCE_FIRST,
    Latest: code.LATEST,
    Repeats: code.REPEATS,
    Sum: code.SUM,
    Difference: code.DIFFERENCE,
    Ratio: code.RATIO,
    NoPurchase: code.NO_PURCHASE,
    ExpectedPurchases: code.EXPECTED_PURCHASES,
    StillBuying: code.STILL_BUYING,
    TimeOfYear: code.TIME_OF_YEAR,
}


def slot_of(value: Windowed) -> Slot:
    """What a windowed value gathers, whatever its window and divisor."""
    match value:
        case Count():
            return Slot(value.events, code.COUNT, "")
        case Total():
            return Slot(value.events, code.TOTAL, value.column)
        case Largest():
            return Slot(value.events, code.LARGEST, value.column)
        case Distinct():
            return Slot(value.events, code.DISTINCT, value.key)
        case Elapsed():
            return Slot(value.events, code.ELAPSED, value.column)
        case New():
            return Slot(value.events, code.NEW, value.key)
        case Entropy():
            return Slot(value.events, code.MIX_ENTROPY, value.key, value.weight)
        case TopShare():
            return Slot(value.events, code.MIX_TOP, value.key, value.weight)


def question_of(value: Buying, buying: BuyingModel | None) -> tuple[float, ...]:
    """A question to a model of buying in numbers: its parameters, the days ahead, how exactly it is told.

    A model from beside the plan is told times as a vector holds them, so that whoever has the vector alone
    gets the same answer; one that a value brings along is told them to the second.
    """
    model = value.model or buying
    if model is None:
        raise PlanRefused(
            expected="a fitted model of buying, which features ask",
            found="none",
            remedy="Train the model again, which fits one.",
        )
    as_vectors_hold = value.model is None
    days = float(getattr(value, "horizon_days", 0))
    return (*astuple(model), days, float(as_vectors_hold))


def _latest_instant(value: SinceInstant | UntilInstant) -> Slot:
    return Slot(value.events, code.LARGEST, value.column)


def _track_of(value: Tracked) -> Track:
    return Track(value.events, value.column if isinstance(value, Latest) else "")


def stretches(value: Bins) -> list[Window]:
    """The windows that end with each stretch of time, shortest first."""
    return [Window(value.bin_days * (number + 1)) for number in range(value.bins)]


def _per(value: Windowed) -> int:
    match value:
        case Elapsed():
            return DAY_SECONDS
        case Entropy() | TopShare():
            return code.SHARE_UNIT
        case Total() | Largest():
            return value.per
    return 1


def _runs(instructions: Sequence[Instruction]) -> list[tuple[int, int, int]]:
    """Where each stretch of one operation begins and ends; a register is never read in its own run."""
    runs: list[tuple[int, int, int]] = []
    for number, (operation, *_) in enumerate(instructions):
        if runs and runs[-1][0] == operation:
            runs[-1] = (operation, runs[-1][1], number + 1)
        else:
            runs.append((operation, number, number + 1))
    return runs
