"""Who was erased stays away, however the company's tables write the number, and their neighbours stay."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from features.checks.erased_rows import enter_erased, erased_condition
from features.checks.judging.judged_table import judge, open_table
from features.company.erased import NONE_ERASED, Tombstones
from features.company.erased_names import ErasedNames, read_tombstones
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.sources.connection import Connection, connect
from features.store.ingestion import ingest
from features.vocabulary.tables import TABLES
from features.vocabulary.time import Cutoff
from tests.features.tables import COLUMNS
from tests.holding import files_holding

# How the source has the number, the SQL that reads it, and the number the store knows the customer by:
# first of who is erased, then of who is not.
IDS = [
    pytest.param("7654321", "8765432", "{}", "7654321", "8765432", id="a text"),
    pytest.param("0017841", "17841", "{}", "0017841", "17841", id="leading zeros"),
    pytest.param("17841", "0017841", "{}", "17841", "0017841", id="none beside leading zeros"),
    pytest.param(" 7654321 ", "7654 321", "{}", "7654321", "7654 321", id="blanks around"),
    pytest.param("7654321.0", "7654322", "{}", "7654321", "7654322", id="a text with a point"),
    pytest.param("Örn", "Orn", "{}", "Örn", "Orn", id="no plain letters"),
    pytest.param("x'y", "x''y", "{}", "x'y", "x''y", id="quotes"),
    pytest.param("7654321", "7654320", "INTEGER", "7654321", "7654320", id="INTEGER"),
    pytest.param("-7654321", "7654321", "BIGINT", "-7654321", "7654321", id="BIGINT"),
    pytest.param("18446744073709551615", "1", "UBIGINT", "18446744073709551615", "1", id="UBIGINT"),
    pytest.param(
        *("170141183460469231731", "170141183460469231730", "HUGEINT"),
        *("170141183460469231731", "170141183460469231730"),
        id="HUGEINT",
    ),
    pytest.param("7654321", "765432", "DECIMAL(9, 0)", "7654321", "765432", id="DECIMAL(9, 0)"),
    pytest.param("7654320", "765432", "DECIMAL(12, 2)", "7654320", "765432", id="DECIMAL(12, 2)"),
    pytest.param("76543.5", "76543", "DECIMAL(12, 2)", "76543.50", "76543", id="no whole DECIMAL"),
    pytest.param("7654320.0", "765432", "DOUBLE", "7654320", "765432", id="DOUBLE"),
    pytest.param("76543.5", "76543", "DOUBLE", "76543.5", "76543", id="no whole DOUBLE"),
    pytest.param(
        *("4000000000000005", "4000000000000006", "DOUBLE"),
        *("4000000000000005", "4000000000000006"),
        id="DOUBLE that is written with an exponent",
    ),
    pytest.param("7654321", "7654322", "FLOAT", "7654321", "7654322", id="FLOAT"),
    pytest.param(
        *("EEAC5B40-4F4C-4E6D-B3B6-0A3E67A5A1F1", "eeac5b40-4f4c-4e6d-b3b6-0a3e67a5a1f2", "UUID"),
        *("eeac5b40-4f4c-4e6d-b3b6-0a3e67a5a1f1", "eeac5b40-4f4c-4e6d-b3b6-0a3e67a5a1f2"),
        id="UUID",
    ),
    pytest.param("1971-02-03", "1971-02-04", "DATE", "1971-02-03", "1971-02-04", id="DATE"),
]


def company(folder: Path, column: str, expression: str, *customers: str) -> Settings:
    """Purchases, contacts and a line about each of some customers, in files of texts."""
    bought = ["order,day,item,quantity,amount," + column]
    bought += [
        f'o{at},2026-01-0{at + 1} 10:00,tea,1,4.50,"{one}"' for at, one in enumerate(customers)
    ]
    told = ["day," + column] + [f'2026-01-05,"{one}"' for one in customers]
    for name, lines in (("purchases", bought), ("contacts", told), ("customers", told)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = {"contacted_at": "day", "channel": "'email'", "kind": "'open'"}
    columns = {"purchases": COLUMNS, "contacts": asked, "customers": {"registered_at": "day"}}
    tables = {
        name: {"source": f"{name}.csv", "columns": mapped | {"customer_id": expression}}
        for name, mapped in columns.items()
    }
    return settings_from({"tables": tables}, folder=folder)


def erase(workspace: Workspace, *customers: str) -> None:
    with closing(ErasedNames(workspace.erased)) as names:
        names.add(customers)


def known(settings: Settings, workspace: Workspace) -> set[str]:
    ids = ingest(settings, workspace, threads=1).store.pack().customer_ids
    return {ids[key] for key in range(len(ids))}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with connect(tmp_path_factory.mktemp("scratch"), threads=1) as opened:
        yield opened


@pytest.mark.parametrize(("written", "beside", "kind", "stored", "staying"), IDS)
def test_an_erased_customer_is_not_read_however_their_number_is_written(
    connection: Connection,
    tmp_path: Path,
    written: str,
    beside: str,
    kind: str,
    stored: str,
    staying: str,
) -> None:
    expression = "customer" if kind == "{}" else f"TRY_CAST(customer AS {kind})"
    # A name that is no number, so that the file's column is one of texts.
    settings = company(tmp_path, "customer", expression, written, beside, "no number")
    left = {staying, "no number" if kind == "{}" else None}
    for erased, expected in (
        (NONE_ERASED, {stored} | left),
        (Tombstones("5a17", frozenset()), {stored} | left),
        (Tombstones("5a17").with_customers([stored]), left),
        (Tombstones("5a17").with_customers([staying, "other"]), {stored} | (left - {staying})),
    ):
        opened, faults = open_table(
            connection, TABLES["purchases"], settings.tables["purchases"],
            folder=tmp_path, scratch=tmp_path, as_of=None, erased=erased,
        )  # fmt: skip
        assert opened is not None and not faults
        judge(opened)
        read = connection.execute(f"SELECT customer_id FROM {opened.judged}").fetchall()
        assert {one for (one,) in read} == expected and len(read) == len(expected)


@pytest.mark.parametrize("kind", ["DECIMAL(12, 2)", "DOUBLE"])
def test_an_erased_customer_is_in_no_store_and_comes_back_in_none(
    tmp_path: Path, kind: str
) -> None:
    settings = company(tmp_path, "customer", f"CAST(customer AS {kind})", "7654321", "876", "5")
    workspace = Workspace(tmp_path / "ws")
    assert known(settings, workspace) == {"7654321", "876", "5"}
    erase(workspace, "7654321")
    assert known(settings, workspace) == {"876", "5"}
    # Also where nothing of an earlier store is there to go on from.
    shutil.rmtree(workspace.folder / "store")
    assert known(settings, workspace) == {"876", "5"}


def test_a_column_whose_name_needs_quotes_needs_none_where_somebody_was_erased(
    tmp_path: Path,
) -> None:
    settings = company(tmp_path, "Customer ID", "Customer ID", "anna", "bert", "carl")
    workspace = Workspace(tmp_path / "ws")
    erase(workspace, "anna")
    assert known(settings, workspace) == {"bert", "carl"}


def test_an_expression_with_a_remark_is_read_where_somebody_was_erased(tmp_path: Path) -> None:
    settings = company(tmp_path, "customer", "customer -- the old one", "anna", "bert", "carl")
    workspace = Workspace(tmp_path / "ws")
    erase(workspace, "anna")
    assert known(settings, workspace) == {"bert", "carl"}


def test_an_erased_customer_is_in_no_table_of_the_store_and_in_no_account(tmp_path: Path) -> None:
    settings = company(tmp_path, "customer", "customer", "anna-is-gone", "bert", "carl")
    workspace = Workspace(tmp_path / "ws")
    erase(workspace, "anna-is-gone")
    made = ingest(settings, workspace, threads=1)
    assert dict(made.rows) == {"purchases": 2, "customers": 2, "contacts": 2}
    assert files_holding(workspace.folder, "anna-is-gone") == []
    assert files_holding(workspace.folder, "bert")


def test_of_an_erased_customer_no_row_that_is_set_aside_is_told_either(tmp_path: Path) -> None:
    settings = company(tmp_path, "customer", "customer", "anna-is-gone", "bert-stays", "carl")
    lines = (tmp_path / "contacts.csv").read_text(encoding="utf-8")
    later = lines.replace('05,"anna', '09,"anna').replace('05,"bert', '09,"bert')
    (tmp_path / "contacts.csv").write_text(later, encoding="utf-8")
    workspace = Workspace(tmp_path / "ws")
    erase(workspace, "anna-is-gone")
    before = Cutoff.parse("2026-01-08T00:00:00Z")
    report = ingest(settings, workspace, threads=1, as_of=before).store.manifest.report
    (ahead,) = [one for one in report["breaches"] if one["rule"].startswith("future.")]
    assert "bert-stays" in str(ahead["sample"]) and "anna" not in str(report)
    assert files_holding(workspace.folder, "anna-is-gone") == []


def test_a_second_erasure_reaches_the_store_that_was_made_after_the_first(tmp_path: Path) -> None:
    settings = company(tmp_path, "customer", "customer", "anna", "bert", "carl", "dora")
    workspace = Workspace(tmp_path / "ws")
    for gone, left in (("anna", {"bert", "carl", "dora"}), ("carl", {"bert", "dora"})):
        erase(workspace, gone)
        assert known(settings, workspace) == left
    assert ingest(settings, workspace, threads=1).reused


def test_a_store_of_a_company_without_erasures_is_reused(tmp_path: Path) -> None:
    settings = company(tmp_path, "customer", "customer", "anna", "bert")
    workspace = Workspace(tmp_path / "ws")
    assert not ingest(settings, workspace, threads=1).reused
    assert ingest(settings, workspace, threads=1).reused


def test_a_name_is_a_hash_of_the_secret_and_the_number(
    tmp_path: Path,
) -> None:
    file = tmp_path / "erased.db"
    first = read_tombstones(file)
    assert len(first.salt) == 64 and first.salt != read_tombstones(file).salt
    with closing(ErasedNames(file)) as names:
        names.add(["anna"])
        first = Tombstones(names.salt)
    again = read_tombstones(file)
    assert again.salt == first.salt
    assert again.names == {hashlib.sha256(f"{first.salt}anna".encode()).hexdigest()}
    assert again.hold("anna") and not again.hold("bert") and not first.hold("anna")
    both = again.with_customers(["bert"])
    assert both.hold("anna") and both.hold("bert") and not again.hold("bert")
    assert files_holding(tmp_path, "anna") == []


@pytest.mark.parametrize(
    ("was_ignored", "is_ignored", "held"),
    [
        (False, False, {"Anna"}),
        # The tables of a company that ignores case have small letters alone.
        (False, True, {"Anna", "anna"}),
        (True, True, {"Anna", "anna", "ANNA"}),
        (True, False, {"Anna", "anna", "ANNA"}),
    ],
)
def test_who_was_erased_stays_away_whether_case_counts_or_not(
    tmp_path: Path, connection: Connection, was_ignored: bool, is_ignored: bool, held: set[str]
) -> None:
    with closing(ErasedNames(tmp_path / "erased.db")) as names:
        names.add(["Anna"], ignore_case=was_ignored)
        tombstones = Tombstones(names.salt).with_customers(["Anna"], ignore_case=was_ignored)
        asked = ("Anna", "anna", "ANNA", "bert")
        found = names.among(asked, ignore_case=is_ignored)
        assert found == {one for one in asked if one in held or (is_ignored and one != "bert")}
    assert read_tombstones(tmp_path / "erased.db") == tombstones
    enter_erased(connection, tombstones, ignore_case=is_ignored)
    for one in ("Anna", "anna", "ANNA", "bert"):
        expected = one in held or (is_ignored and one != "bert")
        assert tombstones.hold(one, ignore_case=is_ignored) is expected
        condition = erased_condition("x", tombstones, ignore_case=is_ignored)
        ((is_met,),) = connection.execute(
            f"SELECT {condition} FROM (SELECT '{one}' AS x)"
        ).fetchall()
        assert is_met is expected


def test_letters_are_told_apart_where_nobody_says_otherwise(connection: Connection) -> None:
    tombstones = Tombstones("0" * 64).with_customers(["Anna", "bert"])
    assert (tombstones.in_any_case, len(tombstones.in_small)) == (frozenset(), 2)
    asked = ("Anna", "anna", "bert", "BERT")
    expected = [True, False, True, False]
    assert [tombstones.hold(one) for one in asked] == expected
    enter_erased(connection, tombstones)
    condition = erased_condition("x", tombstones)
    rows = connection.execute(f"SELECT {condition} FROM (SELECT unnest({list(asked)}) AS x)")
    assert [found for (found,) in rows.fetchall()] == expected


def test_a_company_that_ignores_case_has_each_person_once_and_loses_the_erased(
    tmp_path: Path,
) -> None:
    settings = company(
        tmp_path, "customer", "customer", "Anna@X.de", "anna@x.DE", "bert", "BERT ", "carl"
    )
    settings, ignoring = (
        dataclasses.replace(
            settings, company=dataclasses.replace(settings.company, ignore_case=said)
        )
        for said in (False, True)
    )
    workspace = Workspace(tmp_path / "ws")
    assert known(settings, workspace) == {"Anna@X.de", "anna@x.DE", "bert", "BERT", "carl"}
    # Another setting makes another store, though no file has changed.
    assert known(ignoring, workspace) == {"anna@x.de", "bert", "carl"}
    erase(workspace, "Anna@X.de")
    assert known(ignoring, workspace) == {"bert", "carl"}
    assert known(settings, workspace) == {"anna@x.DE", "bert", "BERT", "carl"}
