"""Guests and sales over the counter are proposed as lines without a customer, with the count beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import Proposal
from tests.features.proposal.lines import Extra, Line, checked, mapped, proposed, purchases, shop


def customers(guest: object, every: int, *, number: bool = False) -> Extra:
    """Twelve customers, and a guest in one order of so many."""

    def who(line: Line) -> Any:
        one = line["order"] % 12
        if line["order"] % every == 0:
            return guest
        return 101 + one if number else f"c{101 + one}"

    return {"customer_id": who}


def guests(folder: Path, guest: object, every: int, *, number: bool = False) -> Proposal:
    return proposed(folder, customers(guest, every, number=number), lines=shop(60))


def rules(proposal: Proposal) -> list[str]:
    return [rule.name for rule in purchases(proposal).rules]


def test_a_few_guests_are_lines_without_a_customer(tmp_path: Path) -> None:
    # Orders 0, 5, 10 … of one, three and two lines in turn: 12 of 60 orders, 24 of 120 lines.
    found = guests(tmp_path, "Guest", 5)
    expression = "CASE WHEN lower(trim(customer_id)) NOT IN ('guest') THEN customer_id END"
    assert mapped(found)["customer_id"] == expression
    reason = purchases(found).columns[0].reason
    assert '"Guest" has 12 orders on 24 lines and stands for nobody' in reason
    assert rules(found) == []
    report = checked(found, tmp_path)
    assert not report.refused
    assert report.of("purchases").rows_set_aside == 24
    assert report.of("purchases").customers == 12


def test_many_guests_get_a_rule_without_which_a_check_refuses(tmp_path: Path) -> None:
    # 30 orders of 60 lines.
    found = guests(tmp_path, "Laufkunde", 2)
    assert rules(found) == ["no customer"]
    assert purchases(found).rules[0].rows == 60
    report = checked(found, tmp_path)
    assert not report.refused and report.of("purchases").rows_kept == 60
    text = found.toml(tmp_path)
    without = text[: text.index("[tables.purchases.set_aside]")] + text[text.index("[churn]") :]
    path = tmp_path / "regulars.toml"
    path.write_text(without, encoding="utf-8")
    assert check(load_settings(path)).refused


@pytest.mark.parametrize(
    ("guest", "every", "number", "expression"),
    [
        (0, 4, True, "nullif(customer_id, 0)"),
        (99999, 4, True, "nullif(customer_id, 99999)"),
        ("00000", 4, False, "CASE WHEN lower(trim(customer_id)) NOT IN ('00000') THEN customer_id END"),
        ("Bar", 4, False, "CASE WHEN lower(trim(customer_id)) NOT IN ('bar') THEN customer_id END"),
        # Six orders are no more than anybody's, and of a customer numbered so.
        (0, 10, True, "customer_id"),
        ("Bar", 10, False, "customer_id"),
        # A word that is nobody's name is nobody once.
        ("unknown", 60, False, "CASE WHEN lower(trim(customer_id)) NOT IN ('unknown') THEN customer_id END"),
        ("-1", 60, False, "CASE WHEN lower(trim(customer_id)) NOT IN ('-1') THEN customer_id END"),
        # A number like any other is never nobody here; a check says how much it has.
        (777, 4, True, "customer_id"),
    ],
)  # fmt: skip
def test_numbers_and_names_are_nobody_where_they_have_far_more_orders(
    tmp_path: Path, guest: object, every: int, number: bool, expression: str
) -> None:
    assert mapped(guests(tmp_path, guest, every, number=number))["customer_id"] == expression


def test_an_address_of_the_shop_is_nobody_in_small_letters(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {
            "Email": lambda line: (
                "Guest@shop.example"
                if line["order"] % 5 == 0
                else f"c{line['order'] % 12}@x.example"
            )
        },
        names=("order_id", "order_date", "item_id", "quantity", "amount"),
        lines=shop(60),
    )
    assert mapped(found)["customer_id"] == "nullif(lower(trim(Email)), 'guest@shop.example')"
    assert not checked(found, tmp_path).refused


def test_a_shop_whose_customers_have_names_is_left_as_it_is(tmp_path: Path) -> None:
    assert mapped(proposed(tmp_path))["customer_id"] == "customer_id"
