"""Rows that give money back although their quantity stands above zero."""

from __future__ import annotations

from pathlib import Path

from tests.features.proposal.lines import Line, checked, mapped, proposed, shop

QUANTITY = "CASE WHEN amount < 0 THEN -abs(quantity) ELSE quantity END"


def lines_with(extra: Line) -> list[Line]:
    backs = [
        {**line, "order_id": f"RF{line['order']}", "amount": -line["amount"], **extra}
        for line in shop()
        if line["order"] % 6 == 0
    ]
    return [*shop(), *backs]


def test_amounts_below_zero_of_articles_that_are_sold_are_returns(tmp_path: Path) -> None:
    found = proposed(tmp_path, lines=lines_with({}))
    assert mapped(found)["quantity"] == QUANTITY
    assert not checked(found, tmp_path).refused


def test_amounts_below_zero_of_what_is_never_sold_are_no_returns(tmp_path: Path) -> None:
    found = proposed(tmp_path, lines=lines_with({"item_id": "A99"}))
    assert mapped(found)["quantity"] == "quantity"


def test_quantities_that_stand_below_zero_already_stay(tmp_path: Path) -> None:
    found = proposed(tmp_path, lines=lines_with({"quantity": -1}))
    assert mapped(found)["quantity"] == "quantity"
