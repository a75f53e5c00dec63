"""From which day on a merge holds, in which form ids meet, and what one has to be erased for."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from features.checks.checking import Checking
from features.checks.merges import Merges
from features.company.erased import NONE_ERASED, Tombstones
from features.company.erased_names import ErasedNames
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.sources.connection import connect
from features.store.ingestion import ingest
from features.vocabulary.time import Cutoff
from tests.features.checks.identities.companies import company

Told = list[tuple[str | None, ...]]


def judged(
    settings: Settings, as_of: str | None = None, erased: Tombstones = NONE_ERASED
) -> tuple[Merges, dict[str, list[str]], Told]:
    """Who is merged, the customers of the kept rows of each table, and what is kept of the identities."""
    until = Cutoff.parse(as_of) if as_of else None
    with (
        tempfile.TemporaryDirectory() as scratch,
        connect(Path(scratch), threads=1) as connection,
    ):
        checking = Checking(connection, settings, Path(scratch), as_of=until, erased=erased)
        tables = [*checking.references(), *checking.events()]
        assert not checking.faults
        customers = {
            one.table.name: [
                row[0]
                for row in connection.execute(
                    f"SELECT customer_id FROM ({one.accepted_rows_sql()}) ORDER BY ALL"
                ).fetchall()
            ]
            for one in tables
            if one.table.name == "purchases"
        }
        told = connection.execute(
            "SELECT customer_id, person_id FROM judged_identities ORDER BY ALL"
        ).fetchall()
        return checking.people, customers, told


@pytest.mark.parametrize(
    ("as_of", "persons"),
    [
        pytest.param("2026-02-01", {"anna", "bert", "carl"}, id="on the day itself"),
        pytest.param("2026-01-31", {"anna", "bert", "carl"}, id="before it"),
        pytest.param("2026-02-02", {"bert", "carl"}, id="after it"),
        pytest.param(None, {"bert", "carl"}, id="on no day at all"),
    ],
)
def test_a_merge_holds_from_the_day_after_its_date_on(
    tmp_path: Path, as_of: str | None, persons: set[str]
) -> None:
    rows = [("anna", "bert", "2026-02-01 00:00:00")]
    settings = company(tmp_path, rows, names=("id", "person", "since"))
    people, customers, _ = judged(settings, as_of)
    assert set(customers["purchases"]) == persons
    assert people.waiting == (len(persons) == 3)
    assert people.last_since == (Cutoff.parse("2026-02-01").seconds if len(persons) == 2 else None)


def test_a_chain_holds_as_far_as_its_dates_are_reached(tmp_path: Path) -> None:
    rows = [("anna", "bert", "2026-01-01"), ("bert", "carl", "2026-03-01")]
    settings = company(tmp_path, rows, names=("id", "person", "since"))
    assert set(judged(settings, "2026-02-01")[1]["purchases"]) == {"bert", "carl"}
    assert set(judged(settings, "2026-04-01")[1]["purchases"]) == {"carl"}


def test_of_several_dates_the_first_counts_and_none_says_always(tmp_path: Path) -> None:
    later = ("anna", "bert", "2026-05-01")
    names = ("id", "person", "since")
    for first, merged in (("2026-01-20", 1), ("2026-04-30", 0), (None, 1)):
        settings = company(tmp_path, [later, ("anna", "bert", first)], names=names)
        assert judged(settings, "2026-02-01")[0].ids == merged


def test_a_merge_from_the_year_9999_on_is_none(tmp_path: Path) -> None:
    rows = [("anna", "bert", "9999-12-31"), ("carl", "bert", "0001-01-01")]
    people, customers, _ = judged(company(tmp_path, rows, names=("id", "person", "since")))
    assert set(customers["purchases"]) == {"anna", "bert"}
    assert (people.ids, people.waiting) == (1, 1)


def test_ids_meet_in_their_one_form(tmp_path: Path) -> None:
    bought = [
        (one, f"o{at}", f"2026-01-0{at + 1}", "tea", 1, 1.0)
        for at, one in enumerate(["12345.0", "007", "Anna", "7", "emil"])
    ]
    rows = [(" 12345 ", "007"), ("anna", "EMIL.0")]
    exact = judged(company(tmp_path, rows, bought=bought))[1]["purchases"]
    assert sorted(exact) == ["007", "007", "7", "Anna", "emil"]
    small = company(tmp_path, rows, bought=bought, settings={"ignore_case": True})
    assert sorted(judged(small)[1]["purchases"]) == ["007", "007", "7", "emil", "emil.0"]


def test_numbers_of_every_type_meet(tmp_path: Path) -> None:
    bought = [(one, f"o{one}", f"2026-01-0{one}", "tea", 1, 1.0) for one in (1, 2, 3)]
    people, customers, _ = judged(company(tmp_path, [(1.0, "2"), (2.0, "2")], bought=bought))
    assert customers["purchases"] == ["2", "2", "3"] and people.ids == 1


@pytest.mark.parametrize("gone", ["anna", "bert", "a-7"])
def test_who_is_erased_by_one_id_is_erased_by_all_and_named_nowhere(
    tmp_path: Path, gone: str
) -> None:
    rows = [("anna", "bert"), ("bert", "a-7"), ("carl", "c-1")]
    settings = company(tmp_path, rows)
    erased = Tombstones("5a17").with_customers([gone])
    people, customers, told = judged(settings, erased=erased)
    assert set(customers["purchases"]) == {"c-1"}
    assert told == [("carl", "c-1")]
    assert (people.ids, people.persons) == (1, 1)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("VARCHAR", "DECIMAL(12, 2)"),
        ("BIGINT", "VARCHAR"),
        ("DECIMAL(9, 0)", "INTEGER"),
        ("DECIMAL(12, 2)", "DOUBLE"),
    ],
)
def test_ids_of_every_type_are_merged_and_erased_together(
    tmp_path: Path, written: str, listed: str
) -> None:
    bought = [
        (one, f"o{at}", f"2026-01-0{at + 1}", "tea", 1, 1.0)
        for at, one in enumerate(["7654321", "876", "5"])
    ]
    settings = company(tmp_path, [("876", "7654321")], bought=bought)
    tables = dict(settings.tables)
    for name, columns, kind in (
        ("purchases", {"customer_id": "customer"}, written),
        ("identities", {"customer_id": "id", "person_id": "person"}, listed),
    ):
        cast = {ours: f"CAST({theirs} AS {kind})" for ours, theirs in columns.items()}
        tables[name] = replace(tables[name], columns={**tables[name].columns, **cast})
    settings = replace(settings, tables=tables)
    assert judged(settings)[1]["purchases"] == ["5", "7654321", "7654321"]
    for gone, left in (("7654321", ["5"]), ("876", ["5"]), ("5", ["7654321", "7654321"])):
        erased = Tombstones("5a17").with_customers([gone])
        assert judged(settings, erased=erased)[1]["purchases"] == left


def test_of_the_erased_no_merge_that_waits_is_kept_either(tmp_path: Path) -> None:
    rows = [("anna", "bert", "2027-01-01"), ("bert", "carl", "2027-01-01")]
    settings = company(tmp_path, rows, names=("id", "person", "since"))
    erased = Tombstones("5a17").with_customers(["anna"])
    people, customers, told = judged(settings, "2026-06-01", erased)
    assert set(customers["purchases"]) == {"bert", "carl"}
    assert told == [("bert", "carl")] and people.ids == 0


def test_merges_have_a_name_that_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = [("anna", "bert"), ("carl", "a-7")]
    one = judged(company(tmp_path, rows))[0].known_as
    other = judged(company(tmp_path, rows[::-1]))[0].known_as
    assert one == other != judged(company(tmp_path, rows[:1]))[0].known_as
    assert judged(company(tmp_path, [("anna", "anna")]))[0].known_as == ""


def test_identities_of_nobody_but_the_erased_are_no_fault(tmp_path: Path) -> None:
    settings = company(tmp_path, [("anna", "a-7")])
    erased = Tombstones("5a17").with_customers(["a-7"])
    people, customers, told = judged(settings, erased=erased)
    assert set(customers["purchases"]) == {"bert", "carl"}
    assert told == [] and people.ids == 0
    workspace = Workspace(tmp_path / "ws")
    with closing(ErasedNames(workspace.erased)) as names:
        names.add(["a-7"])
    made = ingest(settings, workspace, threads=1)
    assert made.rows == {"purchases": 4, "identities": 0}
    assert len(made.store.other_ids().ids) == 0
