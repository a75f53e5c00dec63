"""One sorted month of a table, taken from Parquet into arrays: its customers, its codes and its numbers.

Codes are those of the month itself, positions among its own texts in the order of their bytes; what
the whole store makes of them is decided when all months are put together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from features.checks.checking import CheckedTable
from features.store.month_files import DescribingColumn
from features.store.order_numbers import text_prints
from features.vocabulary.arrays import MISSING_NUMBER, Ints
from features.vocabulary.tables import CONTRACTS, CUSTOMER_ID, KNOWN_AT, PURCHASES, ColumnKind

Texts = Any
"""An Arrow array of texts."""
KNOWN = "+known"
SECONDS = "+seconds"
PRINTS = "+order prints"
NUMBERS_AHEAD = (CONTRACTS.name,)
"""Tables whose rows may be known before they begin."""
_UNCODED = (CUSTOMER_ID, "order_id", "contract_id")


@dataclass(frozen=True)
class PackColumn:
    """One array of the pack: its name there, the stored column it is made of and its type."""

    name: str
    stored: str
    dtype: Any
    missing: int = -1
    is_text: bool = False


@dataclass(frozen=True)
class MonthArrays:
    """One month's rows: how many of each customer, and the folder with an array a column."""

    month: int
    customers: Texts
    counts: Ints
    texts: Mapping[str, Texts]
    folder: Path
    digest: str

    def array(self, name: str) -> NDArray[Any]:
        """One column, mapped from its file."""
        return np.load(self.folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)  # type: ignore[no-any-return]


def pack_columns(table: CheckedTable, describing: Sequence[DescribingColumn]) -> list[PackColumn]:
    """The arrays that a table of events has in the pack, beside its offsets."""
    columns = [
        PackColumn(SECONDS, "seconds", np.int64),
        PackColumn("local_day", "local_day", np.int32),
    ]
    if "known_seconds" in table.stored_names:
        columns.append(PackColumn(KNOWN, "known_seconds", np.int64))
    if table.table is PURCHASES:
        columns.append(PackColumn(PRINTS, "order_id", np.uint64))
    every = [
        *((one.column.name, one.stored, one.column.kind) for one in table.columns),
        *((one.stored, one.stored, one.kind) for one in describing),
    ]
    for name, stored, kind in every:
        if name in (table.table.event_time, KNOWN_AT, *_UNCODED):
            continue
        if kind is ColumnKind.TEXT:
            short = stored.removesuffix("_id")
            columns.append(PackColumn(short, stored, np.int32, is_text=True))
        elif kind is ColumnKind.FLAG:
            columns.append(PackColumn(stored, stored, np.int8))
        else:
            columns.append(PackColumn(stored, stored, np.int64, _missing(kind, name)))
    return columns


def _missing(kind: ColumnKind, name: str) -> int:
    """A missing instant or flag of an event is -1, a discount 0."""
    if kind is ColumnKind.INSTANT:
        return -1
    return 0 if name == "discount" else MISSING_NUMBER


def read_month(
    path: Path, month: int, table: str, columns: Sequence[PackColumn], scratch: Path
) -> MonthArrays:
    """Read a sorted month into arrays below ``scratch``; the digest is that of all it says."""
    scratch.mkdir(parents=True)
    texts = [one.stored for one in columns if one.is_text]
    file = parquet.ParquetFile(path, read_dictionary=texts)
    customers, counts = _customers(file)
    digest = hashlib.sha256()
    _add_texts(digest, customers)
    digest.update(np.ascontiguousarray(counts, "<i8").data)
    dictionaries: dict[str, Texts] = {}
    seconds: NDArray[Any] = np.empty(0, np.int64)
    values: NDArray[Any]
    for one in columns:
        read = file.read(columns=[one.stored], use_threads=False).column(0)
        if one.is_text:
            dictionaries[one.name], values = coded(read)
            _add_texts(digest, dictionaries[one.name])
        elif one.name == PRINTS:
            values = text_prints(*text_buffers(read.combine_chunks()))
        elif one.name == KNOWN:
            known = read.to_numpy() if not read.null_count else _filled(read, MISSING_NUMBER)
            values = np.where(known == MISSING_NUMBER, seconds, known)
            values = values if table in NUMBERS_AHEAD else np.maximum(values, seconds)
        else:
            values = _filled(read, one.missing)
        values = np.ascontiguousarray(values, one.dtype)
        seconds = values if one.name == SECONDS else seconds
        digest.update(json.dumps([one.name, values.dtype.str]).encode())
        digest.update(values.data)
        np.save(scratch / f"{one.name}.npy", values)
    return MonthArrays(month, customers, counts, dictionaries, scratch, digest.hexdigest())


def _customers(file: Any) -> tuple[Texts, Ints]:
    """The customers of a sorted file and how many rows each has."""
    read = file.read(columns=[CUSTOMER_ID], use_threads=False).column(0)
    texts: list[Texts] = []
    counts: list[Ints] = []
    for chunk in read.chunks:
        runs = compute.run_end_encode(chunk, run_end_type=arrow.int64())
        texts.append(runs.values.cast(arrow.large_string()))
        counts.append(np.diff(runs.run_ends.to_numpy(), prepend=0))
    every = arrow.chunked_array(texts, arrow.large_string()).combine_chunks()
    rows = np.concatenate([*counts, np.empty(0, np.int64)])
    # A customer may go on from one chunk to the next.
    begins = np.ones(len(every), bool)
    if len(every) > 1:
        begins[1:] = compute.not_equal(every[1:], every[:-1]).to_numpy(zero_copy_only=False)
    places = np.flatnonzero(begins)
    return every.take(arrow.array(places)), np.add.reduceat(rows, places)


def _filled(read: Any, missing: int) -> NDArray[Any]:
    if arrow.types.is_boolean(read.type):
        read = read.cast(arrow.int8())
    if read.null_count:
        read = read.fill_null(arrow.scalar(missing, read.type))
    values: NDArray[Any] = read.to_numpy()
    return values


def coded(read: Any) -> tuple[Texts, NDArray[np.int32]]:
    """A column of texts as its different texts, sorted by their bytes, and the code of each row."""
    chunks = read.dictionary_encode() if not arrow.types.is_dictionary(read.type) else read
    single = chunks.unify_dictionaries().combine_chunks()
    local = single.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    # A dictionary of the file may name texts that no row has.
    used = np.zeros(len(single.dictionary) + 1, bool)
    used[local] = True
    places = np.flatnonzero(used[:-1])
    present = single.dictionary.take(arrow.array(places)).cast(arrow.large_string())
    texts, (ranks,) = numbered([present])
    codes = np.full(len(used), -1, np.int32)
    codes[places] = ranks
    return texts, codes[local]


def numbered(lists: Sequence[Texts]) -> tuple[Texts, list[Ints]]:
    """The different texts of several lists, sorted by their bytes, and the places of each list's own."""
    whole = arrow.concat_arrays([arrow.array([], arrow.large_string()), *lists])
    single = whole.dictionary_encode()
    order = compute.sort_indices(single.dictionary)
    ranks = np.empty(len(order), np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    places = ranks[single.indices.to_numpy()]
    ends = np.cumsum([len(one) for one in lists])
    return single.dictionary.take(order), np.split(places, ends[:-1]) if lists else []


def text_buffers(texts: Texts) -> tuple[Ints, NDArray[np.uint8]]:
    """Where each text begins, and the bytes of all."""
    if isinstance(texts, arrow.ChunkedArray):
        texts = texts.combine_chunks()
    texts = texts.cast(arrow.large_string())
    _, offsets, content = texts.buffers()
    begins = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return begins, np.frombuffer(content or b"", np.uint8)


def _add_texts(digest: Any, texts: Texts) -> None:
    offsets, content = text_buffers(texts)
    digest.update(np.ascontiguousarray(offsets - offsets[0], "<i8").data)
    digest.update(content[offsets[0] : offsets[-1]].data)
