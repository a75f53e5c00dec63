"""Files for other programs: Parquet or CSV, put in place once they are whole, readable by their owner alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from features.vocabulary.cells import harmless_table
from features.vocabulary.errors import UsageRefused, did_you_mean

FORMATS = ("parquet", "csv")


@contextmanager
def put_in_place(path: Path) -> Iterator[BinaryIO]:
    """A file that is written beside and takes its name when the block succeeds; else nothing of it is left.

    It holds what is known of people, so that nobody but its owner may read it. Raises ``UsageRefused`` for a folder.
    """
    if path.is_dir():
        raise UsageRefused(
            expected="a file to export to",
            found=f"a folder at {path}",
            remedy="Name a file such as vectors.parquet.",
        )
    beside = path.with_name(f".{path.name}.part")
    descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # One that a killed export left may be readable by others.
            os.fchmod(file.fileno(), 0o600)
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class TableWriter:
    """Writes Arrow tables of one kind, one after the other, as Parquet or as CSV of which no cell is a formula."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file, self._kind = file, kind
        self._writer: Any = None

    def add(self, table: Any) -> None:
        """Write a table behind the others."""
        table = harmless_table(table) if self._kind == "csv" else table
        if self._writer is None:
            self._writer = self._opened(table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file, which stays open; a second time does nothing."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _opened(self, schema: Any) -> Any:
        from pyarrow import csv, parquet

        if self._kind == "csv":
            return csv.CSVWriter(self._file, schema)
        return parquet.ParquetWriter(self._file, schema, compression="zstd")


def write_tables(
    path: Path, tables: Iterable[Any], check: Callable[[], None] = lambda: None
) -> int:
    """Write tables of one kind beside and put them in place at once; says how many lines they have.

    In CSV no cell is one that a spreadsheet takes for a formula. Where ``check`` raises nothing is put in place.
    """
    refuse_other_file(path)
    lines = 0
    with put_in_place(path) as file:
        writer = TableWriter(file, path.suffix.lower().removeprefix("."))
        for table in tables:
            writer.add(table)
            lines += len(table)
        writer.close()
        check()
    return lines


def refuse_other_file(path: Path) -> None:
    """Refuse, with ``UsageRefused``, a file of another kind or in a folder that is not there."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS or not path.parent.is_dir():
        raise UsageRefused(
            expected=f"a file that ends in .{' or .'.join(FORMATS)}, in a folder that exists",
            found=path.name,
            remedy=did_you_mean(ending, list(FORMATS)),
        )
