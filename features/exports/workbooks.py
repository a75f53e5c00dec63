"""Excel workbooks of one sheet: a heading, then a line a row, in which every cell is what it is and none is a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from features.vocabulary.cells import SheetColumn

TEXT, DAY = "text", "day"
_NUMBER_FORMATS = {0: "#,##0", 1: "0.0", 2: "#,##0.00"}

Kind = str | int
"""What the cells of a column are: a text, a day, or a number with so many decimals."""


class Sheet:
    """The sheet of a workbook on its way, columns at a time; see ``sheet``."""

    def __init__(self, workbook: Any, kinds: Mapping[str, Kind], frozen_columns: int) -> None:
        self._sheet = workbook.add_worksheet()
        bold = workbook.add_format({"bold": True})
        for place, name in enumerate(kinds):
            self._sheet.write_string(0, place, name, bold)
        self._sheet.freeze_panes(1, frozen_columns)
        self._writers = [
            _writer(workbook, self._sheet, place, kind) for place, kind in enumerate(kinds.values())
        ]
        self._row = 1

    def add(self, columns: Sequence[SheetColumn]) -> None:
        """Write rows behind the others; an empty cell is left empty."""
        for cells in zip(*(one.cells for one in columns), strict=True):
            for write, cell in zip(self._writers, cells, strict=True):
                if cell:
                    write(self._row, cell)
            self._row += 1


@contextmanager
def sheet(
    file: Path | BinaryIO, kinds: Mapping[str, Kind], *, scratch: Path, frozen_columns: int = 2
) -> Iterator[Sheet]:
    """A workbook whose columns are called and are of the ``kinds``; the file is whole when the block ends.

    Row by row, so that a long list takes no more memory than a short one; what it keeps on disk meanwhile stands in ``scratch``.
    """
    # Nobody else has a use for it, and a service starts without.
    import xlsxwriter

    options = {
        "constant_memory": True,
        "tmpdir": str(scratch),
        # Nothing is taken for a formula, a number or a link that is not said to be one.
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as workbook:
        yield Sheet(workbook, kinds, frozen_columns)


def _writer(workbook: Any, worksheet: Any, place: int, kind: Kind) -> Callable[[int, str], None]:
    """What writes a cell of one column into a row."""
    if isinstance(kind, int):
        number = workbook.add_format({"num_format": _NUMBER_FORMATS[kind]})
        return lambda row, cell: worksheet.write_number(row, place, float(cell), number)
    if kind == DAY:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        return lambda row, cell: worksheet.write_datetime(row, place, date.fromisoformat(cell), day)
    # A text, so that what looks like a formula stays one when somebody opens the cell and leaves it again.
    text = workbook.add_format({"num_format": "@"})
    return lambda row, cell: worksheet.write_string(row, place, _writable(cell), text)


def _writable(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode()
