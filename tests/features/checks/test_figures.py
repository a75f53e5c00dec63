"""The figures of a check: every file's records add up, and a summary is plain fields under fixed names."""

from __future__ import annotations

from typing import Any

import pytest

from features.checks.figures import (
    FileAccount,
    MonthOfPurchases,
    PurchaseSummary,
    TableSummary,
    joined_records,
)

MAY = FileAccount(
    "may.csv", in_file=21, kept=1, set_aside=2, repeated=3, refused=5, not_selected=10
)


def test_the_records_of_a_file_are_the_sum_of_all_that_became_of_them() -> None:
    assert MAY.as_dict() == {
        "file": "may.csv", "in_file": 21, "kept": 1, "set_aside": 2, "repeated": 3,
        "refused": 5, "not_selected": 10,
    }  # fmt: skip
    for name in ("kept", "set_aside", "repeated", "refused", "not_selected"):
        told: dict[str, Any] = MAY.as_dict()
        with pytest.raises(RuntimeError, match="21 records in the file, 22 accounted for"):
            FileAccount(**{**told, name: told[name] + 1})


def test_the_records_of_several_files_are_added_up() -> None:
    june = FileAccount("june.csv", 4, 4, 0, 0)
    assert joined_records([MAY, june]) == {
        "in_file": 25, "kept": 5, "set_aside": 2, "repeated": 3, "refused": 5, "not_selected": 10,
    }  # fmt: skip


def test_purchases_say_more_than_other_tables_and_all_say_their_records() -> None:
    month = MonthOfPurchases("2022-01", 2, 1, 300)
    bought = PurchaseSummary(2, 1, 1, 1, 300, 4.5, 2, 10, 20, (month,), 1.0)
    purchases = TableSummary("purchases", 2, 1, 10, 20, (MAY,), bought).as_dict()
    assert purchases == {
        "rows": 2, "customers": 1, "orders": 1, "orders_bought": 1, "cents": 300, "pieces": 4.5, "items": 2,
        "first": 10, "last": 20, "largest_share": 1.0,
        "by_month": ({"month": "2022-01", "rows": 2, "orders": 1, "cents": 300},),
        "records": [MAY.as_dict()],
    }  # fmt: skip
    contacts = TableSummary("contacts", 7, 3, 10, 20, (MAY,)).as_dict()
    assert contacts == {
        "rows": 7, "customers": 3, "first": 10, "last": 20, "records": [MAY.as_dict()]
    }  # fmt: skip
