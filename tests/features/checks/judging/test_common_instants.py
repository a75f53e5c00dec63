"""An instant that a large share of the purchases bears is told: it says nothing of anybody's behaviour."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from features.checks.breaches import Breach, Severity
from features.checks.checking import check
from tests.features.tables import Row, purchases

MOVE = "2023-06-01 00:00:00"


def history(moved: int, customers: int = 10, others: int = 90) -> list[Row]:
    """Lines of the day of a move, and one line a day of each of so many others."""
    rows: list[Row] = [(f"c{at % customers}", f"m{at}", MOVE, "tea", 1, 1.0) for at in range(moved)]
    for at in range(others):
        day = f"2023-{7 + at // 28:02d}-{1 + at % 28:02d} 10:{at % 60:02d}:00"
        rows.append((f"c{at % 7}", f"o{at}", day, "tea", 1, 1.0))
    return rows


def told(folder: Path, rows: list[Row], **mapping: object) -> Breach | None:
    report = check(purchases(folder, rows, **mapping))
    assert not report.refused
    found = [one for one in report.breaches if one.rule == "common_instant.ordered_at"]
    return found[0] if found else None


def test_the_day_of_a_move_is_told_with_its_share_and_what_to_write(tmp_path: Path) -> None:
    found = told(tmp_path, history(60, others=40))
    assert found is not None
    assert (found.rows, found.kept, found.severity) == (60, 60, Severity.NOTES)
    assert found.what == "purchases that all happened at one instant, 2023-06-01 00:00:00"
    assert found.detail == "60% of the rows, 10 customers"
    written = found.advice.split(" = ", 1)[1].removesuffix(".")
    own = tomllib.loads(f"move = {written}")
    assert not told(tmp_path, history(60, others=40), set_aside=own)


@pytest.mark.parametrize(
    ("moved", "customers", "others", "is_told"),
    [
        (10, 10, 90, True),  # ten times as many as on any other day
        (9, 9, 90, False),
        (10, 9, 90, False),  # nine customers
        (11, 10, 209, False),  # 5 % of 220 rows
        (12, 10, 208, True),
    ],
)
def test_an_instant_is_told_above_its_bounds(
    tmp_path: Path, moved: int, customers: int, others: int, is_told: bool
) -> None:
    # Two hundred days and more do not fit between July and December.
    rows = history(moved, customers, min(others, 140))
    rows += [
        (f"c{at % 7}", f"p{at}", f"2022-{1 + at // 28:02d}-{1 + at % 28:02d} 09:00", "tea", 1, 1.0)
        for at in range(max(others - 140, 0))
    ]
    assert (told(tmp_path, rows) is not None) is is_told


@pytest.mark.parametrize(("others", "is_told"), [(5, True), (6, True), (7, False)])
def test_where_there_is_one_other_day_the_instant_has_ten_times_as_many_as_that(
    tmp_path: Path, others: int, is_told: bool
) -> None:
    rows = history(60, others=0)
    rows += [
        (f"c{at}", f"o{at}", f"2023-06-09 10:{at:02d}:00", "tea", 1, 1.0) for at in range(others)
    ]
    assert (told(tmp_path, rows) is not None) is is_told


def test_a_busy_day_of_many_instants_is_none(tmp_path: Path) -> None:
    rows = history(0, others=90)
    rows += [
        (f"c{at}", f"b{at}", f"2023-06-01 {at % 24:02d}:{at % 60:02d}:00", "tea", 1, 1.0)
        for at in range(60)
    ]
    assert told(tmp_path, rows) is None
