"""The sorted Parquet tables as a column pack: streamed in batches, so that memory stays small."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.attribute_columns import pack_attributes
from features.contracts import CheckedTable
from features.errors import DataRefused
from features.pack import MISSING_NUMBER, EventStream, Pack, TextColumn
from features.progress import Progress
from features.sorting import CODE, ITEM_GROUPS, coded_columns, dictionary
from features.sources import Connection, literal, quoted
from features.tables import PURCHASES, Kind

BATCH_ROWS = 500_000
_NOT_TELLING_THE_END = ("contracts",)
"""Tables whose rows may be dated ahead, so that they do not say how far the data reach."""


@dataclass(frozen=True)
class _PackColumn:
    """One array of the pack: the SQL that fills it and its type."""

    name: str
    sql: str
    dtype: type[np.integer[Any]]


def build_pack(
    connection: Connection,
    tables: Sequence[CheckedTable],
    folder: Path,
    scratch: Path,
    progress: Progress,
) -> Pack:
    """Turn the sorted Parquet files of ``folder`` into a pack whose arrays lie in ``scratch``.

    The digest is taken over every array and dictionary, so equal content has an equal digest whatever
    the order of the source rows or the number of threads.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    ids = _texts(connection, "customer_ids", "customer_id")
    if len(ids) > np.iinfo(np.int32).max:
        raise DataRefused(
            expected="at most 2,147,483,647 customers", found=f"{len(ids):,}", remedy="Split them."
        )
    streams: dict[str, EventStream] = {}
    events = [one for one in tables if one.table.event_time is not None]
    for table in events:
        name = table.table.name
        path = folder / f"{name}.parquet"
        streams[name] = _stream(connection, table, path, len(ids), scratch, progress)
    told = {name: one for name, one in streams.items() if name not in _NOT_TELLING_THE_END}
    last_known = max(_last(one) for one in (told or streams).values())
    attributes = pack_attributes(connection, tables, folder, len(ids))
    pack = Pack(TextColumn.of(ids), streams, last_known, digest="", attributes=attributes)
    return replace(pack, digest=pack_digest(pack))


def pack_digest(pack: Pack) -> str:
    """The SHA-256 of a pack's content: customers, arrays in little-endian order, and dictionaries."""
    told = hashlib.sha256()

    def tell(name: str, array: NDArray[Any]) -> None:
        told.update(f"{name}:{array.dtype.newbyteorder('<').str}:{len(array)};".encode())
        for start in range(0, len(array), BATCH_ROWS):
            batch = array[start : start + BATCH_ROWS]
            told.update(np.ascontiguousarray(batch, batch.dtype.newbyteorder("<")).data)

    tell("customer_ids.offsets", pack.customer_ids.offsets)
    tell("customer_ids.content", pack.customer_ids.content)
    for name, stream in sorted(pack.streams.items()):
        tell(f"{name}.offsets", stream.offsets)
        tell(f"{name}.seconds", stream.seconds)
        if stream.known is not None:
            tell(f"{name}.known", stream.known)
        for column, values in sorted(stream.columns.items()):
            tell(f"{name}.column.{column}", values)
        for column, texts in sorted(stream.dictionaries.items()):
            told.update(json.dumps([column, list(texts)], ensure_ascii=False).encode())
    if pack.attributes.known is not None:
        tell("attributes.known", pack.attributes.known)
    for column, values in sorted(pack.attributes.columns.items()):
        tell(f"attributes.column.{column}", values)
    for column, texts in sorted(pack.attributes.dictionaries.items()):
        told.update(json.dumps(["attributes", column, list(texts)], ensure_ascii=False).encode())
    return told.hexdigest()


def _stream(
    connection: Connection,
    table: CheckedTable,
    path: Path,
    customers: int,
    scratch: Path,
    progress: Progress,
) -> EventStream:
    name = table.table.name
    columns = _pack_columns(connection, table, path)
    has_known = "known_seconds" in table.stored_names
    if has_known:
        floor = (
            "known_seconds" if name in _NOT_TELLING_THE_END else "greatest(known_seconds, seconds)"
        )
        # Beside the columns, under a name no column can have.
        columns.append(_PackColumn("+known", f"coalesce({floor}, seconds)", np.int64))
    columns.append(_PackColumn("+seconds", "seconds", np.int64))
    arrays, counts = _fill(connection, name, path, columns, customers, scratch, progress)
    offsets = np.zeros(customers + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return EventStream(
        offsets=offsets,
        seconds=arrays.pop("+seconds").astype(np.int64, copy=False),
        known=arrays.pop("+known").astype(np.int64, copy=False) if has_known else None,
        columns=arrays,
        dictionaries=_dictionaries(connection, table, path),
    )


def _pack_columns(connection: Connection, table: CheckedTable, path: Path) -> list[_PackColumn]:
    columns = [_PackColumn("local_day", "local_day", np.int32)]
    if table.table is PURCHASES:
        columns.append(_PackColumn("order", '"order"', np.int32))
    for name in _coded_names(connection, table, path):
        columns.append(_PackColumn(_pack_name(name), quoted(name + CODE), np.int32))
    for one in table.columns:
        if one.column.name in (table.table.event_time, "known_at"):
            continue
        if one.column.kind is Kind.FLAG:
            sql = f"coalesce(CAST({quoted(one.stored)} AS TINYINT), -1)"
            columns.append(_PackColumn(one.stored, sql, np.int8))
        elif one.column.kind is not Kind.TEXT:
            missing = _missing(one.column.kind, one.column.name)
            sql = f"coalesce({quoted(one.stored)}, {missing})"
            columns.append(_PackColumn(one.stored, sql, np.int64))
    return columns


def _missing(kind: Kind, name: str) -> int:
    """A missing instant or flag of an event is -1, a discount 0."""
    if kind is Kind.INSTANT:
        return -1
    return 0 if name == "discount" else MISSING_NUMBER


def _coded_names(connection: Connection, table: CheckedTable, path: Path) -> list[str]:
    """The text columns that have codes in the sorted file, with the groups of the items."""
    names = [one.stored for one in coded_columns(table)]
    if table.table is not PURCHASES:
        return names
    described = connection.execute(f"DESCRIBE FROM read_parquet({literal(str(path))})").fetchall()
    present = {row[0] for row in described}
    return names + [name for name in ITEM_GROUPS if name + CODE in present]


def _pack_name(column: str) -> str:
    return column.removesuffix("_id")


def _fill(
    connection: Connection,
    name: str,
    path: Path,
    columns: Sequence[_PackColumn],
    customers: int,
    scratch: Path,
    progress: Progress,
) -> tuple[dict[str, NDArray[np.integer[Any]]], NDArray[np.int64]]:
    """Stream a sorted file into arrays on disk, and count the rows of each customer."""
    file = f"read_parquet({literal(str(path))})"
    rows = int(connection.execute(f"SELECT count(*) FROM {file}").fetchall()[0][0])
    arrays = {
        one.name: np.lib.format.open_memmap(
            scratch / f"{name}.{one.name}.npy", mode="w+", dtype=one.dtype, shape=(rows,)
        )
        for one in columns
    }
    counts = np.zeros(customers, np.int64)
    selected = ", ".join(f"{one.sql} AS {quoted(one.name)}" for one in columns)
    batches = connection.sql(f"SELECT customer_key, {selected} FROM {file}")
    done = 0
    for batch in batches.to_arrow_reader(BATCH_ROWS):
        end = done + batch.num_rows
        for one in columns:
            arrays[one.name][done:end] = batch.column(one.name).to_numpy(zero_copy_only=False)
        keys = batch.column("customer_key").to_numpy(zero_copy_only=False)
        counts += np.bincount(keys, minlength=customers)
        done = end
        progress(f"pack {name}", done, rows)
    return {key: array.view(np.ndarray) for key, array in arrays.items()}, counts


def _dictionaries(
    connection: Connection, table: CheckedTable, path: Path
) -> Mapping[str, Sequence[str]]:
    return {
        _pack_name(name): _texts(connection, dictionary(table, name), "text")
        for name in _coded_names(connection, table, path)
    }


def _texts(connection: Connection, relation: str, column: str) -> list[str]:
    read = connection.sql(f"SELECT {column} FROM {relation} ORDER BY rowid")
    texts: list[str] = read.to_arrow_table().column(0).to_pylist()
    return texts


def _last(stream: EventStream) -> int:
    known = stream.seconds if stream.known is None else stream.known
    return int(known.max())
