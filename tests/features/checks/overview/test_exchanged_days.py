"""Dates in some of which day and month have changed places are refused where the order numbers tell it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.checks.breaches import Severity
from features.checks.checking import check
from tests.features.tables import purchases

RULE = "exchanged.ordered_at"
Days = Callable[[int], date]


def straight(order: int) -> date:
    return date(2025, 1, 7) + timedelta(days=3 * order)


def exchanged(order: int) -> date:
    """As a spreadsheet of another country leaves them: those it can read as its own are exchanged."""
    day = straight(order)
    return day.replace(day=day.month, month=day.day) if day.day <= 12 else day


def found(folder: Path, orders: int, days: Days, prefix: str = "INV-") -> int | None:
    rows = [
        (f"c{order % 7}", f"{prefix}{1000 + order}", days(order).isoformat(), "tea", 1, 4.5)
        for order in range(orders)
    ]
    report = check(purchases(folder, rows))
    breaches = [one for one in report.breaches if one.rule == RULE]
    assert report.refused is bool(breaches)
    assert all(one.severity is Severity.REFUSES for one in breaches)
    return breaches[0].rows if breaches else None


def test_dates_that_were_exchanged_in_part_are_refused_with_their_number(tmp_path: Path) -> None:
    # Of 60 days, those up to the twelfth of their month; where day and month are equal nothing shows.
    low = [straight(order) for order in range(60) if straight(order).day <= 12]
    assert found(tmp_path, 60, exchanged) == sum(day.day != day.month for day in low)


def test_orders_of_one_day_run_with_time_as_well(tmp_path: Path) -> None:
    assert found(tmp_path, 60, lambda order: exchanged(order - order // 10)) is not None
    assert found(tmp_path, 60, lambda order: straight(order - order // 10)) is None


@pytest.mark.parametrize(("orders", "is_refused"), [(29, False), (30, True)])
def test_a_few_orders_tell_nothing(tmp_path: Path, orders: int, is_refused: bool) -> None:
    assert (found(tmp_path, orders, exchanged) is not None) is is_refused


def test_dates_that_run_with_the_order_numbers_stay(tmp_path: Path) -> None:
    assert found(tmp_path, 60, straight) is None


def test_order_numbers_that_tell_nothing_refuse_nothing(tmp_path: Path) -> None:
    shuffled = [straight((order * 17) % 60) for order in range(60)]
    assert found(tmp_path, 60, shuffled.__getitem__) is None
    letters = [straight(order) for order in range(60)]
    assert found(tmp_path, 60, letters.__getitem__, prefix="") is None
