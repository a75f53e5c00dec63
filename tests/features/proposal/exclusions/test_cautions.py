"""Rows that are no articles: postage, gift cards and discounts by name, summaries, lines without a code."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.proposal.exclusions.service_names import begins_like_a_service, is_service_name
from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop


@pytest.mark.parametrize(
    "name",
    ["Versandkosten Deutschland", "Shipping", "Gift card 50", "Discount 10%", "Frais de port", "Pfand Flasche",
     "Gastos de envío", "Spese di spedizione", "Cadeaubon € 25", "Trinkgeld", "Carte cadeau", "Vale-presente"],
)  # fmt: skip
def test_a_name_of_a_service_is_known_in_seven_languages(name: str) -> None:
    assert is_service_name(name)


@pytest.mark.parametrize(
    "name", ["Gift card holder, red", "Delivery truck (toy)", "Discounted mug", "Tea"]
)
def test_an_article_is_not_taken_for_a_service(name: str) -> None:
    assert not is_service_name(name)


def test_what_begins_like_a_service_is_told_apart() -> None:
    assert begins_like_a_service("Delivery truck")
    assert not begins_like_a_service("Truck for delivery")


def with_postage(code: object) -> list[Line]:
    lines = [{**line, "name": f"Article {line['item_id']}"} for line in shop()]
    posts = [
        {**line, "item_id": code, "name": "Versandkosten", "quantity": 1, "amount": 4.9}
        for line in shop()
        if line["line"] == 0 and line["order"] % 2
    ]
    return lines + posts


@pytest.mark.parametrize("code", ["A9000", "9000"])
def test_services_are_found_by_their_name_whatever_their_code(tmp_path: Path, code: str) -> None:
    found = proposed(tmp_path, {"description": lambda line: line["name"]}, lines=with_postage(code))
    (rule,) = purchases(found).rules
    assert (rule.name, rule.rows) == ("service codes", 20)
    assert rule.listed == (f"{code} Versandkosten (20)",)
    assert checked(found, tmp_path).of("purchases").rows_set_aside == 20


def test_codes_that_are_numbers_are_compared_as_texts(tmp_path: Path) -> None:
    lines = [
        {**line, "item_id": int(str(line["item_id"]).strip("A"))} for line in with_postage("9000")
    ]
    found = proposed(tmp_path, {"description": lambda line: line["name"]}, lines=lines)
    assert checked(found, tmp_path).of("purchases").rows_set_aside == 20


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
