"""Rows that are no sales: summaries of orders, prices of nothing, lines without a code."""

from __future__ import annotations

from pathlib import Path

from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop


def test_a_line_without_a_code_counts_under_its_name_or_as_unknown(tmp_path: Path) -> None:
    def code(line: Line) -> str | None:
        return None if line["order"] % 5 == 0 else str(line["item_id"])

    found = proposed(
        tmp_path, {"sku": code}, names=("customer_id", "order_id", "order_date", "amount")
    )
    assert mapped(found)["item_id"] == "coalesce(nullif(trim(sku), ''), 'unknown item')"
    assert checked(found, tmp_path).of("purchases").rows_set_aside == 0
    named = proposed(tmp_path, {"sku": code, "item name": lambda line: f"n{line['item_id']}"})
    assert "\"item name\"), ''), 'unknown item')" in mapped(named)["item_id"]


def test_rows_that_sum_up_their_order_are_left_out(tmp_path: Path) -> None:
    sums = [
        {**line, "item_id": None, "quantity": None, "amount": 99.0}
        for line in shop()
        if line["line"] == 0 and line["order"] % 3
    ]
    found = proposed(tmp_path, lines=[*shop(), *sums])
    (rule,) = purchases(found).rules
    assert (rule.name, rule.rows) == ("summaries of orders", len(sums))
    assert mapped(found)["item_id"] == "item_id"
    assert checked(found, tmp_path).of("purchases").rows_set_aside == len(sums)


def test_a_discount_below_zero_is_no_worthless_price(tmp_path: Path) -> None:
    lines = [{**line, "name": f"Article {line['item_id']}", "price": 3.0} for line in shop()]
    off = [{**line, "name": "Discount", "item_id": "R10", "price": -1.0} for line in lines[::7]]
    rest = {"description": lambda line: line["name"], "price": lambda line: line["price"]}
    names = ("customer_id", "order_id", "order_date", "item_id", "quantity")
    found = proposed(tmp_path, rest, names=names, lines=[*lines, *off])
    assert purchases(found).rules == ()
    gone = [
        {**lines[0], "item_id": "Z9", "price": -2.0},
        {**lines[0], "item_id": "Z8", "price": 0.0},
    ]
    found = proposed(tmp_path, rest, names=names, lines=[*lines, *off, *gone])
    (rule,) = purchases(found).rules
    assert (rule.name, rule.rows) == ("price zero or below", 2)
    assert checked(found, tmp_path).of("purchases").rows_set_aside == 2
