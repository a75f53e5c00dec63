"""Files of JSON lines, one object a line, copied to Parquet with every value as a text.

A number is written as it stands in the file, true and false as they are, and what is nested as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from features.sources.texts.layouts import named_columns
from features.sources.texts.records import SAMPLE_LINES, CopiedRecords, RefusedLine
from features.vocabulary.errors import DataRefused

_ROWS_AT_ONCE = 50_000


def copy_json_lines(path: Path, to: Path) -> tuple[tuple[str, ...], CopiedRecords]:
    """Copy the objects of a file of plain UTF-8; answers their names, and what became of every line.

    A name that some objects lack is empty in them. Raises ``DataRefused`` where no line is an object.
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    keys = list(dict.fromkeys(key for _, one in _objects(path) if one for key in one))
    if not keys:
        raise DataRefused(
            expected=f"one JSON object a line in {path.name}",
            found="none",
            remedy="Export the table as JSON lines, or as CSV.",
        )
    names, _ = named_columns(keys)
    schema = arrow.schema([(name, arrow.string()) for name in names])
    copied, refused = 0, []
    rows: list[dict[str, Any]] = []
    with parquet.ParquetWriter(to, schema, compression="snappy") as writer:
        for line, one in _objects(path):
            if one is None:
                refused.append(RefusedLine(line, 0))
                continue
            rows.append(one)
            copied += 1
            if len(rows) == _ROWS_AT_ONCE:
                writer.write_table(_table(rows, keys, schema))
                rows = []
        writer.write_table(_table(rows, keys, schema))
    first = tuple(refused[:SAMPLE_LINES])
    return names, CopiedRecords(copied, len(refused), len(refused), first)


def _table(rows: list[dict[str, Any]], keys: list[str], schema: Any) -> Any:
    import pyarrow as arrow

    columns = [[_text(row.get(key)) for row in rows] for key in keys]
    return arrow.table([arrow.array(column, arrow.string()) for column in columns], schema=schema)


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each line that is not blank with its object; None for a line that holds none."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                # Numbers stay the texts they are: 20 digits of one are more than a float holds.
                found = json.loads(line, parse_int=str, parse_float=str)
            except ValueError:
                found = None
            yield number, found if isinstance(found, dict) else None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
