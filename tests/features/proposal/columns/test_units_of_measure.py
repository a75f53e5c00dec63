"""A quantity that is written with its unit counts by its number, or a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.proposal import propose
from features.store.ingestion import ingest
from tests.features.proposal.lines import Line, checked, mapped, proposed, purchases, shop

ALL_PIECES = sum(line["quantity"] for line in shop())


def written(unit: str) -> Callable[[Line], object]:
    return lambda line: f"{line['quantity']}{unit}"


def pieces(folder: Path) -> float:
    store = ingest(load_settings(folder / "regulars.toml"), Workspace(folder / "ws")).store
    return float(store.pack().streams["purchases"].columns["quantity_milli"].sum()) / 1000


@pytest.mark.parametrize("unit", [" pcs", "x", " Stk.", " Stück", " kg", "uds"])
def test_the_number_before_one_unit_counts(tmp_path: Path, unit: str) -> None:
    found = proposed(tmp_path, {"quantity": written(unit)})
    assert mapped(found)["quantity"].startswith("TRY_CAST(replace(regexp_extract(trim(quantity)")
    assert not checked(found, tmp_path).refused
    assert pieces(tmp_path) == ALL_PIECES


def test_several_words_for_a_piece_are_one_unit(tmp_path: Path) -> None:
    found = proposed(
        tmp_path, {"Menge": lambda line: f"{line['quantity']}{['', ' Stk', ' stück'][line['line']]}"},
        names=("customer_id", "order_id", "order_date", "item_id", "amount"),
    )  # fmt: skip
    assert not checked(found, tmp_path).refused
    assert pieces(tmp_path) == ALL_PIECES


def test_a_comma_is_a_decimal_one(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"quantity": lambda line: f"{line['quantity']},5 kg"})
    assert not checked(found, tmp_path).refused
    assert pieces(tmp_path) == ALL_PIECES + 0.5 * len(shop())
    quantity = next(one for one in purchases(found).columns if one.column == "quantity")
    assert quantity.reason.endswith("written with their unit: kg")


@pytest.mark.parametrize(
    "quantity",
    [
        pytest.param(lambda line: ["500 g", "2 kg", "1 kg"][line["line"]], id="two units"),
        pytest.param(lambda line: f"{line['quantity']}.500 kg", id="a point or a thousand"),
        pytest.param(lambda _: "a few", id="words"),
    ],
)
def test_of_a_price_and_a_quantity_nobody_can_read_no_amount_is_made(
    tmp_path: Path, quantity: Callable[[Line], object]
) -> None:
    found = proposed(
        tmp_path,
        {"quantity": quantity, "price": lambda line: line["amount"] / line["quantity"]},
        names=("customer_id", "order_id", "order_date", "item_id"),
    )
    amount = next(one for one in purchases(found).columns if one.column == "amount")
    assert amount.expression == ""
    assert "quantity, cannot be read as numbers of one unit" in amount.reason
    assert amount.candidates == (("price", "price, if it is for the whole line"),)


def test_the_money_of_a_line_is_its_price_times_its_number(tmp_path: Path) -> None:
    lines = [
        f"{line['order_date']:%Y-%m-%d},{line['customer_id']},{line['order_id']},{line['item_id']},"
        f"{line['quantity']} pcs,{line['amount'] / line['quantity']:.2f}"
        for line in shop()
    ]
    file = tmp_path / "sales.csv"
    head = "date,customer,order number,sku,qty,unit price"
    file.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    (tmp_path / "regulars.toml").write_text(propose(file).toml(tmp_path), encoding="utf-8")
    store = ingest(load_settings(tmp_path / "regulars.toml"), Workspace(tmp_path / "ws")).store
    cents = int(store.pack().streams["purchases"].columns["amount_cents"].sum())
    assert cents == round(100 * sum(line["amount"] for line in shop()))
