"""When the store there is stays, and when another day makes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.time import Cutoff
from tests.features.tables import purchases

# The last of the seven rows, of 9 January 12:00, is the first that a day can leave out.
LAST = "2026-01-09T12:00:00"
BEHIND = "2026-01-09T12:00:01"


@pytest.mark.parametrize(
    ("first", "then", "reused", "rows"),
    [
        (BEHIND, BEHIND, True, 7),
        ("", BEHIND, True, 7),
        ("", LAST, False, 6),
        (BEHIND, "", True, 7),
        # A row was ahead of the day, and may not be ahead of another.
        (LAST, BEHIND, False, 7),
        (LAST, "", False, 7),
    ],
)
def test_another_day_reads_anew_where_a_row_lies_or_lay_ahead(
    tmp_path: Path, first: str, then: str, reused: bool, rows: int
) -> None:
    mapped, workspace = purchases(tmp_path), Workspace(tmp_path / "ws")
    days = [Cutoff.parse(one) if one else None for one in (first, then)]
    assert not ingest(mapped, workspace, as_of=days[0]).reused
    again = ingest(mapped, workspace, as_of=days[1])
    assert (again.reused, again.rows) == (reused, {"purchases": rows})
