"""When the store there is stays, and when another day makes it anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from features.checks.breaches import ContractBroken
from features.company.workspace import Workspace
from features.store.ingestion import IngestSummary, ingest
from features.store.store import Store
from features.vocabulary.time import Cutoff
from tests.features.checks.identities.companies import company
from tests.features.tables import SEVEN, Row, purchases, write_table
from tests.laws.test_store import assert_same_pack, assert_same_store

# The last of the seven rows, of 9 January 12:00, is the first that a day can leave out.
LAST = "2026-01-09T12:00:00"
BEHIND = "2026-01-09T12:00:01"


@pytest.mark.parametrize(
    ("first", "then", "reused", "rows"),
    [
        (BEHIND, BEHIND, True, 7),
        ("", BEHIND, True, 7),
        ("", LAST, False, 6),
        (BEHIND, "", True, 7),
        # A row was ahead of the day, and may not be ahead of another.
        (LAST, BEHIND, False, 7),
        (LAST, "", False, 7),
    ],
)
def test_another_day_reads_anew_where_a_row_lies_or_lay_ahead(
    tmp_path: Path, first: str, then: str, reused: bool, rows: int
) -> None:
    mapped, workspace = purchases(tmp_path), Workspace(tmp_path / "ws")
    days = [Cutoff.parse(one) if one else None for one in (first, then)]
    assert not ingest(mapped, workspace, as_of=days[0]).reused
    again = ingest(mapped, workspace, as_of=days[1])
    assert (again.reused, again.rows) == (reused, {"purchases": rows})


SINCE = ("id", "person", "since")


def names(store: Store) -> list[str]:
    return list(store.pack().customer_ids)


def test_an_ingest_tells_how_many_ids_were_merged_and_keeps_their_number_alone(
    tmp_path: Path,
) -> None:
    summary = ingest(company(tmp_path, [("anna", "a-7"), ("bert", "a-7")]), Workspace(tmp_path / "ws"), threads=1)  # fmt: skip
    assert summary.people.sentence == "2 ids are merged into 1 person"
    assert summary.as_dict()["people"] == {
        "ids": 2, "persons": 1, "waiting": 0, "last_since": None,
    }  # fmt: skip
    assert names(summary.store) == ["a-7", "carl"]
    written = (summary.store.folder / "journal.json").read_text(encoding="utf-8")
    assert "anna" not in written and "a-7" not in written
    identities = parquet.read_table(summary.store.table("identities")).to_pylist()
    assert identities == [
        {"customer_id": "anna", "person_id": "a-7"},
        {"customer_id": "bert", "person_id": "a-7"},
    ]


def test_a_merge_comes_to_hold_on_its_day_without_any_new_file(tmp_path: Path) -> None:
    settings = company(tmp_path, [("anna", "bert", "2026-03-01 00:00")], names=SINCE)
    workspace = Workspace(tmp_path / "ws")

    def on(day: str) -> IngestSummary:
        return ingest(settings, workspace, threads=1, as_of=Cutoff.parse(day))

    first = on("2026-02-01")
    assert names(first.store) == ["anna", "bert", "carl"]
    assert first.people.sentence == "1 waits for its date"
    assert names(on("2026-03-01").store) == ["anna", "bert", "carl"]
    held = on("2026-03-02")
    assert names(held.store) == ["bert", "carl"] and not held.reused
    assert on("2026-03-09").reused
    # Back on a day on which nobody knew it, the two are two again.
    assert names(on("2026-02-01").store) == ["anna", "bert", "carl"]
    fresh = ingest(settings, Workspace(tmp_path / "f"), threads=1, as_of=Cutoff.parse("2026-03-09"))
    assert_same_store(on("2026-03-09").store, fresh.store)


def test_a_store_in_which_no_merge_holds_yet_is_the_one_without_identities(tmp_path: Path) -> None:
    day = Cutoff.parse("2026-02-01")
    settings = company(tmp_path, [("anna", "bert", "2026-03-01 00:00")], names=SINCE)
    some = ingest(settings, Workspace(tmp_path / "a"), threads=1, as_of=day).store
    none = ingest(purchases(tmp_path), Workspace(tmp_path / "b"), threads=1, as_of=day).store
    assert some.manifest.digest == none.manifest.digest
    assert_same_pack(some.pack(), none.pack())


def test_identities_that_change_make_the_months_anew_and_those_that_do_not_keep_them(
    tmp_path: Path,
) -> None:
    settings, workspace = company(tmp_path, [("anna", "bert")]), Workspace(tmp_path / "ws")

    def listed(*rows: Row) -> IngestSummary:
        write_table(tmp_path / "same.parquet", rows, ("id", "person"))
        return ingest(settings, workspace, threads=1)

    ingest(settings, workspace, threads=1)
    same = listed(("anna", "bert"), ("bert", "bert"))
    assert not same.changes and not same.reused
    other = listed(("carl", "bert"))
    (change,) = [one for one in other.changes if one.table == "purchases"]
    assert change.months_made == ("2026-01",)
    assert names(other.store) == ["anna", "bert"]


def test_a_lower_ceiling_is_looked_at_though_no_file_has_changed(tmp_path: Path) -> None:
    rows = [("anna", "bert"), ("carl", "bert"), ("zoe", "zoe")]
    more = [*SEVEN, ("zoe", "o9", "2026-01-03 10:00", "tea", 1, 1.0)]
    workspace = Workspace(tmp_path / "ws")
    settings = company(tmp_path, rows, bought=more)
    lower = replace(settings, company=replace(settings.company, most_ids_a_person=2))
    ingest(settings, workspace, threads=1)
    with pytest.raises(ContractBroken, match="persons of more than 2 ids"):
        ingest(lower, workspace, threads=1)


@pytest.mark.parametrize("seen", [False, True])
def test_identities_of_nobody_in_any_table_are_refused(tmp_path: Path, seen: bool) -> None:
    rows = [(f"x{at}", "y") for at in range(6)] + ([("anna", "a-7")] if seen else [])
    settings, workspace = company(tmp_path, rows), Workspace(tmp_path / "ws")
    if seen:
        assert "a-7" in names(ingest(settings, workspace, threads=1).store)
        return
    with pytest.raises(ContractBroken, match="6 of 6 ids are in no other table"):
        ingest(settings, workspace, threads=1)


def test_a_consent_that_one_id_of_a_person_refuses_is_refused_for_all(tmp_path: Path) -> None:
    people = [
        *[("anna", "yes"), ("bert", "yes"), ("b-2", "no"), ("b-3", None)],
        # Of one id the rows say what they say most often.
        *[("carl", "yes"), ("carl", "yes"), ("carl", "no")],
    ]
    rows = [("bert", "anna"), ("b-2", "anna"), ("b-3", "anna"), ("b-4", "b-5")]
    settings = company(tmp_path, rows, people=people, attribute="marketing_consent")
    store = ingest(settings, Workspace(tmp_path / "ws"), threads=1).store
    told = {one["customer_id"]: one["marketing_consent"] for one in parquet.read_table(store.table("customers")).to_pylist()}  # fmt: skip
    assert told == {"anna": False, "carl": True}
