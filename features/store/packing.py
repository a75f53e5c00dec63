"""The column pack of a store: made of the last store's pack and of the months that were made anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from features.checks.checking import CheckedTable
from features.sources.connection import Connection
from features.store.customers.attribute_columns import pack_attributes
from features.store.month_arrays import (
    NUMBERS_AHEAD,
    MonthArrays,
    Texts,
    numbered,
    pack_columns,
    read_month,
    text_buffers,
)
from features.store.month_files import DescribingColumn, month_file, reference_file
from features.store.pack import EventStream, Pack, TextColumn
from features.store.table_events import OldStream, StreamParts, write_stream
from features.vocabulary.errors import DataRefused
from features.vocabulary.progress import Progress
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS
from features.vocabulary.time import Cutoff

BATCH_ROWS = 500_000


@dataclass(frozen=True)
class EventTable:
    """A table of events on its way into the pack: what describing tables add, and the months that are written."""

    checked: CheckedTable
    describing: tuple[DescribingColumn, ...]
    written: Sequence[int]
    digests: Mapping[int, str]
    """The digests of the months that stay."""

    @property
    def name(self) -> str:
        """The table's name."""
        return self.checked.table.name


@dataclass(frozen=True)
class Packed:
    """A pack with the digests of its months, by table."""

    pack: Pack
    digests: Mapping[str, Mapping[int, str]]


def build_pack(
    connection: Connection,
    events: Sequence[EventTable],
    references: Sequence[CheckedTable],
    draft: Path,
    last: tuple[Path, Pack] | None,
    progress: Progress,
    *,
    as_of: Cutoff | None = None,
    lawful: Collection[str] = (),
) -> Packed:
    """Write the pack of a store into ``draft / "pack"``, from its sorted tables and the last store's pack.

    The digest is that of what every month and every customer says, so equal content has an equal digest
    whatever the order of the source rows, the number of threads, or the days on which it came. ``lawful`` names
    protected attributes that may be read.
    """
    folder, scratch, pack_folder = draft / "tables", draft / "scratch" / "pack", draft / "pack"
    pack_folder.mkdir()
    parts = [_parts(one, folder, scratch, last, progress) for one in events]
    declared = _declared(references, folder)
    old_ids = texts_of(last[1].customer_ids) if last is not None else _no_texts()
    stays = np.zeros(len(old_ids), bool)
    for one in parts:
        if one.old is not None:
            stays |= one.staying() > 0
    months = [month for part in parts for month in part.months]
    present = old_ids.filter(arrow.array(stays))
    ids, places = numbered([present, declared, *(month.customers for month in months)])
    _refuse_too_many(len(ids))
    old_keys = np.full(len(old_ids), -1, np.int64)
    old_keys[stays] = places[0]
    streams, begin = {}, 2
    for done, part in enumerate(parts):
        progress(f"pack {part.table}", done, len(parts))
        keys = places[begin : begin + len(part.months)]
        streams[part.table] = write_stream(part, pack_folder, len(ids), old_keys, keys)
        begin += len(part.months)
    digests = {
        table.name: {**table.digests, **{month.month: month.digest for month in part.months}}
        for table, part in zip(events, parts, strict=True)
    }
    attributes = pack_attributes(connection, references, folder, places[1], len(ids), lawful=lawful)
    offsets, content = text_buffers(ids)
    column = TextColumn(np.ascontiguousarray(offsets), np.ascontiguousarray(content))
    last_known = _last_known(streams, as_of)
    pack = Pack(column, streams, last_known, digest="", attributes=attributes)
    return Packed(replace(pack, digest=_digest(pack, digests)), digests)


def _last_known(streams: Mapping[str, EventStream], as_of: Cutoff | None) -> int:
    """The latest second at which a row became known; terms agreed ahead do not move it past today."""
    happened = {name: one for name, one in streams.items() if name not in NUMBERS_AHEAD}
    known = [
        one.seconds if one.known is None else one.known for one in (happened or streams).values()
    ]
    if as_of is not None and not happened:
        known = [one[one < as_of.seconds] for one in known]
    return max((int(one.max()) for one in known if len(one)), default=0)


def _parts(
    table: EventTable,
    folder: Path,
    scratch: Path,
    last: tuple[Path, Pack] | None,
    progress: Progress,
) -> StreamParts:
    columns = pack_columns(table.checked, table.describing)
    months: list[MonthArrays] = []
    for done, month in enumerate(table.written):
        progress(f"read {table.name}", done, len(table.written))
        path = month_file(folder, table.name, month)
        place = scratch / table.name / path.stem
        months.append(read_month(path, month, table.name, columns, place))
    assert table.checked.reading is not None
    old = None
    if last is not None and table.digests and table.name in last[1].streams:
        stream = last[1].streams[table.name]
        old = OldStream(table.name, stream, last[0] / "pack", table.checked.reading.touched)
    return StreamParts(table.name, columns, old, months)


def _declared(references: Sequence[CheckedTable], folder: Path) -> Texts:
    """The customers of the table of customers, in the order of its rows."""
    if all(one.table is not CUSTOMERS for one in references):
        return _no_texts()
    file = reference_file(folder, CUSTOMERS.name)
    read = parquet.read_table(file, columns=[CUSTOMER_ID]).column(0)
    return read.cast(arrow.large_string()).combine_chunks()


def texts_of(column: TextColumn) -> Texts:
    """A packed column of texts as Arrow has it, without a copy."""
    return arrow.LargeStringArray.from_buffers(
        len(column), arrow.py_buffer(column.offsets), arrow.py_buffer(column.content)
    )


def _no_texts() -> Texts:
    return arrow.array([], arrow.large_string())


def _refuse_too_many(customers: int) -> None:
    if customers > np.iinfo(np.int32).max:
        raise DataRefused(
            expected="at most 2,147,483,647 customers", found=f"{customers:,}", remedy="Split them."
        )


def customers_with_events(pack: Pack, table: str) -> int:
    """How many customers have rows in a table of events."""
    return int(np.count_nonzero(np.diff(pack.streams[table].offsets)))


def _digest(pack: Pack, digests: Mapping[str, Mapping[int, str]]) -> str:
    """The SHA-256 of a pack's content: customers and attributes, and what each month says."""
    digest = hashlib.sha256(digest_beside(pack).encode())
    for name, months in sorted(digests.items()):
        digest.update(json.dumps([name, sorted(pack.streams[name].columns)]).encode())
        digest.update(json.dumps(sorted(months.items())).encode())
    return digest.hexdigest()


def digest_beside(pack: Pack, *, at_once: int = BATCH_ROWS) -> str:
    """The SHA-256 of what a pack has beside its streams: customers, and what they declared."""
    digest = hashlib.sha256()
    _add(digest, "customer_ids.offsets", pack.customer_ids.offsets, at_once)
    _add(digest, "customer_ids.content", pack.customer_ids.content, at_once)
    if pack.attributes.known is not None:
        _add(digest, "attributes.known", pack.attributes.known, at_once)
    for column, values in sorted(pack.attributes.columns.items()):
        _add(digest, f"attributes.column.{column}", values, at_once)
    for column, texts in sorted(pack.attributes.dictionaries.items()):
        digest.update(json.dumps(["attributes", column, list(texts)], ensure_ascii=False).encode())
    return digest.hexdigest()


def _add(digest: Any, name: str, array: NDArray[Any], at_once: int) -> None:
    digest.update(f"{name}:{array.dtype.newbyteorder('<').str}:{len(array)};".encode())
    for start in range(0, len(array), at_once):
        batch = array[start : start + at_once]
        digest.update(np.ascontiguousarray(batch, batch.dtype.newbyteorder("<")).data)
