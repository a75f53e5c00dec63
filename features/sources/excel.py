"""Excel sheets, which DuckDB cannot read by itself: copied to Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from features.sources.parquet_pieces import write_piece
from features.sources.texts.layouts import header_of, named_columns
from features.vocabulary.errors import DataRefused, did_you_mean

EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def sheet_of(source: str) -> tuple[str, str | None]:
    """A file's path and the sheet named after ``#``, if it is an Excel file.

    >>> sheet_of("sales.xlsx#March"), sheet_of("a#b.csv")
    (('sales.xlsx', 'March'), ('a#b.csv', None))
    """
    path, _, sheet = source.rpartition("#")
    if path.casefold().endswith(EXCEL_SUFFIXES):
        return path, sheet
    return source, None


def copy_excel(files: Sequence[Path], source: str, *, scratch: Path) -> list[Path]:
    """Copy one sheet of each Excel file to Parquet: the one named after ``#``, or the first with rows.

    The names are in the first row that fills most of the columns; titles may stand above. A merged cell
    fills the rows it spans. Raises ``DataRefused`` when a file cannot be opened, the sheet is absent or
    empty, or a name is repeated.
    """
    _, sheet = sheet_of(source)
    scratch.mkdir(parents=True, exist_ok=True)
    return [
        write_piece(_excel_columns(path, sheet), scratch / f"{position:06d}.parquet")
        for position, path in enumerate(files)
    ]


def _excel_columns(path: Path, sheet: str | None) -> dict[str, list[Any]]:
    rows = _excel_rows(path, sheet)
    header = header_of([[str(value) for value in row] for row in rows])
    if header is None or len(rows) < header + 2:
        raise DataRefused(
            expected=f"a sheet with a row of names and rows below in {path.name}",
            found="no rows" if header is not None or not rows else "no row of names",
            remedy="Name the sheet after the file, such as sales.xlsx#March, and the columns in one row.",
        )
    given = [str(name).strip() for name in rows[header]]
    for position, name in enumerate(given):
        if name and name in given[:position]:
            raise DataRefused(
                expected=f"every column of {path.name} to have its own name in row {header + 1}",
                found=f'"{name}" in column {position + 1} as well',
                remedy="Name the columns apart in that row of the sheet.",
            )
    names, _ = named_columns(given)
    below = rows[header + 1 :]
    # A column without a name and without a value is the edge of the sheet.
    return {
        name: [row[at] for row in below]
        for at, name in enumerate(names)
        if given[at] or any(row[at] != "" for row in below)
    }


def _excel_rows(path: Path, sheet: str | None) -> list[list[Any]]:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except (calamine.CalamineError, OSError, ValueError) as fault:
        raise DataRefused(
            expected=f"an Excel workbook in {path.name}",
            found=str(fault).strip() or type(fault).__name__,
            remedy="Open it in Excel, take a password off if it has one, and save it again.",
        ) from None
    if sheet is not None and sheet not in book.sheet_names:
        raise DataRefused(
            expected=f'a sheet "{sheet}" in {path.name}',
            found="no such sheet",
            remedy=did_you_mean(sheet, book.sheet_names),
        )
    for name in [sheet] if sheet is not None else book.sheet_names:
        page = book.get_sheet_by_name(name)
        rows: list[list[Any]] = page.to_python(skip_empty_area=False)
        if any(value != "" for row in rows for value in row):
            return _filled_down(rows, page.merged_cell_ranges or ())
    return []


def _filled_down(
    rows: list[list[Any]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> list[list[Any]]:
    """Rows with the value of a merged cell in each of the cells it spans downwards.

    A cell that spans several columns is a title, and stays one.
    """
    for (top, left), (bottom, right) in merged:
        if left == right:
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]
    return rows
