"""Rows of Python values as Parquet pieces, each column with the one type its values allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any


def write_pieces(
    names: Sequence[str], batches: Iterable[Sequence[Sequence[Any]]], scratch: Path
) -> list[Path]:
    """One Parquet file a batch; a column that is empty in a batch is left out of its file.

    Left out, because DuckDB then takes the column's type from the batches that have values.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    pieces: list[Path] = []
    unseen = set(names)
    for batch in batches:
        columns = dict(zip(names, map(list, zip(*batch, strict=True)), strict=True))
        filled = {
            name: values
            for name, values in columns.items()
            if any(value is not None for value in values)
        }
        unseen -= set(filled)
        # A batch in which nothing is filled still has to keep its number of rows.
        filled = filled or {names[0]: columns[names[0]]}
        pieces.append(write_piece(filled, scratch / f"{len(pieces):06d}.parquet"))
    # And one file without rows that names the columns for which no batch had a value.
    nameless = [name for name in names if name in unseen or not pieces]
    if nameless:
        pieces.append(write_piece({name: [] for name in nameless}, scratch / "names.parquet"))
    return pieces


def write_piece(columns: dict[str, list[Any]], path: Path) -> Path:
    """Write columns of equal length to one Parquet file; returns its path."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    arrays = {name: _array(values) for name, values in columns.items()}
    parquet.write_table(arrow.table(arrays), path)
    return path


def _array(values: list[Any]) -> Any:
    """One column with one type: whole numbers, numbers, instants, flags, or else texts."""
    import pyarrow as arrow

    # Excel gives an empty cell as an empty text.
    present = [None if value == "" else value for value in values]
    kinds = {type(value) for value in present if value is not None}
    if not kinds:
        return arrow.array(present, arrow.string())
    if kinds <= {int, float} and all(_is_whole(value) for value in _given(present)):
        return arrow.array([None if value is None else int(value) for value in present])
    if kinds <= {int, float}:
        return arrow.array([None if value is None else float(value) for value in present])
    if kinds <= {date, datetime}:
        return arrow.array([_midnight(value) for value in present])
    if len(kinds) == 1 and kinds & {bool, str}:
        return arrow.array(present)
    if len(kinds) == 1 and not kinds & {time, timedelta}:
        try:
            return arrow.array(present)
        except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError):
            pass
    return arrow.array([None if value is None else _text(value) for value in present])


def _given(values: Iterable[Any]) -> Iterator[Any]:
    return (value for value in values if value is not None)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or (value.is_integer() and abs(value) < 2**53)


def _midnight(value: date | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)


_TEXTS: dict[type, Callable[[Any], str]] = {
    float: lambda value: str(int(value)) if _is_whole(value) else repr(value),
    bytes: lambda value: value.decode("utf-8", "replace"),
}


def _text(value: Any) -> str:
    return _TEXTS.get(type(value), str)(value)
