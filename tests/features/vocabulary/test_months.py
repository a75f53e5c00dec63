"""Calendar months: counted, named and found again, at the turn of every month and year."""

from __future__ import annotations

import duckdb
import pytest

from features.vocabulary.months import month_begin, month_name, month_number, month_sql
from tests.builders import at


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "1970-01"), (11, "1970-12"), (12, "1971-01"), (673, "2026-02"), (674, "2026-03"), (683, "2026-12"), (684, "2027-01")],
)  # fmt: skip
def test_a_month_has_one_number_and_one_name(number: int, name: str) -> None:
    assert month_name(number) == name and month_number(name) == number
    assert month_begin(number) == at(f"{name}-01").seconds


def test_a_month_ends_the_second_before_the_next_begins() -> None:
    for number in (0, 1, 11, 649, 650, 673, 674, 683):
        begin, end = month_begin(number), month_begin(number + 1)
        sql = ", ".join(
            month_sql(f"CAST({one} AS BIGINT)") for one in (begin - 1, begin, end - 1, end)
        )
        found = duckdb.connect().execute(f"SELECT {sql}").fetchone()
        assert found == (number - 1, number, number, number + 1)
