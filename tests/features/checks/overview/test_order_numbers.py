"""Orders whose lines lie far apart are told with the number joined with the day as the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from tests.features.tables import COLUMNS, Row, purchases


def told(report: CheckReport) -> Breach | None:
    found = [one for one in report.breaches if one.rule == "order_numbers_used_again"]
    return found[0] if found else None


def orders(again: int, *, day: str = "2026-02-05", pieces: int = 1, who: str = "") -> list[Row]:
    """A hundred orders of one line on 4 January, so many of which have another line later."""
    first = [(f"c{at % 9}", f"o{at}", "2026-01-04", "tea", 1, 4.5) for at in range(100)]
    later = [(who or f"c{at % 9}", f"o{at}", day, "tea", pieces, 4.5) for at in range(again)]
    return [*first, *later]


def test_numbers_used_again_are_told_and_joined_with_the_day(tmp_path: Path) -> None:
    found = told(check(purchases(tmp_path, orders(20))))
    assert found is not None and found.severity is Severity.NOTES
    assert (found.rows, found.kept, found.sample) == (40, 40, ("order o0", "order o1", "order o10"))
    assert found.detail == "20 of 100 orders, 20.0%"
    joined = """CAST("order" AS VARCHAR) || ' ' || CAST(CAST("day" AS DATE) AS VARCHAR)"""
    assert joined in found.advice
    mended = check(purchases(tmp_path, orders(20), columns={**COLUMNS, "order_id": joined}))
    figures = mended.summaries[0].purchases
    assert told(mended) is None and figures is not None and figures.orders == 120


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        (orders(4), True),
        (orders(3), False),
        # Thirty days are not more than thirty.
        (orders(20, day="2026-02-03"), False),
        (orders(20, day="2026-02-04"), True),
        # What comes back later, and what others buy, is no second use.
        (orders(20, pieces=-1), False),
        (orders(20, who="other"), False),
    ],
)
def test_a_few_orders_may_have_parts_that_came_late(
    tmp_path: Path, rows: list[Row], is_told: bool
) -> None:
    assert (told(check(purchases(tmp_path, rows))) is not None) is is_told
