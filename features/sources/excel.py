"""Excel sheets, which DuckDB cannot read by itself: copied to Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from features.sources.pieces import write_piece
from features.vocabulary.errors import DataRefused, did_you_mean

EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def sheet_of(source: str) -> tuple[str, str | None]:
    """A file's path and the sheet named after ``#``, if it is an Excel file.

    >>> sheet_of("sales.xlsx#March"), sheet_of("a#b.csv")
    (('sales.xlsx', 'March'), ('a#b.csv', None))
    """
    path, mark, sheet = source.rpartition("#")
    if mark and path.casefold().endswith(EXCEL_SUFFIXES):
        return path, sheet
    return source, None


def copy_excel(files: Sequence[Path], source: str, *, scratch: Path) -> list[Path]:
    """Copy one sheet of each Excel file to Parquet: the one named after ``#``, or the first with rows.

    The first row holds the names. Raises ``DataRefused`` when a file cannot be opened, the sheet is
    absent or empty, or a name is missing or repeated.
    """
    _, sheet = sheet_of(source)
    scratch.mkdir(parents=True, exist_ok=True)
    return [
        write_piece(_excel_columns(path, sheet), scratch / f"{position:06d}.parquet")
        for position, path in enumerate(files)
    ]


def _excel_columns(path: Path, sheet: str | None) -> dict[str, list[Any]]:
    rows = _excel_rows(path, sheet)
    if len(rows) < 2:
        raise DataRefused(
            expected=f"a sheet with names in its first row and rows below in {path.name}",
            found="no rows",
            remedy="Name the sheet after the file, such as sales.xlsx#March.",
        )
    names = [str(name).strip() for name in rows[0]]
    for position, name in enumerate(names):
        if not name or name in names[:position]:
            raise DataRefused(
                expected=f"every column of {path.name} to have its own name in the first row",
                found=f'"{name}" in column {position + 1}',
                remedy="Name the columns in the first row of the sheet.",
            )
    return {name: [row[at] for row in rows[1:]] for at, name in enumerate(names)}


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
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python()
        if rows:
            return rows
    return []
