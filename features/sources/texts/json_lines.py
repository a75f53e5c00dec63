"""Files of JSON, copied to Parquet with every value as a text: one object a line, or one list of objects.

A number is written as it stands in the file, true and false as they are. What an object holds in another
one is a column of its own, such as ``customer.id``; the lines of an order in a list are rows of their own,
each beside what is said of the order. Any other list stays JSON.
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
_LINES = (
    "lineitems", "line_items", "order_lines", "orderlines", "order_items", "orderitems", "lines", "items",
    "positions", "positionen", "products", "articles", "artikel", "lignes", "lineas", "righe", "regels",
)  # fmt: skip
"""What the list of an order's lines is called."""


def copy_json_lines(path: Path, to: Path) -> tuple[tuple[str, ...], CopiedRecords]:
    """Copy the objects of a file of plain UTF-8; answers the names, and what became of every record.

    A name that some objects lack is empty in them. Raises ``DataRefused`` where there is no object.
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    keys, lines = _columns(path)
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
            found = list(_rows(one, lines))
            rows += found
            copied += len(found)
            if len(rows) >= _ROWS_AT_ONCE:
                writer.write_table(_table(rows, keys, schema))
                rows = []
        writer.write_table(_table(rows, keys, schema))
    first = tuple(refused[:SAMPLE_LINES])
    return names, CopiedRecords(copied, len(refused), len(refused), first)


def _table(rows: list[dict[str, Any]], keys: list[str], schema: Any) -> Any:
    import pyarrow as arrow

    columns = [[_text(row.get(key)) for row in rows] for key in keys]
    return arrow.table([arrow.array(column, arrow.string()) for column in columns], schema=schema)


def _columns(path: Path) -> tuple[list[str], str]:
    """The names of all columns, and of the list that holds an order's lines, empty where nobody can tell which."""
    keys: dict[str, bool] = {}
    within: dict[str, dict[str, None]] = {}
    for _, one in _objects(path):
        for key, value in _flat(one or {}):
            lines = _as_lines(value)
            if lines:
                found = within.setdefault(key, {})
                found.update((name, None) for line in lines for name, _ in _flat(line))
            is_beside = not lines and value not in (None, [])
            keys[key] = keys.get(key, False) or is_beside
    named = [key for key in within if key.rpartition(".")[2].casefold() in _LINES]
    candidates = named or list(within)
    if len(candidates) != 1:
        return list(keys), ""
    (lines_name,) = candidates
    # What is no list of lines in some object stays a text of its own.
    whole = [key for key, is_beside in keys.items() if key != lines_name or is_beside]
    return [*whole, *(f"{lines_name}.{name}" for name in within[lines_name])], lines_name


def _as_lines(value: Any) -> list[dict[str, Any]]:
    """A list of nothing but objects; empty for anything else."""
    is_list = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return value if is_list else []


def _rows(one: dict[str, Any], lines: str) -> Iterator[dict[str, Any]]:
    """The rows of an object: one, or one for each of its lines beside what is said of the whole."""
    whole = dict(_flat(one))
    parts = _as_lines(whole.get(lines)) if lines else []
    if not parts:
        yield whole
        return
    del whole[lines]
    for part in parts:
        yield whole | {f"{lines}.{key}": value for key, value in _flat(part)}


def _flat(one: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in one.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


def _objects(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Each object with the line it stands in, or its place in a list; None for a line that holds none."""
    with path.open(encoding="utf-8-sig") as file:
        start = file.read(1 << 12).lstrip()
        file.seek(0)
        first = start.partition("\n")[0]
        if start[:1] == "[" or (start[:1] == "{" and _parsed(first) is None and "\n" in start):
            yield from enumerate(_listed(file.read()), start=1)
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                found = _parsed(line)
                yield number, found if isinstance(found, dict) else None


def _listed(text: str) -> Iterator[dict[str, Any] | None]:
    """The objects of a file that is one list of them, or one object that holds the list, as answers of services do."""
    whole = _parsed(text)
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list)]
        whole = lists[0] if len(lists) == 1 else [whole]
    for one in whole if isinstance(whole, list) else ():
        yield one if isinstance(one, dict) else None


def _parsed(text: str) -> Any:
    try:
        # Numbers stay the texts they are: 20 digits of one are more than a float holds.
        return json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
