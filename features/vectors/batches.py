"""The events of some customers as flat arrays of one shape, whatever the tables: the kernel's input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.declarations.attributes import Declared
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import Ints
from features.vocabulary.tables import OUTCOMES

BATCH_EVENTS = 65_536
CUSTOMERS_AT_ONCE = 65_536


@dataclass(frozen=True)
class EventBatch:
    """The events of consecutive customers: ``bounds[stream, customer]`` is where theirs begin.

    All streams lie behind one another in ``seconds``, in ``known`` and along each row of ``columns``.
    """

    bounds: Ints
    seconds: Ints
    known: Ints
    columns: Ints


def batch_of(
    pack: Pack, columns: Mapping[str, tuple[str, ...]], customers: NDArray[np.int32]
) -> EventBatch:
    """Gather the events of some customers, ascending, with the columns a plan reads."""
    picked = [_events(pack.streams[name], customers) for name in columns]
    total = sum(int(offsets[-1]) for _, offsets in picked)
    width = max([1, *(len(names) for names in columns.values())])
    bounds = np.zeros((len(columns), len(customers) + 1), np.int64)
    seconds = np.empty(total, np.int64)
    at_once = all(pack.streams[name].known is None for name in columns)
    known = seconds if at_once else np.empty(total, np.int64)
    matrix = np.empty((width, total), np.int64)
    begin = 0
    for position, (name, (rows, offsets)) in enumerate(zip(columns, picked, strict=True)):
        stream = pack.streams[name]
        span = slice(begin, begin + int(offsets[-1]))
        seconds[span] = stream.seconds[rows]
        if not at_once:
            known[span] = (stream.seconds if stream.known is None else stream.known)[rows]
        for place, column in enumerate(columns[name]):
            matrix[place, span] = stream.columns[column][rows]
        bounds[position] = offsets + begin
        begin = span.stop
    return EventBatch(bounds, seconds, known, matrix)


def _events(stream: EventStream, customers: NDArray[np.int32]) -> tuple[slice | Ints, Ints]:
    """The rows of some customers in a stream, and where each one's begin among them."""
    begins, ends = stream.offsets[customers], stream.offsets[customers + 1]
    if len(customers) and np.array_equal(begins[1:], ends[:-1]):
        return slice(int(begins[0]), int(ends[-1])), np.r_[begins, ends[-1]] - begins[0]
    return rows_of(stream.offsets, customers)


def rows_of(offsets: Ints, customers: NDArray[np.integer]) -> tuple[Ints, Ints]:
    """The rows of some customers where ``offsets`` tells whose rows are whose, and where each one's begin among them.

    >>> rows, begins = rows_of(np.array([0, 2, 2, 5]), np.array([2, 0]))
    >>> rows.tolist(), begins.tolist()
    ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    begins = offsets[customers]
    counts = offsets[np.asarray(customers) + 1] - begins
    among = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=among[1:])
    return np.arange(among[-1]) + np.repeat(begins - among[:-1], counts), among


def ranges(
    pack: Pack, customers: NDArray[np.int32], *, events: int = BATCH_EVENTS
) -> Iterator[slice]:
    """Cut a list of customers into stretches with about as many events, at least one customer each."""
    weights = np.ones(len(customers), np.int64)
    for stream in pack.streams.values():
        weights += stream.offsets[customers + 1] - stream.offsets[customers]
    before = np.cumsum(weights) - weights
    begin = 0
    while begin < len(customers):
        end = int(np.searchsorted(before, before[begin] + events, side="left"))
        yield slice(begin, max(end, begin + 1))
        begin = max(end, begin + 1)


def first_known(
    pack: Pack, customers: NDArray[np.int32], *, at_once: int = CUSTOMERS_AT_ONCE
) -> Ints:
    """The second at which each customer's first event had happened and was known.

    An outcome is asked of a customer who is there at its cutoff, so it counts from a second before. A customer without any event has the largest whole number there is.
    """
    never = np.iinfo(np.int64).max
    first = np.full(len(customers), never, np.int64)
    for name, stream in pack.streams.items():
        begins, ends = stream.offsets[customers], stream.offsets[customers + 1]
        some = np.flatnonzero(ends > begins)
        if stream.known is None:
            begun = stream.seconds[begins[some]] - (name == OUTCOMES.name)
            first[some] = np.minimum(first[some], begun)
            continue
        for position in _in_parts(some, at_once):
            rows, offsets = _events(stream, customers[position])
            visible = np.maximum(stream.seconds[rows], stream.known[rows])
            earliest = np.minimum.reduceat(visible, offsets[:-1])
            first[position] = np.minimum(first[position], earliest)
    return first


def described_since(pack: Pack, declared: Sequence[Declared], customers: NDArray[np.int32]) -> Ints:
    """The second at which the first was known that customers declared and a plan reads.

    It is the smallest whole number there is where the table says nothing of that, for then it was known at all times, and
    the largest of a customer who declared none of it.
    """
    never, always = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    attributes = pack.attributes
    said = np.zeros(len(customers), np.bool_)
    for one in declared:
        column = attributes.columns.get(one.column)
        if column is not None:
            said |= np.asarray(column)[customers] != one.missing
    known = always if attributes.known is None else np.asarray(attributes.known)[customers]
    since: Ints = np.where(said, known, never)
    return since


def _in_parts(positions: Ints, size: int) -> Iterator[Ints]:
    for begin in range(0, len(positions), size):
        yield positions[begin : begin + size]
