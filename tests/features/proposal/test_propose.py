"""Proposing a mapping: the right column for each role, with its reason, as TOML that can be used."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as parquet
import pytest

from features.checks.checking import check
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.proposal import Proposal, propose
from features.proposal.columns.names import ROLES, likeness
from features.store.ingestion import ingest
from features.vocabulary.errors import SettingsRefused, UsageRefused
from tests.features.tables import Row, write_table


def expressions(proposal: Proposal, table: int = 0) -> dict[str, str]:
    return {one.column: one.expression for one in proposal.tables[table].columns}


def written(proposal: Proposal, folder: Path) -> Settings:
    (folder / "regulars.toml").write_text(proposal.toml(folder), encoding="utf-8")
    return load_settings(folder / "regulars.toml")


def write_csv(path: Path, names: list[str], rows: list[Row], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def shop(orders: int = 60) -> list[dict[str, Any]]:
    """Orders of two lines each, by twelve customers in turn, one every second day."""
    lines = []
    for order in range(orders):
        at = datetime(2026, 1, 1, 9, 30) + timedelta(days=2 * order, minutes=order)
        for line in range(2):
            quantity = 1 + (order + line) % 3
            price = 2.5 + line + (order % 4)
            lines.append(
                {
                    "customer": 700 + order % 12,
                    "order": 9000 + order,
                    "at": at,
                    "item": f"A{10 + line + 3 * (order % 4)}",
                    "quantity": quantity,
                    "price": price,
                    "total": quantity * price,
                }
            )
    return lines


def rows_of(*names: str) -> list[Row]:
    return [tuple(line[name] for name in names) for line in shop()]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Customer ID", "customer_id"),
        ("CustomerNo", "customer_id"),
        ("Kunden-Nr.", "customer_id"),
        ("household_key", "customer_id"),
        ("N° client", "customer_id"),
        ("Bestelldatum", "ordered_at"),
        ("InvoiceDate", "ordered_at"),
        ("fecha_pedido", "ordered_at"),
        ("Belegnummer", "order_id"),
        ("Invoice", "order_id"),
        ("numéro de commande", "order_id"),
        ("Artikelnummer", "item_id"),
        ("StockCode", "item_id"),
        ("Stückzahl", "quantity"),
        ("Qty", "quantity"),
        ("sales_value", "amount"),
        ("Gesamtbetrag (EUR)", "amount"),
        ("Einzelpreis", "price"),
        ("UnitPrice", "price"),
    ],
)
def test_a_name_speaks_for_its_role_more_than_for_any_other_of_a_purchase(
    name: str, role: str
) -> None:
    roles = ("customer_id", "order_id", "ordered_at", "item_id", "quantity", "amount", "price")
    scores = {one: likeness(name, one) for one in roles}
    assert max(scores, key=lambda one: scores[one]) == role, scores


@pytest.mark.parametrize("name", ["Customer Name", "customer_email", "Kundenadresse", "x"])
def test_a_name_of_a_person_or_of_nothing_is_no_customer_number(name: str) -> None:
    assert likeness(name, "customer_id") == 0.0


def test_each_role_is_named_in_one_way_only() -> None:
    for role, names in ROLES.items():
        assert len(set(names)) == len(names), role


def test_a_german_csv_with_decimal_commas_is_understood(tmp_path: Path) -> None:
    rows = [
        (customer, order, at.strftime("%d.%m.%Y %H:%M"), item, quantity, f"{price:.2f}".replace(".", ","))
        for customer, order, at, item, quantity, price in rows_of(
            "customer", "order", "at", "item", "quantity", "price"
        )
    ]  # fmt: skip
    names = ["Kundennr.", "Belegnummer", "Kaufdatum", "Artikelnummer", "Menge", "Einzelpreis"]
    proposal = propose(write_csv(tmp_path / "verkauf.csv", names, rows, ";"))
    settings = written(proposal, tmp_path)
    assert (settings.company.currency, settings.tables["purchases"].timezone) == (
        "EUR",
        "Europe/Berlin",
    )
    report = check(settings)
    assert not report.refused, report.refusals
    store = ingest(settings, Workspace(tmp_path / "ws")).store
    expected = sum(round(100 * line["total"]) for line in shop())
    stream = store.pack().streams["purchases"]
    assert int(stream.columns["amount_cents"].sum()) == expected
    # 1 January 2026, 09:30 in Berlin is 08:30 UTC.
    assert store.manifest.first_seconds == 1767256200


def test_a_total_is_preferred_to_a_price_and_its_product_is_told(tmp_path: Path) -> None:
    rows = rows_of("customer", "order", "at", "item", "quantity", "price", "total")
    names = ("client", "ticket", "date", "sku", "qty", "unit_price", "line_total")
    write_table(tmp_path / "p.parquet", rows, names)
    proposal = propose(tmp_path / "p.parquet")
    assert expressions(proposal) == {
        "customer_id": "client",
        "order_id": "ticket",
        "ordered_at": '"date"' if '"date"' in expressions(proposal).values() else "date",
        "item_id": "sku",
        "quantity": "qty",
        "amount": "line_total",
    }
    amount = next(one for one in proposal.columns if one.column == "amount")
    assert "in 100.0% of the lines it is qty x unit_price" in amount.reason


def test_a_price_that_grows_with_the_quantity_is_the_price_of_the_line(tmp_path: Path) -> None:
    rows = rows_of("customer", "order", "at", "item", "quantity", "total")
    names = ("customer_id", "order_id", "order_date", "item_id", "quantity", "price")
    # Give every item one price, so that the total alone changes with the quantity.
    fixed = [(*row[:5], row[4] * (2.0 + int(row[3][1:]))) for row in rows]
    write_table(tmp_path / "p.parquet", fixed, names)
    assert expressions(propose(tmp_path / "p.parquet"))["amount"] == "price"


def test_a_price_that_stays_as_the_quantity_changes_is_multiplied(tmp_path: Path) -> None:
    rows = rows_of("customer", "order", "at", "item", "quantity", "price")
    names = ("customer_id", "order_id", "order_date", "item_id", "quantity", "price")
    fixed = [(*row[:5], 2.0 + int(row[3][1:])) for row in rows]
    write_table(tmp_path / "p.parquet", fixed, names)
    assert expressions(propose(tmp_path / "p.parquet"))["amount"] == "quantity * price"


def test_two_columns_named_like_an_order_are_told_apart_by_what_belongs_to_one_customer(
    tmp_path: Path,
) -> None:
    # "transaction" is a payment terminal here: two values over all customers.
    rows = [
        (order % 2, *row)
        for order, row in enumerate(rows_of("customer", "order", "at", "item", "quantity", "total"))
    ]
    names = ("transaction_id", "customer", "receipt", "date", "product", "units", "amount")
    write_table(tmp_path / "p.parquet", rows, names)
    found = expressions(propose(tmp_path / "p.parquet"))
    assert (found["customer_id"], found["order_id"]) == ("customer", "receipt")


def test_what_a_file_lacks_is_made_up_for_and_said(tmp_path: Path) -> None:
    rows = [(f"c{n % 7}", datetime(2026, 1, 1 + n % 28), 10.0 + n) for n in range(70)]
    write_table(tmp_path / "p.parquet", rows, ("member", "purchase_date", "amount"))
    proposal = propose(tmp_path / "p.parquet")
    found = expressions(proposal)
    assert found["order_id"] == "CAST(CAST(purchase_date AS DATE) AS VARCHAR)"
    assert (found["item_id"], found["quantity"]) == ("'all'", "1")
    assert proposal.tables[0].duplicates == "keep"
    report = check(written(proposal, tmp_path))
    assert report.of("purchases").rows_kept == 70


def test_dates_as_numbers_are_read(tmp_path: Path) -> None:
    rows = [(f"c{n % 7}", 20260101 + n % 28, 10.0 + n) for n in range(70)]
    write_table(tmp_path / "p.parquet", rows, ("customer_id", "order_date", "amount"))
    settings = written(propose(tmp_path / "p.parquet"), tmp_path)
    store = ingest(settings, Workspace(tmp_path / "ws")).store
    assert store.manifest.first_seconds == 1767225600


def test_without_a_customer_the_draft_says_what_is_still_to_be_written(tmp_path: Path) -> None:
    write_table(tmp_path / "p.parquet", [("x", 1.0, datetime(2026, 1, 1))], ("a", "amount", "date"))
    proposal = propose(tmp_path / "p.parquet")
    assert proposal.open == ("tables.purchases.columns.customer_id",)
    found = expressions(proposal)
    assert (found["amount"], found["customer_id"]) == ("amount", "")
    assert '# customer_id = "your_column"' in proposal.toml(tmp_path).splitlines()
    with pytest.raises(SettingsRefused, match="found no customer_id"):
        written(proposal, tmp_path)


def test_day_numbers_are_no_dates_and_the_draft_says_what_to_write(tmp_path: Path) -> None:
    rows = [(f"c{n % 7}", n, 10.0 + n) for n in range(1, 70)]
    write_table(tmp_path / "p.parquet", rows, ("customer_id", "DAY", "amount"))
    proposal = propose(tmp_path / "p.parquet")
    assert proposal.open == (
        "tables.purchases.columns.order_id",
        "tables.purchases.columns.ordered_at",
    )
    assert "to_days" in proposal.toml(tmp_path)
    with pytest.raises(SettingsRefused, match="found no order_id, ordered_at"):
        written(proposal, tmp_path)


def test_other_tables_are_proposed_from_their_own_files(tmp_path: Path) -> None:
    rows = rows_of("customer", "order", "at", "item", "quantity", "total")
    names = ("customer_id", "order_id", "order_date", "sku", "quantity", "amount")
    write_table(tmp_path / "p.parquet", rows, names)
    write_table(tmp_path / "i.parquet", [("A10", "Tee", "Food")], ("sku", "title", "Warengruppe"))
    proposal = propose(tmp_path / "p.parquet", others={"items": tmp_path / "i.parquet"})
    assert expressions(proposal, 1) == {
        "item_id": "sku",
        "name": "title",
        "category": "Warengruppe",
    }
    assert not check(written(proposal, tmp_path)).refused
    alone = propose(others={"items": tmp_path / "i.parquet"})
    assert expressions(alone) == expressions(proposal, 1)
    with pytest.raises(UsageRefused, match='Did you mean "items"'):
        propose(tmp_path / "p.parquet", others={"item": tmp_path / "i.parquet"})


def test_every_proposed_line_carries_its_reason(tmp_path: Path) -> None:
    rows = rows_of("customer", "order", "at", "item", "quantity", "total")
    names = ("Customer ID", "order", "at date", 'it"em_id', "quantity", "amount")
    write_table(tmp_path / "p.parquet", rows, names)
    proposal = propose(tmp_path / "p.parquet")
    lines = proposal.toml(tmp_path).splitlines()
    for column in proposal.columns:
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{column.column} = "))
        assert lines[at - 1].startswith("# ")
    assert 'source = "p.parquet"' in lines
    assert not check(written(proposal, tmp_path)).refused


ONLINE_RETAIL = {
    "customer_id": '"Customer ID"',
    "order_id": "Invoice",
    "ordered_at": "InvoiceDate",
    "item_id": "StockCode",
    "quantity": "Quantity",
    "amount": "Quantity * Price",
}


@pytest.mark.data
def test_online_retail_is_understood_without_a_line_edited(public_data: Path) -> None:
    proposal = propose(public_data / "online_retail_2009_2010" / "purchases.parquet")
    purchases, items, customers = proposal.tables
    assert expressions(proposal) == ONLINE_RETAIL
    assert (proposal.currency, purchases.timezone, purchases.duplicates) == (
        "GBP",
        "Europe/London",
        "drop",
    )
    merchandise = expressions(proposal, 1).pop("is_merchandise")
    assert [one.expression for one in items.columns[:-1]] == ["StockCode", "Description"]
    assert expressions(proposal, 2) == {"customer_id": '"Customer ID"', "region": "Country"}
    assert (items.name, customers.name) == ("items", "customers")
    assert proposal.horizon_days == 60
    no_sales, worthless = purchases.rules
    for code in ("POST", "DOT", "C2", "D", "BANK CHARGES", "GIFT_0001_30"):
        assert f"'{code}'" in merchandise and f"'{code}'" not in no_sales.condition
    for code in ("M", "TEST001", "AMAZONFEE", "ADJUST2", "S", "B"):
        assert f"'{code}'" in merchandise and f"'{code}'" in no_sales.condition
    # Party bags whose codes have no digit are articles all the same.
    assert "DCGSSBOY" not in merchandise
    assert any("DCGSSBOY" in remark for remark in purchases.remarks)
    assert "POST POSTAGE (865)" in items.columns[-1].reason
    assert (worthless.condition, worthless.rows) == ("Price <= 0", 3690)


@pytest.mark.data
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_part_of_online_retail_is_understood_in_other_forms(
    public_data: Path, tmp_path: Path, form: str
) -> None:
    table = parquet.read_table(public_data / "online_retail_2009_2010" / "purchases.parquet")
    part = table.slice(0, 4_000)
    rows = list(zip(*(column.to_pylist() for column in part.columns), strict=True))
    path = tmp_path / f"part.{form}"
    if form == "csv":
        write_csv(path, part.column_names, rows)
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Year 2009-2010")
        for row in [part.column_names, *rows]:
            sheet.append(list(row))
        book.save(path)
    proposal = propose(path)
    assert expressions(proposal) == ONLINE_RETAIL
    report = check(written(proposal, tmp_path))
    assert not report.refused, report.refusals
    assert report.of("purchases").rows_in_source == 4_000
    missing = next(one for one in report.breaches if one.rule == "missing.customer_id")
    assert missing.rows == sum(row[6] is None for row in rows)


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "essec_purchases/purchases.parquet",
            {"customer_id": "customer_id", "ordered_at": "purchase_date", "amount": "purchase_amount"},
        ),
        (
            "retail_transactions/transactions.parquet",
            {"customer_id": "customer_id", "ordered_at": "trans_date", "amount": "tran_amount"},
        ),
        (
            "complete_journey/transactions_sample_2017.parquet",
            {
                "customer_id": "household_id",
                "order_id": "basket_id",
                "ordered_at": "transaction_timestamp",
                "item_id": "product_id",
                "quantity": "quantity",
                "amount": "sales_value",
                "discount": "retail_disc",
                "store": "store_id",
            },
        ),
    ],
)  # fmt: skip
def test_other_public_files_are_understood(
    public_data: Path, tmp_path: Path, file: str, expected: dict[str, str]
) -> None:
    proposal = propose(public_data / file)
    found = expressions(proposal)
    assert {name: found[name] for name in expected} == expected
    assert not check(written(proposal, tmp_path)).refused


def test_the_lines_and_the_orders_may_stand_in_two_files(tmp_path: Path) -> None:
    lines: list[Row] = [
        (one["order"], one["item"], one["quantity"], one["total"]) for one in shop()
    ]
    orders: list[Row] = [
        *{one["order"]: (one["order"], one["customer"], one["at"]) for one in shop()}.values()
    ]
    both = (
        write_csv(tmp_path / "lines.csv", ["order_id", "sku", "quantity", "line total"], lines),
        write_csv(tmp_path / "orders.csv", ["order_id", "customer_id", "order date"], orders),
    )
    found = propose(both[0], orders=both[1])
    columns = {one.column: one.expression for one in found.columns}
    assert columns["customer_id"] == '"orders.customer_id"'
