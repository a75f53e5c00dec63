"""Cells of a table that a spreadsheet opens: none that it takes for a formula, whatever a company calls its own.

What a spreadsheet would reckon with gets an apostrophe before it, by which a spreadsheet knows a text. Texts and ids
are read without it again (``tidied``), so that a file comes back as it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from features.vocabulary.identifiers import BLANKS

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PUT_BEFORE = BLANKS + "\0"
"""What spreadsheets pass over before a formula."""
_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)*")


class SheetColumn(NamedTuple):
    """The cells of one column as they are told; a number has a point before its decimals."""

    cells: Sequence[str]
    is_number: bool = False


@dataclass(frozen=True)
class Spelling:
    """How a country's spreadsheets read a file: what stands between cells, and before the decimals of a number."""

    delimiter: str
    decimal_mark: str


COMMA, SEMICOLON = Spelling(",", "."), Spelling(";", ",")
BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a file that does not begin with it for one in the machine's own old encoding."""


def harmless(text: str) -> str:
    """A cell no spreadsheet takes for a formula; a number with its sign, such as a telephone's, stays.

    >>> harmless("=1+1"), harmless("17841"), harmless("+4912345"), harmless("+1+1")
    ("'=1+1", '17841', '+4912345', "'+1+1")
    """
    if text[:1].isalnum():
        return text
    begins = text.lstrip(_PUT_BEFORE)
    is_formula = begins.startswith(_FORMULA_STARTS) or text.startswith(("\t", "\r", "\n", "\0"))
    return f"'{text}" if is_formula and not _NUMBER.fullmatch(text) else text


def csv_text(rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """Rows as CSV of which no cell is a formula; None is an empty cell."""
    harmless_rows = (
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(harmless_rows)
    return text.getvalue()


def csv_of_columns(columns: Sequence[SheetColumn], spelling: Spelling = COMMA) -> str:
    """The same of columns: a line for each of their places, as a spreadsheet of some country reads it.

    >>> csv_of_columns([SheetColumn(["=1", "b"]), SheetColumn(["-2.5", ""], is_number=True)], SEMICOLON)
    "'=1;-2,5\\r\\nb;\\r\\n"
    """
    cells = [_spelled(one, spelling) for one in columns]
    return "".join([f"{spelling.delimiter.join(row)}\r\n" for row in zip(*cells, strict=True)])


def _spelled(column: SheetColumn, spelling: Spelling) -> Sequence[str]:
    """The cells of a column as they stand in the file."""
    if not column.is_number:
        # Most texts of a long column have been there before.
        known = {one: _quoted(harmless(one), spelling.delimiter) for one in set(column.cells)}
        return [known[one] for one in column.cells]
    if spelling.decimal_mark == ".":
        return column.cells
    return [one.replace(".", spelling.decimal_mark) for one in column.cells]


def _quoted(text: str, delimiter: str) -> str:
    """A cell in quotes where it would not be one without."""
    if delimiter in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def harmless_table(table: Any) -> Any:
    """An Arrow table with every text harmless."""
    import pyarrow as arrow

    for place, field in enumerate(table.schema):
        if arrow.types.is_string(field.type):
            cells = [None if one is None else harmless(one) for one in table[place].to_pylist()]
            table = table.set_column(place, field, arrow.array(cells, arrow.string()))
    return table
