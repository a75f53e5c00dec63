"""What a line cost in all: a line's own amount, a price times a quantity, or a share of the order's total."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop

WITHOUT_AMOUNT = ("customer_id", "order_id", "order_date", "item_id", "quantity")


def total(order: int) -> float:
    return float(sum(line["amount"] for line in shop() if line["order"] == order))


def price(line: Line) -> float:
    return float(line["amount"] / line["quantity"])


def cents(folder: Path) -> int:
    store = ingest(load_settings(folder / "regulars.toml"), Workspace(folder / "ws")).store
    return int(store.pack().streams["purchases"].columns["amount_cents"].sum())


ALL_CENTS = round(100 * sum(line["amount"] for line in shop()))


def test_a_price_a_line_is_taken_where_the_total_is_the_orders(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {"Order Total Amount": lambda line: total(line["order"]), "Item Cost": price},
        names=WITHOUT_AMOUNT,
    )
    amount = next(one for one in found.columns if one.column == "amount")
    assert amount.expression == 'quantity * "Item Cost"'
    assert "100.0% of the orders add up to Order Total Amount" in amount.reason
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_the_orders_total_is_split_where_it_is_the_only_money(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"amount": lambda line: total(line["order"])}, names=WITHOUT_AMOUNT)
    assert mapped(found)["amount"] == "amount"
    assert purchases(found).split == {"amount": "order_id"}
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_a_total_on_the_first_line_alone_is_the_orders_too(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {"Total": lambda line: total(line["order"]) if line["line"] == 0 else None},
        names=WITHOUT_AMOUNT,
    )
    assert purchases(found).split == {"Total": "order_id"}
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS


def test_an_amount_that_all_lines_of_the_shop_share_is_no_orders_total(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"amount": lambda _: 9.99}, names=WITHOUT_AMOUNT)
    assert not purchases(found).split


def test_a_discount_a_line_is_off_where_the_total_says_so(tmp_path: Path) -> None:
    extra = {
        "Subtotal": lambda line: total(line["order"]) - 0.25 * (1 + line["order"] % 3),
        "Lineitem price": price,
        "Lineitem discount": lambda line: 0.25 + 0.0 * line["line"],
    }
    found = proposed(tmp_path, extra, names=WITHOUT_AMOUNT)
    amount = next(one for one in found.columns if one.column == "amount")
    assert amount.expression == 'quantity * "Lineitem price" - coalesce("Lineitem discount", 0)'
    assert "add up to Subtotal once Lineitem discount is off" in amount.reason


def test_whether_a_discount_is_off_is_said_to_be_open_where_nothing_adds_up(tmp_path: Path) -> None:
    extra = {"price": price, "discount": lambda line: line["line"] / 2}
    found = purchases(proposed(tmp_path, extra, names=WITHOUT_AMOUNT))
    assert any("before or after discount" in remark for remark in found.remarks)


def test_what_was_given_back_of_an_order_is_taken_off_by_shares(tmp_path: Path) -> None:
    def refunded(line: Line) -> float | None:
        if line["line"]:
            return None
        return 1.0 if line["order"] % 4 == 1 else 0.0

    found = proposed(tmp_path, {"Refunded Amount": refunded})
    assert mapped(found)["amount"] == 'amount - coalesce("Refunded Amount", 0)'
    assert purchases(found).split == {"Refunded Amount": "order_id"}
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS - 100 * len({o for o in range(40) if o % 4 == 1})


def test_what_was_given_back_of_a_line_is_taken_off_the_line(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"Amount Refunded": lambda line: 0.5 if line["line"] == 1 else 0.0})
    assert mapped(found)["amount"] == 'amount - coalesce("Amount Refunded", 0)'
    assert not purchases(found).split
    checked(found, tmp_path)
    assert cents(tmp_path) == ALL_CENTS - 50 * sum(line["line"] == 1 for line in shop())


@pytest.mark.parametrize(
    ("price_name", "back_name"),
    [
        ("Unit Price", "Amount Refunded"),
        ("Einzelpreis", "Erstattungsbetrag"),
        ("Prix unitaire", "Montant remboursé"),
        ("Precio unitario", "Importe reembolsado"),
        ("Prezzo unitario", "Importo rimborsato"),
        ("Preço unitário", "Valor reembolsado"),
        ("Stuksprijs", "Terugbetaald bedrag"),
    ],
)
def test_what_was_given_back_is_taken_off_the_price_and_is_never_the_amount_itself(
    tmp_path: Path, price_name: str, back_name: str
) -> None:
    back = {back_name: lambda line: 0.5 if line["line"] == 1 else 0.0}
    found = proposed(tmp_path, {price_name: price} | back, names=WITHOUT_AMOUNT)
    product, _, back_off = mapped(found)["amount"].partition(" - ")
    assert price_name in product and back_name in back_off
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS - 50 * sum(line["line"] == 1 for line in shop())


@pytest.mark.parametrize(
    "name",
    ["Importe descuento", "Importo sconto", "Bedrag korting", "Steuerbetrag", "Importe impuesto"],
)
def test_discounts_and_taxes_are_no_amount_in_any_language(tmp_path: Path, name: str) -> None:
    found = proposed(tmp_path, {name: lambda line: line["amount"] / 5}, names=WITHOUT_AMOUNT)
    assert "tables.purchases.columns.amount" in found.open


def test_taxes_and_postage_are_no_amount(tmp_path: Path) -> None:
    extra = {"Tax Amount": lambda line: line["amount"] / 5, "Shipping Amount": lambda _: 4.9}
    found = proposed(tmp_path, extra, names=WITHOUT_AMOUNT)
    assert "tables.purchases.columns.amount" in found.open


def test_without_any_money_the_draft_ranks_what_could_be_it(tmp_path: Path) -> None:
    extra = {"abc": lambda line: line["amount"] + 0.5, "points": lambda line: line["line"]}
    found = proposed(tmp_path, extra, names=WITHOUT_AMOUNT)
    amount = next(one for one in found.columns if one.column == "amount")
    assert amount.is_open
    assert [expression for expression, _ in amount.candidates] == ["abc", "points"]
    assert '# amount = "abc"' in found.toml(tmp_path).splitlines()


def test_where_nobody_can_read_how_much_was_bought_a_price_is_no_amount(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {"quantity": lambda line: ["500 g", "2 kg", "1 kg"][line["line"]], "price": price},
        names=WITHOUT_AMOUNT[:4],
    )
    amount = next(one for one in purchases(found).columns if one.column == "amount")
    assert amount.is_open
    assert amount.candidates == (("price", "price, if it is for the whole line"),)


def test_how_often_an_amount_is_the_product_is_told_of_the_lines_that_say_all_three(
    tmp_path: Path,
) -> None:
    # Of the three lines of an order the last says no price, and of every fourth order the product is another.
    found = proposed(
        tmp_path,
        {
            "total": lambda line: line["amount"] + (line["order"] % 4 == 0),
            "price": lambda line: None if line["line"] == 2 else price(line),
        },
        names=WITHOUT_AMOUNT,
    )
    amount = next(one for one in purchases(found).columns if one.column == "amount")
    told = [line for line in shop() if line["line"] != 2]
    share = sum(line["order"] % 4 != 0 for line in told) / len(told)
    assert amount.expression == "total"
    assert f"in {share:.1%} of the lines it is quantity x price" in amount.reason
