"""The records of a text file copied to Parquet, every value as the text it is, and every refused one told.

A record is refused when it has more values than there are names, or fewer: which of them are missing cannot
be known. Nothing else is left out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.sources.texts.layouts import TextLayout
from features.vocabulary.errors import DataRefused

SAMPLE_LINES = 3
MOST_FOOTER_LINES = 5
_BLOCK_BYTES = 1 << 22
_ROWS_AT_ONCE = 1 << 17
_LONGEST_VALUE = 1 << 30


@dataclass(frozen=True)
class RefusedLine:
    """A record that could not be read: its line, and how many values it has."""

    line: int
    values: int
    is_torn: bool = False
    """Whether the file ends in it, without the end of a line."""


@dataclass(frozen=True)
class CopiedRecords:
    """What became of a file's records: how many were copied, how many refused, and the first of these."""

    copied: int
    refused: int = 0
    few: int = 0
    """How many of the refused have fewer values than there are names."""
    first: tuple[RefusedLine, ...] = ()
    footer: int = 0
    """How many of the refused are short lines at the end of the file, as totals, remarks and a torn line are."""

    @property
    def broken(self) -> int:
        """How many of the refused stand among the others, where nothing but a fault explains them."""
        return self.refused - self.footer

    @property
    def in_file(self) -> int:
        """All records of the file below the names."""
        return self.copied + self.refused


def copy_records(path: Path, lines: int, layout: TextLayout, to: Path) -> CopiedRecords:
    """Copy the records of a file of plain UTF-8 to Parquet, in their order.

    ``lines`` are how many ends of a line the file has. Raises ``DataRefused`` where a quote is opened
    and the next one stands in another record, so that records have run together.
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    found = _Refusals(len(layout.names))
    schema = arrow.schema([(name, arrow.string()) for name in layout.names])
    copied = 0
    try:
        with (
            _reader(path, layout, found) as reader,
            parquet.ParquetWriter(to, schema, compression="snappy") as writer,
        ):
            for batch in reader:
                copied += batch.num_rows
                writer.write_batch(batch, row_group_size=_ROWS_AT_ONCE)
    except arrow.ArrowInvalid as fault:
        # There is nothing below the names.
        if not str(fault).startswith(("Empty CSV file", "Could not skip initial")):
            raise _unreadable(path, fault) from None
        parquet.write_table(schema.empty_table(), to)
    within = lines + 1 - layout.header_line - copied - found.count
    if within > 1:
        _require_closed_quotes(path, layout)
    return found.copied_records(path, layout, copied)


class _Refusals:
    """Gathers the records that the reader cannot place, as it meets them."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self.few = 0

    def __call__(self, row: Any) -> str:
        # Values without a name that say nothing are no loss.
        self.count += 1
        self.few += row.actual_columns < self.width
        return "skip"

    def copied_records(self, path: Path, layout: TextLayout, copied: int) -> CopiedRecords:
        """What became of the records, with the lines of the first refused ones."""
        if not self.count:
            return CopiedRecords(copied)
        first: list[RefusedLine] = []
        footer = 0
        for line, values in _places(path, layout):
            if values == self.width:
                footer = 0
                continue
            footer = footer + 1 if values < self.width else 0
            if len(first) < SAMPLE_LINES:
                first.append(RefusedLine(line, values))
            last = RefusedLine(line, values, is_torn=True)
        if footer > MOST_FOOTER_LINES:
            footer = 0
        if footer and not _ends_with_a_line(path):
            # The last one may be whole but for its end; it is told as torn where values are missing.
            first = [last if one.line == last.line else one for one in first]
        return CopiedRecords(copied, self.count, self.few, tuple(first), footer)


def _reader(path: Path, layout: TextLayout, refused: _Refusals) -> Any:
    from pyarrow import csv as arrow_csv
    from pyarrow import string

    return arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            skip_rows=layout.header_line,
            column_names=list(layout.names),
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            double_quote=not layout.escape,
            escape_char=layout.escape or False,
            newlines_in_values=True,
            invalid_row_handler=refused,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: string() for name in layout.names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            check_utf8=False,
        ),
    )


def _places(path: Path, layout: TextLayout) -> Iterator[tuple[int, int]]:
    """Of every record below the names, the line it begins in and how many values it has."""
    for line, values in _values(path, layout):
        yield line, len(values)


def _values(path: Path, layout: TextLayout) -> Iterator[tuple[int, list[str]]]:
    # No value is too long to be told of: the limit is there for what runs on for ever.
    csv.field_size_limit(_LONGEST_VALUE)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(layout.header_line):
            file.readline()
        reader = csv.reader(
            file,
            delimiter=layout.delimiter,
            doublequote=not layout.escape,
            escapechar=layout.escape or None,
        )
        line = layout.header_line + 1
        for values in reader:
            if values:
                yield line, values
            line = layout.header_line + 1 + reader.line_num


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"


def _require_closed_quotes(path: Path, layout: TextLayout) -> None:
    """Refuse a file in which a value holds whole records: there a quote was opened and not closed."""
    for line, values in _values(path, layout):
        for value in values:
            inner = value.splitlines()[1:-1]
            if any(len(one) == len(layout.names) for one in _split(inner, layout)):
                raise DataRefused(
                    expected=f"every quote in {path.name} to be closed again",
                    found=f"a value that holds {value.count(chr(10)):,} ends of a line and whole records",
                    rows=f"line {line:,} of {path.name}",
                    remedy="Export the file again, or close the quote in that line.",
                )


def _split(lines: Sequence[str], layout: TextLayout) -> Iterator[list[str]]:
    yield from csv.reader(lines, delimiter=layout.delimiter)


def _unreadable(path: Path, fault: Exception) -> DataRefused:
    return DataRefused(
        expected=f"a readable table in {path.name}",
        found=str(fault).splitlines()[0],
        remedy="Open the file to see whether it is whole, or export it again.",
    )
