"""What the kept rows come to: typed sums of a few rows, each repeated row counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.checking import check
from features.checks.figures import MonthOfPurchases, PurchaseSummary
from features.company.settings.reading import Settings
from tests.features.tables import SEVEN, Row, purchases


def summary(settings: Settings) -> PurchaseSummary:
    (found,) = check(settings).summaries
    assert found.purchases is not None
    return found.purchases


def test_the_kept_rows_are_added_up(tmp_path: Path) -> None:
    assert summary(purchases(tmp_path)) == PurchaseSummary(
        rows=7,
        customers=3,
        orders=6,
        orders_bought=5,
        cents=3375,
        pieces=7.5,
        items=3,
        first=1767261600,
        last=1767960000,
        by_month=(MonthOfPurchases("2026-01", 7, 6, 3375),),
        largest_share=1.0,
    )


def test_a_repeated_row_counts_once_and_a_row_set_aside_not_at_all(tmp_path: Path) -> None:
    rows = [*SEVEN, SEVEN[1], SEVEN[1], SEVEN[4], (None, "o8", "2026-03-01", "hat", 9, 99.0)]
    plain = summary(purchases(tmp_path))
    assert summary(purchases(tmp_path, rows)) == plain
    kept = summary(purchases(tmp_path, rows, duplicates="keep"))
    # Twice two cups for 9.00 and once a pot given back for 20.00.
    assert (kept.rows, kept.cents, kept.pieces) == (10, 3375 + 1800 - 2000, 7.5 + 4 - 1)
    assert (kept.orders, kept.customers, kept.items) == (6, 3, 3)


def test_months_are_those_of_the_calendar_where_the_shop_is(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("anna", "o1", "2026-01-31 23:30", "tea", 1, 1.0),
        ("anna", "o1", "2026-02-01 00:30", "tea", 1, 2.0),
        ("bert", "o1", "2026-02-01 00:30", "tea", 2, 4.0),
        ("bert", "o2", "2026-04-01 00:30", "tea", -1, -8.0),
    ]
    found = summary(purchases(tmp_path, rows, timezone="Europe/Berlin"))
    assert found.by_month == (
        MonthOfPurchases("2026-01", 1, 1, 100),
        MonthOfPurchases("2026-02", 2, 2, 600),
        MonthOfPurchases("2026-04", 1, 1, -800),
    )
    assert (found.orders, found.orders_bought) == (3, 2)


@pytest.mark.parametrize(
    ("spent", "share"),
    [
        ([6, 5, 4, 3, 2], 1.0),
        ([6, 5, 4, 3, 2, 0], 1.0),
        ([6, 5, 4, 3, 2, 1], 20 / 21),
        ([1, 2, 3, 4, 5, 6, 1], 20 / 22),
        ([0, 0], None),
        ([5, -6], None),
    ],
)
def test_the_share_of_the_five_largest_customers(
    tmp_path: Path, spent: list[int], share: float | None
) -> None:
    rows = [
        (f"c{place}", f"o{place}", "2026-01-01", "tea", 1, float(amount))
        for place, amount in enumerate(spent)
    ]
    assert summary(purchases(tmp_path, rows)).largest_share == share
