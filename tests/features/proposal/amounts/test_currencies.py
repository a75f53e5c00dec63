"""Amounts of several currencies are never added up unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.vocabulary.errors import SettingsRefused
from tests.features.proposal.lines import Line, checked, mapped, proposed

CODES = ("EUR", "USD", "eur ")


def code(line: Line) -> str:
    return CODES[line["order"] % 3]


def test_several_currencies_leave_the_amount_open_with_what_can_be_written(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"currency": code})
    assert found.open == ("tables.purchases.columns.amount",)
    amount = next(one for one in found.columns if one.column == "amount")
    assert "2 currencies" in amount.reason
    (alone, why), (rates, _) = amount.candidates
    assert (alone, "= 'EUR'" in why) == ("amount", True)
    assert "WHEN 'EUR' THEN 1 WHEN 'USD' THEN ?" in rates
    with pytest.raises(SettingsRefused, match="found no amount"):
        checked(found, tmp_path)


def test_a_converted_amount_is_taken_where_there_is_one(tmp_path: Path) -> None:
    extra = {
        "Currency": code,
        "Converted Amount": lambda line: line["amount"] * 1.1,
        "Converted Currency": lambda _: "gbp",
    }
    found = proposed(tmp_path, extra)
    assert not found.open
    assert mapped(found)["amount"] == '"Converted Amount"'
    assert found.currency == "GBP"


def test_one_currency_is_said(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"currency": lambda _: "CHF"})
    assert (found.currency, found.open) == ("CHF", ())


def test_another_currency_on_lines_that_are_no_sales_does_not_count(tmp_path: Path) -> None:
    extra = {
        "currency": lambda line: "USD" if line["order"] % 5 == 0 else "EUR",
        "status": lambda line: "failed" if line["order"] % 5 == 0 else "paid",
    }
    assert not proposed(tmp_path, extra).open
