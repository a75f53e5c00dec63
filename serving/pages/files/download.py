"""The churn list as a file a spreadsheet opens: the same customers, in the same order, all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.cells import (
    BYTE_ORDER_MARK,
    COMMA,
    SEMICOLON,
    SheetColumn,
    Spelling,
    csv_of_columns,
)
from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.pages.churn_list import matching
from serving.pages.files.table import columns_at, names_of_columns
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot
from training.reasons.languages.language import Language

SPELLINGS = {"comma": COMMA, "semicolon": SEMICOLON}
"""What a link to the file may ask for."""
ROWS_AT_ONCE = 8_192
_FIRST_ROWS = 500
"""So few at first that the file begins at once."""

WhoIsWithheld = Callable[[], Withheld]


def usual_spelling(language: Language) -> str:
    """How spreadsheets of a language's countries read a file: with a semicolon where a comma stands before decimals."""
    return "semicolon" if language.written("0.5") == "0,5" else "comma"


def csv_parts(
    in_use: InUse,
    query: ListQuery,
    currency: str,
    *,
    spelling: Spelling = COMMA,
    withheld: WhoIsWithheld | None = None,
    at_once: int = ROWS_AT_ONCE,
) -> Iterator[bytes]:
    """The file in parts: a heading, then a line a customer, ended as spreadsheets expect.

    Whoever is ``withheld`` by the time of a part is not in it; where nobody tells, who was so at the start.
    """
    heading = [SheetColumn([one]) for one in names_of_columns(in_use.snapshot)]
    yield (BYTE_ORDER_MARK + csv_of_columns(heading, spelling)).encode()
    for places in blocks(in_use.snapshot, query, withheld, at_once):
        columns = columns_at(in_use, places, currency)
        yield csv_of_columns(columns, spelling).encode("utf-8", "replace")


def blocks(
    snapshot: Snapshot, query: ListQuery, withheld: WhoIsWithheld | None, at_once: int
) -> Iterator[NDArray[np.intp]]:
    """The places a query asks for, some at a time and a few at first, without those of whoever is withheld by then."""
    positions, first, size = matching(snapshot, query), 0, min(_FIRST_ROWS, at_once)
    known, hidden = snapshot.withheld, snapshot.withheld_places
    while first < len(positions):
        block = positions[first : first + size]
        first, size = first + size, at_once
        if withheld is not None and (now := withheld()) is not known:
            known, hidden = now, snapshot.without(now).withheld_places
        block = block[~np.isin(block, hidden)]
        if len(block):
            yield block
