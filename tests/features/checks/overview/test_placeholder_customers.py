"""One customer with a very large share of the orders is told, and a wholesaler or a small shop is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from tests.features.tables import COLUMNS, Row, purchases


def sales(
    of_one: int, others: int, each: int, *, one: str = "777", amount: float = 1.0
) -> list[Row]:
    orders = [one] * of_one + [f"c{at}x" for at in range(others) for _ in range(each)]
    return [
        (who, f"o{at}", f"2026-01-{1 + at % 28:02d}", "tea", 1, amount if who == one else 1.0)
        for at, who in enumerate(orders)
    ]  # fmt: skip


def told(report: CheckReport) -> Breach | None:
    found = [one for one in report.breaches if one.rule == "perhaps_nobody.customer_id"]
    return found[0] if found else None


def test_nobody_is_told_with_the_share_and_the_remedy(tmp_path: Path) -> None:
    found = told(check(purchases(tmp_path, sales(40, 20, 3))))
    assert found is not None and found.severity is Severity.NOTES
    assert (found.rows, found.kept, found.sample) == (40, 40, ("customer 777",))
    assert found.detail == "40 orders, 40.0% of all; nine in ten customers have 3 or fewer"
    text = 'lower(trim(CAST("customer" AS VARCHAR)))'
    expression = f"CASE WHEN {text} <> '777' THEN \"customer\" END"
    assert expression in found.advice and '"no customer" = ' in found.advice
    columns = {**COLUMNS, "customer_id": expression}
    rule = {"no customer": f"{text} = '777'"}
    mended = check(purchases(tmp_path, sales(40, 20, 3), columns=columns, set_aside=rule))
    assert not mended.refused and told(mended) is None
    assert mended.of("purchases").rows_kept == 60


@pytest.mark.parametrize(
    ("of_one", "others", "each", "one", "is_told"),
    [
        # Of 60 orders of others 16 are a fifth and more, and more than three times theirs.
        (16, 12, 5, "777", True),
        (15, 12, 5, "777", False),
        # From a fifth of the orders on down, more than four times theirs are needed.
        (17, 25, 4, "777", True),
        (16, 25, 4, "777", False),
        # More than one in twenty: 11 of 220 are not.
        (12, 209, 1, "777", True),
        (11, 209, 1, "777", False),
        (11, 209, 1, "Guest", True),
        # Nine orders, or nine others, say nothing.
        (9, 20, 1, "777", False),
        (40, 8, 1, "777", False),
        (40, 9, 1, "777", True),
        (11, 209, 5, "Guest", True),
        (10, 209, 5, "Guest", False),
    ],
)
def test_a_share_is_very_large_beside_what_the_others_have(
    tmp_path: Path, of_one: int, others: int, each: int, one: str, is_told: bool
) -> None:
    found = told(check(purchases(tmp_path, sales(of_one, others, each, one=one))))
    assert (found is not None) is is_told


def test_a_wholesaler_with_much_money_in_few_orders_is_somebody(tmp_path: Path) -> None:
    assert told(check(purchases(tmp_path, sales(9, 40, 2, amount=5000.0)))) is None


@pytest.mark.parametrize(
    "one", ["anna@example.org", "Anna Miller", "+49 170 1234567", "annamiller"]
)
def test_what_names_a_person_is_not_shown(tmp_path: Path, one: str) -> None:
    found = told(check(purchases(tmp_path, sales(40, 20, 3, one=one))))
    assert found is not None and found.sample == ()
    assert one.lower() not in str(found.as_dict()).lower() and "'that customer'" in found.advice
