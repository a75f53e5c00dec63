"""What of a table is known on a day: rows of before it, and nothing filled in later."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from experiments.world.answering.visible import visible

UNTIL = int(datetime.fromisoformat("2025-03-01T00:00:00+00:00").timestamp())


def at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def instants(*texts: str | None) -> pa.Array:
    return pa.array([at(one) for one in texts], pa.timestamp("ms"))


def test_a_row_of_the_first_instant_of_the_day_is_not_there_yet() -> None:
    table = pa.table(
        {
            "ordered_at": instants("2025-02-28T23:59:59", "2025-03-01", "2025-02-01"),
            "line": [1, 2, 3],
        }
    )
    assert visible("purchases", table, UNTIL)["line"].to_pylist() == [1, 3]


def test_what_was_filled_in_later_is_missing_and_what_was_before_stands() -> None:
    table = pa.table(
        {
            "shown_at": instants("2025-02-27", "2025-02-27", "2025-02-27"),
            "accepted_at": instants("2025-02-28", "2025-03-01", None),
            "revenue": [5, 6, None],
        }
    )
    seen = visible("exposures", table, UNTIL)
    assert seen["revenue"].to_pylist() == [5, None, None]
    assert seen["accepted_at"].to_pylist() == [at("2025-02-28"), None, None]
