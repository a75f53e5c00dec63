"""Items that are no articles: services count as money and are no merchandise, tests are set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.proposal import Proposal, ProposedTable
from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop

NAMED = {"description": lambda line: line["name"]}


def table(proposal: Proposal, name: str) -> ProposedTable | None:
    return next((one for one in proposal.tables if one.name == name), None)


def merchandise(proposal: Proposal) -> str:
    """The proposed line that says which items are merchandise; empty where there is none."""
    items = table(proposal, "items")
    columns = () if items is None else items.columns
    return next((one.expression for one in columns if one.column == "is_merchandise"), "")


def with_line(code: object, name: str, amount: float = 4.9) -> list[Line]:
    """The shop's lines, and one more in every eighth order, five in all."""
    lines = [{**line, "name": f"Article {line['item_id']}"} for line in shop()]
    more = [
        {**line, "item_id": code, "name": name, "quantity": 1, "amount": amount}
        for line in shop()
        if line["line"] == 0 and line["order"] % 8 == 1
    ]
    return lines + more


@pytest.mark.parametrize("code", ["A9000", "9000"])
def test_services_are_found_by_their_name_whatever_their_code(tmp_path: Path, code: str) -> None:
    found = proposed(tmp_path, NAMED, lines=with_line(code, "Versandkosten"))
    assert purchases(found).rules == ()
    assert merchandise(found) == f"upper(trim(item_id)) NOT IN ('{code}')"
    assert f"{code} Versandkosten (5)" in found.toml()
    report = checked(found, tmp_path)
    assert not report.refused and report.of("purchases").rows_kept == len(shop()) + 5


@pytest.mark.parametrize(
    ("code", "name"),
    [("A1", "Test product 1"), ("TEST001", "anything"), ("M", "Manual"), ("B", "Adjust bad debt"),
     ("AMAZONFEE", "AMAZON FEE"), ("S", "SAMPLES"), ("ADJUST2", "by Peter"), ("CRUK", "CRUK Commission")],
)  # fmt: skip
def test_what_is_no_sale_is_set_aside_and_no_merchandise_either(
    tmp_path: Path, code: str, name: str
) -> None:
    found = proposed(tmp_path, NAMED, lines=with_line(code, name))
    (rule,) = purchases(found).rules
    assert (rule.name, rule.rows) == ("tests and corrections", 5)
    assert rule.listed == (f"{code} {name} (5)",)
    assert merchandise(found) == f"upper(trim(item_id)) NOT IN ('{code}')"
    assert checked(found, tmp_path).of("purchases").rows_set_aside == 5


@pytest.mark.parametrize(
    ("code", "name"),
    [("POST", "POSTAGE"), ("C2", "CARRIAGE"), ("D", "Discount"), ("BANK CHARGES", "Bank Charges"),
     ("GIFT_0001_30", "Gift Voucher 30.00"), ("C3", "")],
)  # fmt: skip
def test_what_a_customer_pays_for_or_is_spared_counts_as_money(
    tmp_path: Path, code: str, name: str
) -> None:
    found = proposed(tmp_path, NAMED, lines=with_line(code, name))
    assert purchases(found).rules == ()
    assert merchandise(found) == f"upper(trim(item_id)) NOT IN ('{code}')"


def test_without_names_the_table_of_items_says_which_are_merchandise_and_no_more(
    tmp_path: Path,
) -> None:
    found = proposed(tmp_path, lines=with_line("POST", ""))
    items = table(found, "items")
    assert items is not None
    assert [one.column for one in items.columns] == ["item_id", "is_merchandise"]
    assert table(proposed(tmp_path), "items") is None
    assert table(proposed(tmp_path, lines=with_line("TEST001", "")), "items") is None


def test_codes_that_are_numbers_are_compared_as_texts(tmp_path: Path) -> None:
    lines = [
        {**line, "item_id": int(str(line["item_id"]).strip("A"))}
        for line in with_line("9000", "Versandkosten")
    ]
    found = proposed(tmp_path, NAMED, lines=lines)
    assert merchandise(found) == "upper(trim(CAST(item_id AS VARCHAR))) NOT IN ('9000')"
    assert not checked(found, tmp_path).refused


def test_a_service_without_a_code_is_found_under_the_name_it_counts_by(tmp_path: Path) -> None:
    found = proposed(tmp_path, NAMED, lines=with_line(None, "Tip"))
    assert merchandise(found) == f"upper(trim({mapped(found)['item_id']})) NOT IN ('TIP')"


def test_a_company_that_sells_services_sells_them_as_articles(tmp_path: Path) -> None:
    lines = [{**line, "name": "Delivery express"} for line in shop()]
    found = proposed(tmp_path, NAMED, lines=lines)
    assert merchandise(found) == ""
    assert any("may be services but look like articles" in one for one in purchases(found).remarks)


def test_a_discount_stays_part_of_its_order_where_refunds_become_returns(tmp_path: Path) -> None:
    lines = with_line("R10", "Discount 10%", -1.0)
    back = [{**line, "quantity": 1, "amount": -2.0, "order": 9} for line in lines[:12]]
    found = proposed(tmp_path, NAMED, lines=[*lines, *back])
    assert (
        "AND NOT coalesce(upper(trim(item_id)) IN ('R10'), false) THEN -abs("
        in mapped(found)["quantity"]
    )
    counted = {one.rule: one.rows for one in checked(found, tmp_path).breaches}
    assert counted["returns"] == 12
