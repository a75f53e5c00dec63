"""Customers who carry the money, and customer numbers that are nearly equal, are told in counts alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Breach, Severity
from features.checks.checking import check
from tests.features.tables import Row, purchases


def told(folder: Path, rows: list[Row], rule: str) -> Breach | None:
    report = check(purchases(folder, rows))
    assert not report.refused
    found = [one for one in report.breaches if one.rule == rule]
    return found[0] if found else None


def spending(amounts: list[float]) -> list[Row]:
    return [
        (f"c{at}x", f"o{at}", f"2026-01-{1 + at % 28:02d}", "tea", 1, amount)
        for at, amount in enumerate(amounts)
    ]


def test_few_customers_that_carry_the_money_are_told_and_kept(tmp_path: Path) -> None:
    # Three of 100 customers bring 99 of 196.
    found = told(tmp_path, spending([33.0] * 3 + [1.0] * 97), "carried_by_few")
    assert found is not None and found.severity is Severity.NOTES
    assert found.what == "3 of 100 customers bring 51% of the money"


@pytest.mark.parametrize(
    ("large", "small", "what"),
    [
        # Ten bring 40 of 100, eleven are too many.
        ([4.0] * 10, [0.6] * 100, "10 of 110 customers bring 40% of the money"),
        ([4.0] * 9, [0.6] * 101, None),
        ([4.0] * 10, [0.66] * 90, "10 of 100 customers bring 40% of the money"),
        ([4.0] * 10, [0.66] * 89, None),
        ([], [1.0] * 200, None),
        ([9.0], [-1.0] * 20, None),
    ],
)
def test_customers_are_few_up_to_ten_and_a_tenth_of_all(
    tmp_path: Path, large: list[float], small: list[float], what: str | None
) -> None:
    found = told(tmp_path, spending([*large, *small]), "carried_by_few")
    assert (found.what if found else None) == what


def named(*ids: str) -> list[Row]:
    return [(who, f"o{at}", "2026-01-04", "tea", 1, 4.5) for at, who in enumerate(ids)]


@pytest.mark.parametrize(
    ("ids", "kinds", "numbers", "people"),
    [
        (("a 1", "a1", "b"), "blanks", 2, 1),
        (("a\u00a01", "a1", "b"), "blanks", 2, 1),
        (("007", "7", "8", "08", "9"), "leading zeros", 4, 2),
        (("a 1", "a1", "007", "7"), "blanks, leading zeros", 4, 2),
        (("00a b", "ab", "c"), "spelling", 2, 1),
    ],
)
def test_numbers_that_are_nearly_equal_are_counted_and_not_shown(
    tmp_path: Path, ids: tuple[str, ...], kinds: str, numbers: int, people: int
) -> None:
    found = told(tmp_path, named(*ids), "written_alike.customer_id")
    assert found is not None
    assert found.what == f"customer numbers that differ from another only by {kinds}"
    assert found.detail == f"{numbers} numbers, which would be {people} customers"
    assert found.sample == () and found.severity is Severity.NOTES


def test_numbers_that_differ_otherwise_are_not_alike(tmp_path: Path) -> None:
    assert (
        told(tmp_path, named("a1", "a2", "a10", "1", "10", "100"), "written_alike.customer_id")
        is None
    )
