"""Cells of a table that a spreadsheet opens: none that it takes for a formula, whatever a company calls its own.

What a spreadsheet would reckon with gets an apostrophe before it, by which a spreadsheet knows a text. Texts and ids
are read without it again (``tidied``), so that a file comes back as it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from features.vocabulary.identifiers import BLANKS

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PUT_BEFORE = BLANKS + "\0"
"""What spreadsheets pass over before a formula."""
_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]+)*")


def harmless(text: str) -> str:
    """A cell no spreadsheet takes for a formula; a number with its sign, such as a telephone's, stays.

    >>> harmless("=1+1"), harmless("17841"), harmless("+4912345"), harmless("+1+1")
    ("'=1+1", '17841', '+4912345', "'+1+1")
    """
    begins = text.lstrip(_PUT_BEFORE)
    is_formula = begins.startswith(_FORMULA_STARTS) or text.startswith(("\t", "\r", "\n", "\0"))
    return f"'{text}" if is_formula and not _NUMBER.fullmatch(text) else text


def csv_text(rows: Iterable[Sequence[object]], *, line_end: str = "\r\n") -> str:
    """Rows as CSV of which no cell is a formula; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue()


def harmless_table(table: Any) -> Any:
    """An Arrow table with every text harmless."""
    import pyarrow as arrow

    for place, field in enumerate(table.schema):
        if arrow.types.is_string(field.type):
            cells = [None if one is None else harmless(one) for one in table[place].to_pylist()]
            table = table.set_column(place, field, arrow.array(cells, arrow.string()))
    return table
