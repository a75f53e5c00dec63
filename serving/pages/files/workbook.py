"""The churn list as an Excel workbook: the cells of the other file, as what they are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from serving.in_use.models_in_use import InUse
from serving.pages.files.download import ROWS_AT_ONCE, WhoIsWithheld, blocks
from serving.pages.files.table import DATES, DECIMALS, columns_at, names_of_columns
from serving.pages.list_query import ListQuery

MOST_ROWS = 100_000
"""A longer list takes minutes to make and is slow to open."""
_PIECE_BYTES = 1 << 18
_NUMBER_FORMATS = {0: "#,##0", 1: "0.0", 2: "#,##0.00"}


def xlsx_parts(
    in_use: InUse,
    query: ListQuery,
    currency: str,
    scratch: Path,
    *,
    withheld: WhoIsWithheld | None = None,
) -> Iterator[bytes]:
    """The list as a workbook: money and percentages are numbers, ids are text, and nothing is a formula.

    It is made in a folder of its own in ``scratch``, which is gone before the first part is given. Whoever
    is ``withheld`` when it is done is not in it: then it is made again.
    """
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as folder:
        path, is_of_now = Path(folder) / "list.xlsx", False
        while not is_of_now:
            before = None if withheld is None else withheld()
            _write_workbook(path, in_use, query, currency, withheld)
            is_of_now = withheld is None or withheld() == before
        file = path.open("rb")
    with file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


def _write_workbook(
    path: Path, in_use: InUse, query: ListQuery, currency: str, withheld: WhoIsWithheld | None
) -> None:
    # Nobody else has a use for it, and a service starts without.
    import xlsxwriter

    options = {
        # Row by row, so that a long list takes no more memory than a short one.
        "constant_memory": True,
        "tmpdir": str(path.parent),
        # Nothing is taken for a formula, a number or a link that is not said to be one.
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    names = names_of_columns(in_use.snapshot)
    with xlsxwriter.Workbook(path, options) as workbook:
        sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True})
        for place, name in enumerate(names):
            sheet.write_string(0, place, name, bold)
        sheet.freeze_panes(1, 2)
        writers = [_writer(workbook, sheet, place, name) for place, name in enumerate(names)]
        row = 1
        for places in blocks(in_use.snapshot, query, withheld, ROWS_AT_ONCE):
            columns = columns_at(in_use, places, currency)
            for cells in zip(*(one.cells for one in columns), strict=True):
                for write, cell in zip(writers, cells, strict=True):
                    if cell:
                        write(row, cell)
                row += 1


def _writer(workbook: Any, sheet: Any, place: int, name: str) -> Callable[[int, str], None]:
    """What writes a cell of one column into a row."""
    if name in DECIMALS:
        number = workbook.add_format({"num_format": _NUMBER_FORMATS[DECIMALS[name]]})
        return lambda row, cell: sheet.write_number(row, place, float(cell), number)
    if name in DATES:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        return lambda row, cell: sheet.write_datetime(row, place, date.fromisoformat(cell), day)
    # A text, so that what looks like a formula stays one when somebody opens the cell and leaves it again.
    text = workbook.add_format({"num_format": "@"})
    return lambda row, cell: sheet.write_string(row, place, _writable(cell), text)


def _writable(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode()
