"""Who a customer is where no column numbers them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.proposal.lines import Line, checked, mapped, proposed

NOBODY = ("order_id", "order_date", "item_id", "quantity", "amount")


def mail(line: Line) -> str:
    spelt = f"{line['customer_id']}@example.com"
    return spelt.upper() if line["order"] % 3 else spelt


def test_an_e_mail_address_in_any_spelling_is_one_customer(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"Email (Billing)": mail}, names=NOBODY)
    assert mapped(found)["customer_id"] == 'lower(trim("Email (Billing)"))'
    assert checked(found, tmp_path).of("purchases").customers == 8


def test_addresses_in_a_column_that_numbers_customers_count_in_small_letters(
    tmp_path: Path,
) -> None:
    found = proposed(tmp_path, {"customer_id": mail}, names=NOBODY)
    assert mapped(found)["customer_id"] == "lower(trim(customer_id))"
    assert checked(found, tmp_path).of("purchases").customers == 8
    assert mapped(proposed(tmp_path))["customer_id"] == "customer_id"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Kontonummer/IBAN", "DE6250010000000000{}", "bank accounts"),
        ("Phone", "+49 30 1234 5{}", "phone numbers"),
        ("Card Fingerprint", "fp_00000{}", "payment cards"),
    ],
)
def test_accounts_phones_and_cards_are_customers_where_nothing_better_is_there(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    extra = {name: lambda line: value.format(10 + line["order"] % 8)}
    found = proposed(tmp_path, extra, names=NOBODY)
    customer = next(one for one in found.columns if one.column == "customer_id")
    assert said in customer.reason
    assert checked(found, tmp_path).of("purchases").customers == 8


def test_the_bill_goes_before_the_delivery_and_a_number_before_both(tmp_path: Path) -> None:
    extra = {"Shipping Email": mail, "Billing Email": mail}
    assert "Billing" in mapped(proposed(tmp_path, extra, names=NOBODY))["customer_id"]
    assert mapped(proposed(tmp_path, extra))["customer_id"] == "customer_id"


def test_names_and_guesses_are_never_taken_without_a_person(tmp_path: Path) -> None:
    extra = {
        "Customer Name": lambda line: f"Anna {line['customer_id']}",
        "ship postal code": lambda line: f"1{line['customer_id']}",
    }
    found = proposed(tmp_path, extra, names=NOBODY)
    customer = next(one for one in found.columns if one.column == "customer_id")
    assert customer.is_open
    assert [expression for expression, _ in customer.candidates] == ['lower(trim("Customer Name"))']


def test_a_column_that_describes_the_customer_numbers_nobody(tmp_path: Path) -> None:
    extra = {"Customer Group": lambda line: f"g{line['order'] % 4}", "Customer Email": mail}
    found = proposed(tmp_path, extra, names=NOBODY)
    assert mapped(found)["customer_id"] == 'lower(trim("Customer Email"))'
