"""A store that grows by the day: what is read again, what is kept, and what is said about it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from features.checks.breaches import ContractBroken
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import IngestSummary, ingest
from features.store.store import Store, open_store
from features.vectors.refresh import published_vectors, refresh_vectors
from features.vectors.vectors import open_vectors
from features.vocabulary.time import Cutoff
from regulars.main import main
from tests.features.tables import COLUMNS, Row, write_table
from tests.laws.test_store import assert_same_store
from tests.waiting import GENEROUS_SECONDS

JANUARY: tuple[Row, ...] = (
    ("anna", "o1", "2026-01-05 10:00", "tea", 1, 4.50),
    ("bert", "o2", "2026-01-31 23:59", "pot", 1, 20.00),
)
FEBRUARY: tuple[Row, ...] = (("anna", "o3", "2026-02-01 00:00", "cup", 1, 9.00),)
MARCH: tuple[Row, ...] = (("carl", "o4", "2026-03-02 09:00", "tea", 2, 9.00),)


def sold(folder: Path, name: str, rows: Any) -> None:
    """One file of sales, written anew."""
    (folder / "sales").mkdir(exist_ok=True)
    write_table(folder / "sales" / f"{name}.parquet", rows)


def three_months(folder: Path) -> Settings:
    sold(folder, "2026-01", JANUARY)
    sold(folder, "2026-02", FEBRUARY)
    sold(folder, "2026-03", MARCH)
    return mapped(folder)


def mapped(folder: Path, pattern: str = "sales/*.parquet", **more: Any) -> Settings:
    tables = {"purchases": {"source": pattern, "columns": COLUMNS}, **more}
    return settings_from({"tables": tables}, folder=folder)


def stored(settings: Settings, name: str = "ws", **more: Any) -> IngestSummary:
    return ingest(settings, Workspace(settings.folder / name), threads=1, **more)


def months(store: Store) -> dict[str, int]:
    """The files of the purchases, and the number by which the disk knows each."""
    return {one.stem: one.stat().st_ino for one in sorted(store.table("purchases").iterdir())}


def same_as_in_one_go(settings: Settings, grown: Store, **more: Any) -> None:
    assert_same_store(grown, stored(settings, "fresh", **more).store)


def test_a_table_of_events_is_a_folder_of_months_in_plain_texts(tmp_path: Path) -> None:
    store = stored(three_months(tmp_path)).store
    assert list(months(store)) == ["2026-01", "2026-02", "2026-03"]
    table = parquet.read_table(store.table("purchases"))
    assert table.column_names == [
        "customer_id", "seconds", "local_day", "order_id", "item_id", "quantity_milli", "amount_cents",
    ]  # fmt: skip
    assert table.column("item_id").to_pylist() == ["tea", "pot", "cup", "tea"]
    assert table.column("seconds").to_pylist()[0] == Cutoff.parse("2026-01-05T10:00").seconds


def test_a_new_day_makes_its_own_month_anew_and_keeps_the_others(tmp_path: Path) -> None:
    before = stored(three_months(tmp_path)).store
    sold(tmp_path, "2026-03-03", [("anna", "o5", "2026-03-03 10:00", "tea", 1, 4.50)])
    summary = stored(mapped(tmp_path))
    (change,) = summary.changes
    assert change.sentence == "Appended 1 row of 2026-03 (1 new file); 2 months kept"
    # The day's line, and the one line of March that was there.
    assert change.rows_read == 2
    kept, was = months(summary.store), months(before)
    assert (kept["2026-01"], kept["2026-02"]) == (was["2026-01"], was["2026-02"])
    assert kept["2026-03"] != was["2026-03"]
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_a_late_row_makes_its_month_anew(tmp_path: Path) -> None:
    stored(three_months(tmp_path))
    sold(tmp_path, "late", [("dora", "o6", "2026-01-20 10:00", "tin", 1, 1.00), MARCH[0]])
    summary = stored(mapped(tmp_path))
    assert summary.changes[0].months_made == ("2026-01", "2026-03")
    # The line of March came twice, in two files, and is dropped once.
    assert summary.rows == {"purchases": 5}
    assert summary.store.manifest.report["tables"][0]["rows_duplicate"] == 1
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_a_corrected_file_makes_the_months_anew_that_it_had_and_that_it_has(tmp_path: Path) -> None:
    stored(three_months(tmp_path))
    sold(tmp_path, "2026-02", [("anna", "o3", "2026-04-01 08:00", "cup", 1, 9.00)])
    summary = stored(mapped(tmp_path))
    assert summary.changes[0].months_made == ("2026-02", "2026-04")
    assert summary.changes[0].sentence == (
        "Made 2026-02, 2026-04 anew (1 changed file); 2 months kept"
    )
    assert list(months(summary.store)) == ["2026-01", "2026-03", "2026-04"]
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_with_a_file_go_its_rows_customers_and_texts(tmp_path: Path) -> None:
    stored(three_months(tmp_path))
    (tmp_path / "sales" / "2026-03.parquet").unlink()
    summary = stored(mapped(tmp_path))
    assert summary.changes[0].files_gone == 1
    pack = summary.store.pack()
    assert list(pack.customer_ids) == ["anna", "bert"]
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_an_order_that_goes_on_in_a_later_month_stays_one_order(tmp_path: Path) -> None:
    stored(three_months(tmp_path))
    sold(tmp_path, "back", [("anna", "o1", "2026-03-09 10:00", "tea", -1, -4.50)])
    summary = stored(mapped(tmp_path))
    # anna: o1 in January, o3 in February, and in March o1 comes back.
    stream = summary.store.pack().streams["purchases"]
    assert stream.columns["order"][:3].tolist() == [0, 1, 0]
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_rows_without_a_date_are_accounted_for_with_their_file(tmp_path: Path) -> None:
    stored(three_months(tmp_path))
    sold(tmp_path, "odd", [*(("anna", "o7", "1900-01-01", "tea", 1, 1.0),) * 2, MARCH[0]])
    summary = stored(mapped(tmp_path))
    report = summary.store.manifest.report["tables"][0]
    assert (report["rows_in_source"], report["rows_set_aside"]) == (7, 2)
    same_as_in_one_go(mapped(tmp_path), summary.store)


def test_a_share_of_unreadable_values_is_judged_over_all_months(tmp_path: Path) -> None:
    many = [(f"c{n % 9}", f"p{n}", "2026-01-07", "tea", 1, 1.0) for n in range(300)]
    sold(tmp_path, "2026-01", many)
    columns = {**COLUMNS, "amount": "CASE WHEN item = 'bad' THEN 'x' ELSE CAST(amount AS VARCHAR) END"}  # fmt: skip
    table = {"source": "sales/*.parquet", "columns": columns}
    chosen = settings_from({"tables": {"purchases": table}}, folder=tmp_path)
    stored(chosen)
    # Two unreadable amounts are all of February but less than one in a hundred of all.
    sold(tmp_path, "2026-02", [("c1", f"b{n}", "2026-02-07", "bad", 1, 1.0) for n in range(2)])
    summary = stored(chosen)
    assert summary.rows == {"purchases": 300}
    same_as_in_one_go(chosen, summary.store)
    sold(tmp_path, "2026-03", [("c1", f"d{n}", "2026-03-07", "bad", 1, 1.0) for n in range(9)])
    with pytest.raises(ContractBroken, match="amount is not an amount"):
        stored(chosen)


def test_months_in_which_a_regrouped_item_was_bought_are_made_anew(tmp_path: Path) -> None:
    three_months(tmp_path)
    items = {"source": "items.parquet", "columns": {"item_id": "item", "category": "group"}}
    write_table(tmp_path / "items.parquet", [("tea", "food"), ("cup", "china")], ("item", "group"))
    chosen = mapped(tmp_path, items=items)
    stored(chosen)
    write_table(tmp_path / "items.parquet", [("tea", "food"), ("cup", "glass"), ("new", "x")], ("item", "group"))  # fmt: skip
    summary = stored(chosen)
    assert summary.changes[0].months_made == ("2026-02",)
    assert list(summary.store.pack().streams["purchases"].dictionaries["category"]) == [
        "food", "glass",
    ]  # fmt: skip
    same_as_in_one_go(chosen, summary.store)


def test_exposures_bear_what_their_offer_is(tmp_path: Path) -> None:
    three_months(tmp_path)
    write_table(tmp_path / "offers.parquet", [("f1", "Tea week", "discount", "food", 0.15)], ("offer", "name", "kind", "group", "off"))  # fmt: skip
    write_table(tmp_path / "shown.parquet", [("anna", "f1", "2026-01-09"), ("bert", "f2", "2026-02-09")], ("who", "offer", "day"))  # fmt: skip
    chosen = mapped(
        tmp_path,
        offers={"source": "offers.parquet", "columns": {"offer_id": "offer", "name": "name", "kind": "kind", "category": "group", "discount": "off"}},
        exposures={"source": "shown.parquet", "columns": {"customer_id": "who", "offer_id": "offer", "shown_at": "day"}},
    )  # fmt: skip
    store = stored(chosen).store
    rows = parquet.read_table(store.table("exposures")).to_pylist()
    assert [(one["offer_kind"], one["offer_category"], one["offer_discount_milli"]) for one in rows] == [
        ("discount", "food", 150), (None, None, None),
    ]  # fmt: skip
    stream = store.pack().streams["exposures"]
    assert stream.columns["offer_kind"].tolist() == [0, -1]


@pytest.mark.parametrize("other", ["columns", "type", "timezone"])
def test_another_mapping_or_type_makes_everything_anew(tmp_path: Path, other: str) -> None:
    chosen = three_months(tmp_path)
    stored(chosen)
    if other == "type":
        sold(tmp_path, "2026-03-03", [("anna", "o5", "2026-03-03", "tea", "2", 4.50)])
    else:
        table: dict[str, Any] = {"source": "sales/*.parquet", "columns": COLUMNS}
        more = {"timezone": "Europe/London"} if other == "timezone" else {}
        columns = {**COLUMNS, "channel": "'web'"} if other == "columns" else COLUMNS
        table |= {**more, "columns": columns}
        chosen = settings_from({"tables": {"purchases": table}}, folder=tmp_path)
    summary = stored(chosen)
    assert summary.changes[0].months_kept == 0
    same_as_in_one_go(chosen, summary.store)


def test_days_in_text_files_are_read_in_the_types_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()
    head = "customer,order,day,item,quantity,amount\n"
    first = tmp_path / "sales" / "2026-01.csv"
    first.write_text(head + "7.0,1,2026-01-05,tea,1,4.50\n8,2,2026-01-06,cup,1,9\n")
    chosen = mapped(tmp_path, "sales/*.csv")
    assert list(stored(chosen).store.pack().customer_ids) == ["7", "8"]
    # With a letter in the column it is one of texts; an id is the same from every type.
    second = tmp_path / "sales" / "2026-02.csv"
    second.write_text(head + "A1,3,2026-02-05,tea,1,4.50\n")
    grown = stored(chosen).store
    assert list(grown.pack().customer_ids) == ["7", "8", "A1"]
    same_as_in_one_go(chosen, grown)


def test_a_day_without_sales_changes_no_type(tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()
    head = "customer,order,day,item,quantity,amount\n"
    rows = "7.0,1,2026-01-05,tea,1,4.50\n8,2,2026-01-06,cup,1,9\n"
    (tmp_path / "sales" / "2026-01-05.csv").write_text(head + rows)
    table = {"source": "sales/*.csv", "columns": {**COLUMNS, "amount": "quantity * amount"}}
    chosen = settings_from({"tables": {"purchases": table}}, folder=tmp_path)
    stored(chosen)
    (tmp_path / "sales" / "2026-01-04.csv").write_text(head)
    summary = stored(chosen)
    assert summary.changes[0].sentence == "Nothing dated (1 new file); 1 month kept"
    same_as_in_one_go(chosen, summary.store)


def test_rows_of_tomorrow_come_in_when_their_day_has_come(tmp_path: Path) -> None:
    chosen = three_months(tmp_path)
    early = stored(chosen, as_of=Cutoff.parse("2026-03-01"))
    assert early.rows == {"purchases": 3}
    later = stored(chosen, as_of=Cutoff.parse("2026-03-10"))
    assert later.rows == {"purchases": 4}
    assert later.changes[0].months_made == ("2026-03",)
    same_as_in_one_go(chosen, later.store, as_of=Cutoff.parse("2026-03-10"))


def test_any_engine_reads_the_months_as_one_table(tmp_path: Path) -> None:
    store = stored(three_months(tmp_path)).store
    with duckdb.connect() as connection:
        read = f"SELECT sum(amount_cents) FROM '{store.table('purchases')}/*.parquet'"
        assert connection.execute(read).fetchall() == [(4250,)]


def test_the_command_says_what_was_appended_and_what_was_kept(tmp_path: Path) -> None:
    three_months(tmp_path)
    columns = "\n".join(f'{name} = "{expression}"' for name, expression in COLUMNS.items())
    path = tmp_path / "regulars.toml"
    path.write_text(
        f'[tables.purchases]\nsource = "sales/*.parquet"\n[tables.purchases.columns]\n{columns}\n'
    )

    def run(*words: str) -> str:
        answer = CliRunner().invoke(main, ["ingest", "--settings", str(path), *words])
        assert answer.exit_code == 0
        return answer.output

    assert "Stored: 4 purchases" in " ".join(run().split())
    sold(
        tmp_path, "2026-03-03", [("anna", f"d{n}", "2026-03-03", "tea", 1, 4.50) for n in range(2)]
    )
    said = " ".join(run().split())
    assert "purchases: Appended 2 rows of 2026-03 (1 new file); 2 months kept" in said
    sold(tmp_path, "2026-03-04", [("anna", "e1", "2026-03-04", "tea", 1, 4.50)])
    (change,) = json.loads(run("--json").splitlines()[-1])["changes"]
    assert (change["files_new"], change["rows_before"], change["rows_after"]) == (1, 6, 7)


KILLED = """
import os, signal, sys
from pathlib import Path
from features.plan.plan import standard_plan
from features.vectors.refresh import refresh_vectors
from features.store.ingestion import ingest
from features.company.workspace import Workspace
from tests.features.store.test_store_growth import mapped

folder, wanted = Path(sys.argv[1]), sys.argv[2]

def stop(step, done, total):
    if step.startswith(wanted):
        os.kill(os.getpid(), signal.SIGKILL)

if wanted == "publish":
    os.replace = Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if wanted == "rename":
    os.rename = Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
workspace = Workspace(folder / "ws")
if sys.argv[3] == "ingest":
    ingest(mapped(folder), workspace, stop)
else:
    refresh_vectors(workspace, plan_for=standard_plan, progress=stop)
"""


def killed_at(folder: Path, step: str, work: str) -> None:
    """Run in a process of its own, and see that it was killed there and ended in no other way."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), step, work],
        cwd=Path(__file__).resolve().parents[3],
        timeout=GENEROUS_SECONDS,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL


# Where it is read and where it is put in place stand for all the steps; a process of its own takes seconds.
@pytest.mark.parametrize(
    "step",
    [
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("check", "sort", "pack", "rename")),
        "read",
        "publish",
    ],
)
def test_an_append_killed_anywhere_leaves_the_store_and_the_next_completes(
    tmp_path: Path, step: str
) -> None:
    before = stored(three_months(tmp_path)).store
    was = before.pack().digest
    sold(tmp_path, "2026-03-03", [("anna", "o5", "2026-03-03 10:00", "tea", 1, 4.50)])
    killed_at(tmp_path, step, "ingest")
    left = open_store(Workspace(tmp_path / "ws"))
    assert (left.folder, left.pack().digest) == (before.folder, was)
    assert parquet.read_table(left.table("purchases")).num_rows == 4
    after = stored(mapped(tmp_path)).store
    assert after.manifest.rows == {"purchases": 5}
    same_as_in_one_go(mapped(tmp_path), after)


@pytest.mark.parametrize(
    "step",
    [*(pytest.param(one, marks=pytest.mark.slow) for one in ("behaviour", "rename")), "publish"],
)
def test_vectors_killed_anywhere_stay_those_published_before(tmp_path: Path, step: str) -> None:
    workspace = Workspace(tmp_path / "ws")
    stored(three_months(tmp_path))
    before = refresh_vectors(workspace, plan_for=standard_plan, threads=1)
    sold(tmp_path, "2026-03-03", [("dora", "o5", "2026-03-03 10:00", "tea", 1, 4.50)])
    stored(mapped(tmp_path))
    killed_at(tmp_path, step, "vectors")
    assert published_vectors(workspace) == before
    folder = workspace.vectors.current
    assert folder is not None
    assert open_vectors(folder).rows == 3
    assert refresh_vectors(workspace, plan_for=standard_plan, threads=1).customers == 4
