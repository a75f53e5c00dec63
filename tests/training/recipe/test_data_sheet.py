"""The data sheet: every row accounted for, who agreed, and what is missing; and nobody in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from tests.features.tables import COLUMNS, SEVEN, write_table
from training.recipe.data_sheet import data_sheet

LATER = [*SEVEN, ("anna", "o7", "2026-04-02 10:00", "tea", 1, 4.50)]


def store_of(folder: Path, **tables: Any) -> Store:
    """A shop of three whose fourth month is the next in which anything is bought."""
    write_table(folder / "purchases.parquet", LATER)
    purchases = {"source": "purchases.parquet", "columns": dict(COLUMNS)}
    settings = settings_from({"tables": {"purchases": purchases, **tables}}, folder=folder)
    return ingest(settings, Workspace(folder / "ws")).store


def test_rows_days_and_months_without_a_row_are_told(tmp_path: Path) -> None:
    sheet = data_sheet(store_of(tmp_path))
    assert "3 customers from 2026-01-01 to 2026-04-02" in sheet
    assert "| purchases | 8 | 0 | 0 | 0 | 0 | 8 | 3 | 2026-01-01 | 2026-04-02 |" in sheet
    assert "quantity below zero | 1 | kept as returns" in sheet
    assert "- purchases: no row in 2026-02, 2026-03" in sheet
    assert "There is no table of customers" in sheet
    assert str(tmp_path) not in sheet and "purchases.parquet" not in sheet
    assert not {"anna", "bert", "carl", "o4"} & {*sheet.replace("|", " ").split()}


def test_consents_are_counted_and_who_said_nothing_is_no_yes(tmp_path: Path) -> None:
    people = [("anna", True, None), ("bert", False, None), ("carl", None, True)]
    write_table(tmp_path / "customers.parquet", people, ("id", "profiling", "marketing"))
    columns = {"customer_id": "id", "profiling_consent": "profiling", "marketing_consent": "marketing"}  # fmt: skip
    sheet = data_sheet(
        store_of(tmp_path, customers={"source": "customers.parquet", "columns": columns})
    )
    assert "| profiling_consent | 1 | 1 | 1 |" in sheet
    assert "| marketing_consent | 1 | 0 | 2 |" in sheet


def test_a_table_that_ends_early_is_named(tmp_path: Path) -> None:
    calls = [("anna", "2026-01-03 10:00", "phone", "call"), ("bert", "2026-02-20 10:00", "phone", "call")]  # fmt: skip
    write_table(tmp_path / "contacts.parquet", calls, ("who", "at", "channel", "kind"))
    columns = {"customer_id": "who", "contacted_at": "at", "channel": "channel", "kind": "kind"}
    sheet = data_sheet(
        store_of(tmp_path, contacts={"source": "contacts.parquet", "columns": columns})
    )
    assert "- contacts: the last row is of 2026-02-20, 41 days before the data end" in sheet
    assert "contacts: no row in" not in sheet
