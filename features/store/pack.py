"""The column pack: a company's events as memory-mapped arrays, grouped by customer and sorted by time.

The pack is what the feature kernel reads. It is a cache of the sorted store: nothing in it is not also
in the store's Parquet files. Per event stream there is one array a column and one array of offsets, so
the events of customer ``k`` are rows ``offsets[k]`` to ``offsets[k + 1]``, oldest first.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Ints
from features.vocabulary.errors import WorkspaceRefused

_MANIFEST = "pack.json"
_AMOUNTS = ("purchases", "amount_cents")
_ROWS_AT_ONCE = 1 << 20
# No table has this name, so no stream's files can.
_ATTRIBUTES = "+customers"


@dataclass(frozen=True)
class TextColumn:
    """Sorted texts in two arrays, so that a million of them open without being read.

    >>> ids = TextColumn.of(["anna", "bert"])
    >>> ids[1], ids.find("anna"), ids.find("carl")
    ('bert', 0, -1)
    """

    offsets: Ints
    content: NDArray[np.uint8]

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextColumn:
        """Pack texts that are sorted by their UTF-8 bytes and differ from one another."""
        encoded = [text.encode("utf-8") for text in texts]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(one) for one in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded), np.uint8))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, position: int) -> str:
        return self._encoded(position).decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return (self[position] for position in range(len(self)))

    def find(self, text: str) -> int:
        """The position of a text, or -1 when it is not there."""
        try:
            wanted = text.encode("utf-8")
        except UnicodeEncodeError:
            return -1
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._encoded(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._encoded(low) == wanted else -1

    def is_same(self, other: TextColumn) -> bool:
        """Whether it is the same texts."""
        return np.array_equal(self.offsets, other.offsets) and np.array_equal(
            self.content, other.content
        )

    def _encoded(self, position: int) -> bytes:
        return self.content[self.offsets[position] : self.offsets[position + 1]].tobytes()


@dataclass(frozen=True)
class EventStream:
    """One table's events: when they happened, when they were known, and their columns.

    ``seconds`` and ``known`` count whole seconds from 1970-01-01 UTC; ``known`` is None where the
    table does not say when its rows became known, and the event time stands in. A text column holds
    codes into ``dictionaries`` with -1 for a missing value.
    """

    offsets: Ints
    seconds: Ints
    columns: Mapping[str, NDArray[np.integer]]
    dictionaries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Ints | None = None

    @property
    def rows(self) -> int:
        """How many events there are."""
        return len(self.seconds)


@dataclass(frozen=True)
class Attributes:
    """What was declared about each customer: one entry a customer key in every column.

    Instants count seconds from 1970-01-01 UTC and numbers count thousandths, both ``MISSING_NUMBER``
    where they are not there; texts are codes into ``dictionaries``, -1 where missing and -2 where the
    text is shared by too few; a flag is 1, 0 or -1. ``known`` is when a customer's row became known;
    None where the table does not say, and then an attribute counts as known at all times.
    """

    columns: Mapping[str, Ints] = field(default_factory=dict)
    dictionaries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Ints | None = None


@dataclass(frozen=True)
class Pack:
    """All event streams of a company, over one list of customers, and what these declared.

    ``last_known`` is the latest instant at which any event became known, in seconds; the natural
    cutoff for today's scores is the midnight after it. ``digest`` names the content.
    """

    customer_ids: TextColumn
    streams: Mapping[str, EventStream]
    last_known: int
    digest: str
    attributes: Attributes = field(default_factory=Attributes)

    @property
    def customers(self) -> int:
        """How many customers there are, with or without events."""
        return len(self.customer_ids)

    @cached_property
    def money_is_known(self) -> bool:
        """Whether the purchases say what was paid, so that anything can be said of money.

        A loyalty log has an amount of 0 in every line, and a company without purchases has none. Of a table without
        rows it is taken to be known.
        """
        table, column = _AMOUNTS
        stream = self.streams.get(table)
        amounts = None if stream is None else stream.columns.get(column)
        if amounts is None:
            return False
        pieces = range(0, len(amounts), _ROWS_AT_ONCE)
        return not pieces or any(amounts[one : one + _ROWS_AT_ONCE].any() for one in pieces)


def let_go(pack: Pack) -> None:
    """Give the memory of what was read of a mapped pack back; it is read anew where it is needed again."""
    for stream in pack.streams.values():
        for array in (stream.seconds, stream.known, *stream.columns.values()):
            base: Any = array
            while isinstance(base, np.ndarray):
                base = base.base
            if isinstance(base, mmap.mmap):
                base.madvise(mmap.MADV_DONTNEED)


def part_file(folder: Path, stream: str, part: str) -> Path:
    """The file of what every stream has: its offsets, seconds and known seconds."""
    return folder / f"{stream}.{part}.npy"


def column_file(folder: Path, stream: str, column: str) -> Path:
    """The file of one column of a stream."""
    return folder / f"{stream}.column.{column}.npy"


def write_pack(pack: Pack, folder: Path) -> None:
    """Write every array of a pack as a plain ``.npy`` file, with its dictionaries in ``pack.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, stream in pack.streams.items():
        arrays = {"offsets": stream.offsets, "seconds": stream.seconds}
        if stream.known is not None:
            arrays["known"] = stream.known
        for part, array in arrays.items():
            np.save(part_file(folder, name, part), array)
        for column, values in stream.columns.items():
            np.save(column_file(folder, name, column), values)
    finish_pack(pack, folder)


def finish_pack(pack: Pack, folder: Path) -> None:
    """Write what a pack has beside its streams, whose arrays are in the folder already."""
    np.save(folder / "customer_ids.offsets.npy", pack.customer_ids.offsets)
    np.save(folder / "customer_ids.content.npy", pack.customer_ids.content)
    declared = pack.attributes
    for column, values in declared.columns.items():
        np.save(folder / f"{_ATTRIBUTES}.column.{column}.npy", values)
    if declared.known is not None:
        np.save(folder / f"{_ATTRIBUTES}.known.npy", declared.known)
    manifest = {
        "digest": pack.digest,
        "last_known": pack.last_known,
        "streams": {
            name: _described(stream.columns, stream.dictionaries, stream.known)
            for name, stream in pack.streams.items()
        },
        "attributes": _described(declared.columns, declared.dictionaries, declared.known),
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def _described(
    columns: Mapping[str, object],
    dictionaries: Mapping[str, Sequence[str]],
    known: Ints | None,
) -> dict[str, Any]:
    return {
        "columns": sorted(columns),
        "dictionaries": {key: list(texts) for key, texts in dictionaries.items()},
        "has_known": known is not None,
    }


def _mode(path: Path) -> Literal["r"] | None:
    """Map a file unless its array is empty, which the operating system refuses to map."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape = read(file)[0]
    return None if 0 in shape else "r"


def mapped_array(path: Path) -> NDArray[Any]:
    """An array of a file, mapped unless it is empty."""
    loaded: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode=_mode(path))
    # A plain ndarray view: numba types np.memmap apart and would compile the kernel twice.
    return loaded.view(np.ndarray)


@contextmanager
def incomplete_refused(expected: str) -> Iterator[None]:
    """Refuse files of a store that are missing or cannot be read, and say how they are made again."""
    try:
        yield
    except (OSError, ValueError, LookupError) as fault:
        raise WorkspaceRefused(
            expected=expected,
            found=f"{type(fault).__name__} while opening it",
            remedy="Run `regulars ingest` again.",
        ) from None


def open_pack(folder: Path) -> Pack:
    """Open a pack by memory-mapping its arrays.

    Raises ``WorkspaceRefused`` when a file is missing or damaged.
    """

    def array(name: str) -> NDArray[np.integer[Any]]:
        return mapped_array(folder / f"{name}.npy")

    with incomplete_refused("a complete column pack in the store"):
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        streams = {
            name: EventStream(
                offsets=array(f"{name}.offsets").astype(np.int64, copy=False),
                seconds=array(f"{name}.seconds").astype(np.int64, copy=False),
                known=array(f"{name}.known").astype(np.int64, copy=False)
                if described["has_known"]
                else None,
                columns={
                    column: array(f"{name}.column.{column}") for column in described["columns"]
                },
                dictionaries=described["dictionaries"],
            )
            for name, described in manifest["streams"].items()
        }
        declared = manifest["attributes"]
        attributes = Attributes(
            columns={
                column: array(f"{_ATTRIBUTES}.column.{column}").astype(np.int64, copy=False)
                for column in declared["columns"]
            },
            dictionaries=declared["dictionaries"],
            known=array(f"{_ATTRIBUTES}.known").astype(np.int64, copy=False)
            if declared["has_known"]
            else None,
        )
        ids = TextColumn(
            array("customer_ids.offsets").astype(np.int64, copy=False),
            array("customer_ids.content").astype(np.uint8, copy=False),
        )
    return Pack(ids, streams, int(manifest["last_known"]), str(manifest["digest"]), attributes)
