"""What kind of file somebody gives, whatever they say it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import propose
from features.vocabulary.errors import SettingsRefused
from tests.features.proposal.lines import proposed
from tests.features.tables import Row, write_table

PERSONS = ("customerID", "gender", "tenure", "Contract", "same", "Churn")


def persons() -> list[Row]:
    return [
        (f"p{n}", "f" if n % 2 else "m", n % 70, ("month", "year")[n % 2], "x", ("No", "Yes")[n % 4 == 0])
        for n in range(80)
    ]  # fmt: skip


def test_one_row_a_customer_with_a_yes_or_no_becomes_customers_and_outcomes(tmp_path: Path) -> None:
    write_table(tmp_path / "churn.parquet", persons(), PERSONS)
    found = propose(tmp_path / "churn.parquet")
    customers, outcomes = found.tables
    assert (customers.name, outcomes.name) == ("customers", "outcomes")
    assert [one.column for one in customers.columns] == ["customer_id", "tenure", "contract"]
    assert any("gender" in remark for remark in customers.remarks)
    assert {one.column: one.expression for one in outcomes.columns} == {
        "customer_id": "customerID",
        "cutoff": "DATE '2020-01-01'",
        "name": "'left'",
        "value": "Churn",
    }
    (tmp_path / "regulars.toml").write_text(found.toml(tmp_path), encoding="utf-8")
    settings = load_settings(tmp_path / "regulars.toml")
    report = check(settings)
    assert not report.refused, report.refusals
    assert report.of("outcomes").rows_kept == 80
    assert (settings.churn.outcome, settings.churn.outcome_name) == ("stated", "left")


def test_persons_without_an_answer_yet_stay_in_both_tables_and_are_told(tmp_path: Path) -> None:
    rows = [(*row[:-1], None if n < 20 else row[-1]) for n, row in enumerate(persons())]
    write_table(tmp_path / "churn.parquet", rows, PERSONS)
    found = propose(tmp_path / "churn.parquet")
    (told,) = [one.reason for one in found.tables[1].columns if one.column == "value"]
    assert told == "yes or no, on 60 rows; the 20 without teach nothing and are scored"
    (tmp_path / "regulars.toml").write_text(found.toml(tmp_path), encoding="utf-8")
    report = check(load_settings(tmp_path / "regulars.toml"))
    assert not report.refused, report.refusals
    assert report.of("outcomes").rows_kept == 80


def test_a_file_with_dates_is_no_plain_table(tmp_path: Path) -> None:
    rows = [(*row, datetime(2026, 1, 1) + timedelta(days=n)) for n, row in enumerate(persons())]
    write_table(tmp_path / "churn.parquet", rows, (*PERSONS, "order date"))
    assert propose(tmp_path / "churn.parquet").tables[0].name == "purchases"


CONTRACTS = ("subscriptions.id", "customers.id", "subscriptions.started_at", "subscriptions.current_term_end",
             "subscriptions.plan_unit_price", "subscriptions.currency_code")  # fmt: skip


@pytest.mark.parametrize("given_as", ["purchases", "contracts"])
def test_a_file_of_subscriptions_is_mapped_as_contracts_whatever_it_is_called(
    tmp_path: Path, given_as: str
) -> None:
    start = datetime(2026, 1, 1)
    rows = [
        (f"s{n}", f"c{n}", start + timedelta(days=n), start + timedelta(days=n + 30), 1900, "USD")
        for n in range(40)
    ]
    path = tmp_path / "s.parquet"
    write_table(path, rows, CONTRACTS)
    found = propose(path) if given_as == "purchases" else propose(others={"contracts": path})
    (contracts,) = found.tables
    mapped = {one.column: one.expression for one in contracts.columns}
    assert mapped == {
        "customer_id": '"customers.id"',
        "contract_id": '"subscriptions.id"',
        "starts_at": '"subscriptions.started_at"',
        "ends_at": '"subscriptions.current_term_end"',
        "price": '"subscriptions.plan_unit_price" / 100',
    }
    assert found.churn == {"outcome": "contract"}
    (tmp_path / "regulars.toml").write_text(found.toml(tmp_path), encoding="utf-8")
    assert not check(load_settings(tmp_path / "regulars.toml")).refused


def test_without_dates_the_draft_says_what_can_still_be_trained(tmp_path: Path) -> None:
    found = proposed(tmp_path, names=("customer_id", "order_id", "item_id", "quantity"))
    assert found.open == (
        "tables.purchases.columns.ordered_at",
        "tables.purchases.columns.amount",
    )
    assert any("no model of purchases can be trained" in remark for remark in found.remarks)
    assert any(line.startswith("# Without the day") for line in found.toml(tmp_path).splitlines())
    (tmp_path / "regulars.toml").write_text(found.toml(tmp_path), encoding="utf-8")
    with pytest.raises(SettingsRefused, match="found no ordered_at, amount"):
        load_settings(tmp_path / "regulars.toml")


def test_without_customers_nobody_can_be_scored(tmp_path: Path) -> None:
    found = proposed(tmp_path, names=("order_id", "order_date", "item_id", "quantity", "amount"))
    assert any("nobody can be scored" in remark for remark in found.remarks)
