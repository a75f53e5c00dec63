"""The churn list as an Excel workbook: the cells of the other file, as what they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from features.exports.workbooks import DAY, TEXT, Kind, sheet
from serving.in_use.models_in_use import InUse
from serving.pages.files.download import ROWS_AT_ONCE, WhoIsWithheld, blocks
from serving.pages.files.table import DATES, DECIMALS, columns_at, names_of_columns
from serving.pages.list_query import ListQuery

MOST_ROWS = 100_000
"""A longer list takes minutes to make and is slow to open."""
_PIECE_BYTES = 1 << 18


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
    kinds = {name: _kind(name) for name in names_of_columns(in_use.snapshot)}
    with sheet(path, kinds, scratch=path.parent) as lines:
        for places in blocks(in_use.snapshot, query, withheld, ROWS_AT_ONCE):
            lines.add(columns_at(in_use, places, currency))


def _kind(name: str) -> Kind:
    if name in DECIMALS:
        return DECIMALS[name]
    return DAY if name in DATES else TEXT
