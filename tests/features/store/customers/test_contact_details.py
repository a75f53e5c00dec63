"""Names and e-mail addresses go from a company's table into a place of their own, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.company.erased_names import ErasedNames
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.customers.contact_details import (
    NO_CONTACT_DETAILS,
    ContactDetail,
    ContactDetails,
    open_contact_details,
    write_contact_details,
)
from features.store.ingestion import ingest
from features.store.store import Store, open_store
from features.vocabulary.errors import WorkspaceRefused
from tests.features.tables import COLUMNS, SEVEN, Row, write_table
from tests.holding import files_holding

# Anna is in the table twice; nobody says what zoe is called; the others share one name, as families do.
ROWS: list[Row] = [
    ("anna", "north", " Anna Örnberg ", "anna@example.com"),
    ("anna", "north", "Anna Örnberg", None),
    ("bert", "north", None, "bert@example.com"),
    ("zoe", "north", None, " "),
    *((f"n{number:02}", "north", "Smith", None) for number in range(12)),
]
MAPPED = {"customer_id": "id", "region": "region"}
BOTH = {"name": "called", "email": "mail"}


def settings_with(folder: Path, mapped: dict[str, str], rows: list[Row] = ROWS) -> Settings:
    write_table(folder / "purchases.parquet", SEVEN)
    write_table(folder / "customers.parquet", rows, ("id", "region", "called", "mail"))
    tables: dict[str, Any] = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "customers": {"source": "customers.parquet", "columns": {**MAPPED, **mapped}},
    }
    return settings_from({"tables": tables}, folder=folder)


def stored(folder: Path, mapped: dict[str, str] = BOTH, rows: list[Row] = ROWS) -> Store:
    return ingest(settings_with(folder, mapped, rows), Workspace(folder / "ws")).store


def told(store: Store) -> dict[str, tuple[str, str]]:
    details = store.contact_details()
    found = {one: details.find(one) for one in details.customer_ids}
    return {one: (detail.name, detail.email) for one, detail in found.items()}


FAMILY = {f"n{number:02}": ("Smith", "") for number in range(12)}


def test_each_customer_of_whom_something_is_known_is_found_by_their_number(tmp_path: Path) -> None:
    store = stored(tmp_path)
    assert told(store) == {
        "anna": ("Anna Örnberg", "anna@example.com"),
        "bert": ("", "bert@example.com"),
        **FAMILY,
    }
    assert store.contact_details().find("zoe") == ContactDetail()


@pytest.mark.parametrize("column", ["name", "email"])
def test_one_of_the_two_is_enough(tmp_path: Path, column: str) -> None:
    found = told(stored(tmp_path, {column: BOTH[column]}))
    assert found["anna"] == (("Anna Örnberg", "") if column == "name" else ("", "anna@example.com"))
    assert ("bert" in found) == (column == "email")


def test_a_table_that_does_not_say_leaves_nothing(tmp_path: Path) -> None:
    store = stored(tmp_path, {})
    assert told(store) == {} and not (store.folder / "contact_details").exists()


def test_no_other_file_of_the_workspace_and_no_feature_holds_any(tmp_path: Path) -> None:
    store = stored(tmp_path)
    for text in ("Örnberg", "Smith", "@example.com"):
        holding = files_holding(tmp_path / "ws", text)
        assert {Path(one).parent.name for one in holding} == {"contact_details"}
    pack = store.pack()
    assert set(pack.attributes.columns) == {"region"}
    names = [feature.name for feature in standard_plan(pack).features]
    assert not [one for one in names if "called" in one or "mail" in one or one == "name"]


def test_they_are_those_of_the_newest_tables_and_are_taken_over_where_these_stay(
    tmp_path: Path,
) -> None:
    first = stored(tmp_path)
    write_more = [*SEVEN, ("anna", "o9", "2026-01-09 10:00", "tea", 1.0, 4.5)]
    settings = settings_with(tmp_path, BOTH)
    write_table(tmp_path / "purchases.parquet", write_more)
    second = ingest(settings, Workspace(tmp_path / "ws")).store
    assert second.folder != first.folder and told(second)["anna"][0] == "Anna Örnberg"
    renamed = [("anna", "north", "Anna Berg", None), *ROWS[2:]]
    assert told(stored(tmp_path, rows=renamed))["anna"] == ("Anna Berg", "")


def test_mapping_them_later_reads_the_table_again(tmp_path: Path) -> None:
    assert told(stored(tmp_path, {})) == {}
    assert told(stored(tmp_path))["bert"] == ("", "bert@example.com")


def test_who_was_erased_has_no_name_left(tmp_path: Path) -> None:
    stored(tmp_path)
    workspace = Workspace(tmp_path / "ws")
    ErasedNames(workspace.erased).add(["anna"])
    assert "anna" not in told(stored(tmp_path))
    newest = open_store(workspace).folder
    assert files_holding(newest, "Örnberg") == []


def test_what_is_written_is_opened_as_it_was_and_damage_is_refused(tmp_path: Path) -> None:
    details = ContactDetails.of({"b": ContactDetail("Bert"), "a": ContactDetail("", "a@b.c")})
    write_contact_details(details, tmp_path / "there")
    opened = open_contact_details(tmp_path / "there")
    assert [opened.find(one) for one in "abc"] == [
        ContactDetail("", "a@b.c"),
        ContactDetail("Bert"),
        ContactDetail(),
    ]
    assert open_contact_details(tmp_path / "not there") is NO_CONTACT_DETAILS
    (tmp_path / "there" / "name.content.npy").unlink()
    with pytest.raises(WorkspaceRefused, match="ingest"):
        open_contact_details(tmp_path / "there")
