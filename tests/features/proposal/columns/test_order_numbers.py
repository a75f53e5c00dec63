"""Order numbers that begin anew every day or year are joined with the day, and with the till."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.proposal import Proposal
from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop

JOINED = "CAST(receipt_no AS VARCHAR) || ' ' || CAST(CAST(order_date AS DATE) AS VARCHAR)"
NAMES = ("customer_id", "order_date", "item_id", "quantity", "amount")


def receipts(folder: Path, of: int, lines: list[Line] | None = None) -> Proposal:
    """The shop's orders, numbered from 1 to so many and anew, one order a day."""
    extra = {"receipt_no": lambda line: 1 + line["order"] % of}
    return proposed(folder, extra, names=NAMES, lines=lines)


def test_receipts_that_begin_anew_are_joined_with_the_day(tmp_path: Path) -> None:
    found = receipts(tmp_path, 10)
    assert mapped(found)["order_id"] == JOINED
    reason = purchases(found).columns[1].reason
    assert "10 of the 10 numbers are used again on other days, one on 4 days" in reason
    report = checked(found, tmp_path)
    figures = report.summaries[0].purchases
    assert figures is not None and figures.orders == 40 and not report.refused
    assert all(one.rule != "order_numbers_used_again" for one in report.breaches)


@pytest.mark.parametrize(
    ("of", "is_joined"),
    [
        # Of 33 numbers the first seven come back, more than a fifth; of 34 the first six.
        (33, True),
        (34, False),
        (40, False),
    ],
)
def test_few_numbers_that_come_back_are_left_alone(
    tmp_path: Path, of: int, is_joined: bool
) -> None:
    expression = mapped(receipts(tmp_path, of))["order_id"]
    assert expression == (JOINED if is_joined else "receipt_no")


@pytest.mark.parametrize(("of", "is_joined"), [(2, False), (3, True), (4, True)])
def test_of_two_numbers_nobody_knows_whether_they_are_used_again(
    tmp_path: Path, of: int, is_joined: bool
) -> None:
    expression = mapped(receipts(tmp_path, of)).get("order_id", "")
    assert (expression == JOINED) is is_joined


def test_one_customer_under_one_number_is_another_order_after_a_month(tmp_path: Path) -> None:
    # Each of eight customers has one number, and buys every eighth day; two of the numbers, or one, last 32 days.
    for days, is_joined in ((34, True), (33, False)):
        folder = tmp_path / str(days)
        folder.mkdir()
        found = receipts(folder, 8, shop(days))
        assert (mapped(found)["order_id"] == JOINED) is is_joined


def test_returns_under_the_number_of_their_order_are_no_second_use(tmp_path: Path) -> None:
    sold = shop(40)
    back = [
        {**line, "order_date": line["order_date"] + timedelta(days=50), "quantity": -line["quantity"],
         "amount": -line["amount"]}
        for line in sold
    ]  # fmt: skip
    assert mapped(proposed(tmp_path, lines=sold + back))["order_id"] == "order_id"


def test_two_tills_with_the_same_numbers_are_told_apart(tmp_path: Path) -> None:
    # Two orders a day, each of another customer, and both tills begin with the same number.
    lines = [
        {**line, "order_date": datetime(2026, 1, 1, 9) + timedelta(days=line["order"] // 2)}
        for line in shop(60)
    ]
    extra = {
        "receipt_no": lambda line: 1 + line["order"] // 2 % 5,
        "till": lambda line: f"T{line['order'] % 2}",
    }
    found = proposed(tmp_path, extra, names=NAMES, lines=lines)
    assert mapped(found)["order_id"] == f"{JOINED} || ' ' || coalesce(CAST(till AS VARCHAR), '')"
    assert "number, day and till together" in purchases(found).columns[1].reason


def test_the_total_of_a_receipt_is_split_over_the_lines_of_its_day(tmp_path: Path) -> None:
    totals: dict[int, float] = {}
    for line in shop():
        totals[line["order"]] = totals.get(line["order"], 0) + line["amount"]
    extra = {
        "receipt_no": lambda line: 1 + line["order"] % 10,
        "total": lambda line: totals[line["order"]],
    }
    names = ("customer_id", "order_date", "item_id", "quantity")
    found = proposed(tmp_path, extra, names=names)
    assert purchases(found).split == {"total": JOINED}
    report = checked(found, tmp_path)
    figures = report.summaries[0].purchases
    assert figures is not None and figures.cents == round(100 * sum(totals.values()))
