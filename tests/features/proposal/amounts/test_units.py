"""Amounts in cents or thousands, and amounts that are below zero because the customer's money goes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.proposal.amounts.test_totals import ALL_CENTS, WITHOUT_AMOUNT, cents
from tests.features.proposal.lines import Extra, checked, mapped, proposed, shop

LINES = ("customer_id", "order_id", "order_date", "item_id", "quantity")


@pytest.mark.parametrize(
    "name", ["amount_cents", "Amount (in cents)", "Betrag Cent", "amount pence", "importe centimos"]
)
def test_whole_cents_by_their_name_are_divided(tmp_path: Path, name: str) -> None:
    extra: Extra = {name: lambda line: round(100 * line["amount"])}
    found = proposed(tmp_path, extra, names=WITHOUT_AMOUNT)
    assert mapped(found)["amount"].endswith("/ 100")
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_an_amount_with_decimals_is_no_number_of_cents_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    found = proposed(tmp_path, {"amount_cents": lambda line: line["amount"] + 0.5}, names=LINES)
    assert "100" not in mapped(found)["amount"]


def test_thousands_by_their_name_are_multiplied(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"Umsatz TEUR": lambda line: line["amount"] / 1000}, names=LINES)
    assert mapped(found)["amount"].endswith("* 1000")
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_amounts_none_of_which_is_above_zero_are_turned(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"amount": lambda line: -line["amount"]}, names=LINES)
    assert (mapped(found)["amount"], mapped(found)["quantity"]) == ("-(amount)", "quantity")
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_amounts_some_of_which_are_above_zero_keep_their_sign(tmp_path: Path) -> None:
    sign = {"amount": lambda line: line["amount"] * (1 if line["order"] == 3 else -1)}
    found = proposed(tmp_path, sign, names=LINES, lines=[*shop(), *shop()])
    assert "-(" not in mapped(found)["amount"]
