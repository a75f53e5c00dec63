"""One table's events in the pack: the rows of the last pack that stay, with those of the months made anew.

Months follow one another in time and each is sorted, so nothing is compared: every row's place follows
from how many rows its customer has in the months before. A store made from nothing is the same work,
with no rows that stay.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
from numpy.typing import NDArray

from features.company.disk import mapped_file
from features.store.month_arrays import (
    KNOWN,
    PRINTS,
    SECONDS,
    MonthArrays,
    PackColumn,
    Texts,
    numbered,
)
from features.store.order_numbers import number_orders
from features.store.pack import EventStream, column_file, part_file
from features.vocabulary.arrays import Ints, Truths
from features.vocabulary.months import month_begin

ORDER = "order"
_MOVED_ROWS = 1 << 20
_PART = {SECONDS: "seconds", KNOWN: "known"}


@dataclass(frozen=True)
class OldStream:
    """A table's events as the last store has them, with the prints of their orders."""

    table: str
    stream: EventStream
    pack: Path
    touched: Sequence[int]

    @cached_property
    def stretches(self) -> list[tuple[int, Ints, Ints]]:
        """The rows that stay, between the months made anew: since when, where each customer's begin, how many."""
        found = []
        since, begins = 0, self.stream.offsets[:-1]
        for month in sorted(self.touched):
            ends = self._first_at(month_begin(month))
            found.append((since, begins, ends - begins))
            since = month_begin(month + 1)
            begins = self._first_at(since)
        return [*found, (since, begins, self.stream.offsets[1:] - begins)]

    def _first_at(self, second: int) -> Ints:
        """Each customer's first row at or after a second, found by halving all customers at once."""
        low, high = self.stream.offsets[:-1].copy(), self.stream.offsets[1:].copy()
        seconds = self.stream.seconds
        open_ = np.flatnonzero(low < high)
        while len(open_):
            middle = (low[open_] + high[open_]) >> 1
            is_before = seconds[middle] < second
            low[open_[is_before]] = middle[is_before] + 1
            high[open_[~is_before]] = middle[~is_before]
            open_ = open_[low[open_] < high[open_]]
        return low

    def array(self, name: str) -> NDArray[Any]:
        """One column, mapped from its file."""
        path = stream_file(self.pack, self.table, name)
        return mapped(path)


def mapped(path: Path) -> NDArray[Any]:
    """An array of a file, mapped into memory."""
    loaded: NDArray[Any] = np.load(path, mmap_mode="r")
    return loaded.view(np.ndarray)


def stream_file(pack: Path, table: str, column: str) -> Path:
    """The file of one array of a stream."""
    if column == PRINTS:
        return part_file(pack, table, "prints")
    if column in _PART:
        return part_file(pack, table, _PART[column])
    return column_file(pack, table, column)


@dataclass(frozen=True)
class StreamParts:
    """What a table's stream is put together from."""

    table: str
    columns: Sequence[PackColumn]
    old: OldStream | None
    months: Sequence[MonthArrays]

    @property
    def is_as_it_was(self) -> bool:
        """Whether all rows stay and none is added."""
        return self.old is not None and not self.old.touched and not self.months

    def staying(self) -> Ints:
        """How many rows of each customer of the last store stay."""
        if self.old is None:
            return np.zeros(0, np.int64)
        rows = np.zeros(len(self.old.stream.offsets) - 1, np.int64)
        for _, _, counts in self.old.stretches:
            rows += counts
        return rows


def write_stream(
    parts: StreamParts,
    pack: Path,
    customers: int,
    old_keys: Ints,
    month_keys: Sequence[Ints],
) -> EventStream:
    """Write the arrays of one stream into a pack's folder; answers the stream over them.

    ``old_keys`` and ``month_keys`` are the places, among all customers, of those of the last store
    (-1 where gone) and of those of each month made anew.
    """
    counts = np.zeros(customers, np.int64)
    staying = parts.staying()
    some = np.flatnonzero(staying)
    counts[old_keys[some]] = staying[some]
    for keys, made in zip(month_keys, parts.months, strict=True):
        counts[keys] += made.counts
    offsets = np.zeros(customers + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    np.save(part_file(pack, parts.table, "offsets"), offsets)
    if parts.is_as_it_was:
        return _linked(parts, pack, offsets)
    texts, codes = _dictionaries(parts)
    rows = int(offsets[-1])
    arrays = {
        one.name: mapped_file(stream_file(pack, parts.table, one.name), one.dtype, (rows,))
        for one in parts.columns
    }
    cursor = offsets[:-1].copy()
    for piece in _pieces(parts, old_keys, month_keys):
        for source, target in piece.moves(cursor):
            for one in parts.columns:
                values = piece.array(one.name)[source]
                if one.is_text:
                    values = codes[one.name][piece.place][values]
                arrays[one.name][target] = values
    if PRINTS in arrays:
        numbers = mapped_file(stream_file(pack, parts.table, ORDER), np.int32, (rows,))
        number_orders(offsets, arrays[PRINTS].view(np.ndarray), numbers.view(np.ndarray))
        arrays[ORDER] = numbers
        del arrays[PRINTS]
    return _stream(offsets, {k: v.view(np.ndarray) for k, v in arrays.items()}, texts)


@dataclass(frozen=True)
class _Piece:
    """Rows that follow one another in time: where each of some customers' begin and how many they are."""

    since: int
    place: int
    """Where the codes of its texts are found among those of all sources."""
    keys: Ints
    begins: Ints
    counts: Ints
    source: OldStream | MonthArrays
    arrays: dict[str, NDArray[Any]]

    def array(self, name: str) -> NDArray[Any]:
        if name not in self.arrays:
            self.arrays[name] = self.source.array(name)
        return self.arrays[name]

    def moves(
        self, cursor: Ints, *, at_once: int = _MOVED_ROWS
    ) -> Iterator[tuple[slice | Ints, slice | Ints]]:
        """Rows here and their places in the whole, so many at a time; moves the cursor on."""
        targets = cursor[self.keys]
        cursor[self.keys] += self.counts
        ends = np.cumsum(self.counts)
        first = 0
        while first < len(self.counts):
            done = int(ends[first - 1]) if first else 0
            last = int(np.searchsorted(ends, done + at_once, side="right"))
            last = max(last, first + 1)
            chosen = slice(first, last)
            counts = self.counts[chosen]
            rows = np.arange(int(ends[last - 1]) - done)
            local = ends[chosen] - counts - done
            yield (
                _as_slice(rows, self.begins[chosen], local, counts),
                _as_slice(rows, targets[chosen], local, counts),
            )
            first = last


def _as_slice(rows: Ints, begins: Ints, local: Ints, counts: Ints) -> slice | Ints:
    shift: Ints = begins - local
    if len(shift) and (shift == shift[0]).all():
        return slice(int(shift[0]), int(shift[0]) + len(rows))
    places: Ints = rows + np.repeat(shift, counts)
    return places


def _pieces(parts: StreamParts, old_keys: Ints, month_keys: Sequence[Ints]) -> list[_Piece]:
    """The stretches that stay and the months made anew, in the order of time."""
    pieces = []
    if parts.old is not None:
        arrays: dict[str, NDArray[Any]] = {}
        for since, begins, counts in parts.old.stretches:
            some = np.flatnonzero(counts)
            pieces.append(
                _Piece(since, 0, old_keys[some], begins[some], counts[some], parts.old, arrays)
            )
    for place, (keys, made) in enumerate(zip(month_keys, parts.months, strict=True)):
        begins = np.cumsum(made.counts) - made.counts
        since = month_begin(made.month)
        pieces.append(_Piece(since, 1 + place, keys, begins, made.counts, made, {}))
    return sorted(pieces, key=lambda one: one.since)


def _dictionaries(
    parts: StreamParts,
) -> tuple[dict[str, list[str]], dict[str, list[NDArray[np.int32]]]]:
    """The texts of each column that some row has, and what becomes of every source's own codes."""
    texts: dict[str, list[str]] = {}
    codes: dict[str, list[NDArray[np.int32]]] = {}
    for column in (one.name for one in parts.columns if one.is_text):
        used, known = _used(parts.old, column)
        every, places = numbered([known, *(one.texts[column] for one in parts.months)])
        texts[column] = every.to_pylist()
        # The last entry is that of -1, the code of a missing text.
        before = np.full(len(used) + 1, -1, np.int32)
        before[:-1][used] = places[0]
        codes[column] = [before, *(np.append(one, -1).astype(np.int32) for one in places[1:])]
    return texts, codes


def _used(old: OldStream | None, column: str) -> tuple[Truths, Texts]:
    """Which texts of the last store some staying row has, and these texts."""
    if old is None:
        return np.zeros(0, bool), arrow.array([], arrow.large_string())
    known = old.stream.dictionaries[column]
    values = old.array(column)
    used = np.zeros(len(known) + 1, bool)
    for _, begins, counts in old.stretches:
        some = np.flatnonzero(counts)
        piece = _Piece(0, 0, some, begins[some], counts[some], old, {})
        for source, _ in piece.moves(old.stream.offsets[:-1].copy()):
            used[values[source]] = True
    used = used[:-1]
    present = [text for text, is_used in zip(known, used, strict=True) if is_used]
    return used, arrow.array(present, arrow.large_string())


def _linked(parts: StreamParts, pack: Path, offsets: Ints) -> EventStream:
    """The arrays of the last store as they are, over the customers there are now."""
    assert parts.old is not None
    arrays = {}
    names = [one.name for one in parts.columns]
    names += [ORDER] if PRINTS in names else []
    for name in names:
        link(stream_file(parts.old.pack, parts.table, name), stream_file(pack, parts.table, name))
        arrays[name] = parts.old.array(name)
    arrays.pop(PRINTS, None)
    texts = {name: list(said) for name, said in parts.old.stream.dictionaries.items()}
    return _stream(offsets, arrays, texts)


def link(old: Path, new: Path) -> None:
    """Give a file a second name, or copy it where the disk has no such thing."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _stream(
    offsets: Ints, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, list[str]]
) -> EventStream:
    return EventStream(
        offsets=offsets,
        seconds=arrays[SECONDS],
        columns={name: one for name, one in arrays.items() if name not in _PART},
        dictionaries=texts,
        known=arrays.get(KNOWN),
    )
