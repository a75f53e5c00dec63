"""The sorted store: what it holds, that it does not depend on order, and that it is never half there."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.checks.breaches import ContractBroken
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store, open_store
from features.vocabulary.errors import DataRefused, WorkspaceRefused
from features.vocabulary.time import Cutoff
from tests.features.tables import COLUMNS, SEVEN, purchases, write_table
from tests.republishing import republished
from tests.waiting import GENEROUS_SECONDS


def stored(folder: Path, rows: Any = SEVEN, *, threads: int = 1, **mapping: Any) -> Store:
    return ingest(
        purchases(folder, rows, **mapping), Workspace(folder / "ws"), threads=threads
    ).store


def test_the_pack_holds_each_line_by_customer_time_order_and_content(tmp_path: Path) -> None:
    pack = stored(tmp_path).pack()
    stream = pack.streams["purchases"]
    assert list(pack.customer_ids) == ["anna", "bert", "carl"]
    assert stream.offsets.tolist() == [0, 3, 5, 7]
    # anna: cup before tea, as both fall on one instant of one order.
    assert [stream.dictionaries["item"][code] for code in stream.columns["item"]] == [
        "cup", "tea", "tea", "pot", "pot", "tea", "cup",
    ]  # fmt: skip
    # Numbered within the customer, from the first line on.
    assert stream.columns["order"].tolist() == [0, 0, 1, 0, 1, 0, 1]
    assert stream.columns["quantity_milli"].tolist() == [2000, 1000, 1000, 1000, -1000, 3000, 500]
    assert stream.columns["amount_cents"].tolist() == [900, 450, 450, 2000, -2000, 1350, 225]
    # 1 January 2026 is day 20,454; 10:00 UTC is 36,000 seconds later.
    assert stream.columns["local_day"].tolist() == [
        20454, 20454, 20461, 20455, 20458, 20456, 20462,
    ]  # fmt: skip
    assert stream.seconds[0] == 20454 * 86_400 + 36_000
    assert stream.known is None
    assert pack.last_known == 20462 * 86_400 + 43_200
    assert {name: values.dtype for name, values in stream.columns.items()} == {
        "order": np.dtype("int32"),
        "item": np.dtype("int32"),
        "local_day": np.dtype("int32"),
        "quantity_milli": np.dtype("int64"),
        "amount_cents": np.dtype("int64"),
    }


def test_the_manifest_says_what_is_there(tmp_path: Path) -> None:
    store = stored(tmp_path, timezone="Europe/London")
    said = store.manifest
    assert said.rows == {"purchases": 7}
    assert (said.customers, said.currency, said.timezone) == (3, "EUR", "Europe/London")
    assert said.digest == store.pack().digest
    assert said.report["tables"][0]["rows_kept"] == 7
    table = parquet.read_table(store.table("purchases"))
    assert table.column("customer_id").to_pylist() == ["anna"] * 3 + ["bert"] * 2 + ["carl"] * 2
    assert not (store.folder / "scratch").exists()


def files_of(store: Store) -> dict[str, bytes]:
    """Every Parquet file of a store by its place."""
    tables = store.folder / "tables"
    return {
        str(one.relative_to(tables)): one.read_bytes() for one in sorted(tables.rglob("*.parquet"))
    }


@settings(
    max_examples=5,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10_000))
def test_shuffled_rows_give_the_same_store(tmp_path: Path, seed: int) -> None:
    rows = [*SEVEN, SEVEN[1], *[(*row[:3], "tin", row[4], row[5]) for row in SEVEN]]
    # Lines that agree in everything but the amount and fall on one instant.
    rows += [("dora", "o9", "2026-01-04", "tea", 1, cents / 100) for cents in (300, 100, 200)]
    expected = stored(tmp_path, rows)
    shuffled = random.Random(seed).sample(rows, len(rows))
    other = stored(tmp_path, shuffled, threads=2)
    assert other.manifest.digest == expected.manifest.digest
    assert files_of(other) == files_of(expected)


def test_many_shuffled_rows_and_threads_give_the_same_store(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [
        (f"c{chance.randrange(500)}", f"o{number // 3}", "2026-01-04", f"i{chance.randrange(9)}", 1, 1.5)
        for number in range(150_000)
    ]  # fmt: skip
    first = stored(tmp_path, rows, duplicates="keep")
    chance.shuffle(rows)
    second = stored(tmp_path, rows, threads=4, duplicates="keep")
    assert second.manifest.digest == first.manifest.digest
    assert second.manifest.rows["purchases"] == 150_000


def test_another_amount_gives_another_digest(tmp_path: Path) -> None:
    before = stored(tmp_path).manifest.digest
    rows = [*SEVEN[:-1], (*SEVEN[-1][:5], 2.26)]
    assert stored(tmp_path, rows).manifest.digest != before


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0.495", 50),  # half a cent goes away from zero,
        ("-0.495", -50),  # so that a return takes off what the purchase put on
        ("3 * CAST(0.165 AS DOUBLE)", 50),  # 0.495 in binary is a little less
        ("0.494999", 49),
        ("CAST(1.005 AS DOUBLE)", 101),
        ("12 * CAST(6.95 AS DOUBLE)", 8340),
        ("'12.5'", 1250),
        ("99", 9900),
    ],
)
def test_money_becomes_cents_rounded_half_away_from_zero(
    tmp_path: Path, amount: str, cents: int
) -> None:
    store = stored(tmp_path, columns={**COLUMNS, "amount": amount})
    assert set(store.pack().streams["purchases"].columns["amount_cents"].tolist()) == {cents}


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2010-01-15 12:00", "2010-01-15T12:00:00"),
        ("2010-07-15 00:30", "2010-07-14T23:30:00"),
        # The clock goes from 01:00 to 02:00: half past one is moved on by the hour that is skipped.
        ("2010-03-28 01:30", "2010-03-28T01:30:00"),
        # The clock shows half past one twice: the second is taken, in winter time.
        ("2010-10-31 01:30", "2010-10-31T01:30:00"),
        ("2010-07-15 00:30:00+02:00", "2010-07-14T22:30:00"),
        ("2010-07-15T00:30:00Z", "2010-07-15T00:30:00"),
    ],
)
def test_local_times_become_instants(tmp_path: Path, local: str, utc: str) -> None:
    rows = [(*row[:2], local, *row[3:]) for row in SEVEN]
    stream = stored(tmp_path, rows, timezone="Europe/London").pack().streams["purchases"]
    assert set(stream.seconds.tolist()) == {Cutoff.parse(utc).seconds}


def test_a_day_is_the_day_of_the_tables_own_time_zone(tmp_path: Path) -> None:
    # Half past midnight in London in summer is still the day before in UTC.
    rows = [(*row[:2], "2010-07-15 00:30", *row[3:]) for row in SEVEN]
    stream = stored(tmp_path, rows, timezone="Europe/London").pack().streams["purchases"]
    assert set(stream.columns["local_day"].tolist()) == {14805}


def test_fractions_of_a_second_are_cut_off(tmp_path: Path) -> None:
    rows = [(*row[:2], "2010-01-15 12:00:00.999", *row[3:]) for row in SEVEN]
    stream = stored(tmp_path, rows).pack().streams["purchases"]
    assert set(stream.seconds.tolist()) == {Cutoff.parse("2010-01-15T12:00:00").seconds}


def test_known_at_never_comes_before_the_event(tmp_path: Path) -> None:
    columns = {**COLUMNS, "known_at": "CASE WHEN item = 'tea' THEN TIMESTAMP '2026-02-01' WHEN item = 'cup' THEN TIMESTAMP '2025-01-01' END"}  # fmt: skip
    stream = stored(tmp_path, columns=columns).pack().streams["purchases"]
    assert stream.known is not None
    late = Cutoff.parse("2026-02-01").seconds
    expected = [late if item == "tea" else at for item, at in _items_at(stream)]
    assert stream.known.tolist() == expected


def _items_at(stream: Any) -> list[tuple[str, int]]:
    names = [stream.dictionaries["item"][code] for code in stream.columns["item"]]
    return list(zip(names, stream.seconds.tolist(), strict=True))


def company(folder: Path) -> Settings:
    """Purchases with items, customers and contacts beside them."""
    write_table(folder / "purchases.parquet", SEVEN)
    write_table(
        folder / "items.parquet",
        [("tea", "food"), ("cup", "china"), ("pot", None), ("cup", "china"), ("cup", "glass")],
        ("item", "group"),
    )
    write_table(folder / "customers.parquet", [("zoe", "North"), ("anna", "South")], ("id", "land"))
    contacts = [
        ("bert", "2026-01-04 10:00", "phone", "complaint", "late", "2026-01-05 10:00", None),
        ("anna", "2026-01-04 11:00", "email", "survey", None, None, 8.5),
        ("bert", "2026-01-03 10:00", "email", "open", None, None, None),
    ]
    names = ("who", "at", "channel", "kind", "topic", "done", "score")
    write_table(folder / "contacts.parquet", contacts, names)
    plain = {
        "customer_id": "who", "contacted_at": "at", "channel": "channel", "kind": "kind",
        "topic": "topic", "resolved_at": "done", "score": "score",
    }  # fmt: skip
    return settings_from(
        {
            "tables": {
                "purchases": {
                    "source": "purchases.parquet",
                    "columns": {**COLUMNS, "channel": "CASE WHEN quantity > 1 THEN 'web' END", "discount": "CASE WHEN item = 'tea' THEN 0.5 END"},
                },
                "items": {"source": "items.parquet", "columns": {"item_id": "item", "category": "group"}},
                "customers": {"source": "customers.parquet", "columns": {"customer_id": "id", "region": "land", "shoe_size": "41"}},
                "contacts": {"source": "contacts.parquet", "columns": plain},
            }
        },
        folder=folder,
    )  # fmt: skip


def test_purchases_take_the_groups_of_their_items(tmp_path: Path) -> None:
    store = ingest(company(tmp_path), Workspace(tmp_path / "ws")).store
    stream = store.pack().streams["purchases"]
    assert list(stream.dictionaries["category"]) == ["china", "food"]
    # cup, tea, tea, pot, pot, tea, cup; the pot has no group and the cup is china twice of three.
    assert stream.columns["category"].tolist() == [0, 1, 1, -1, -1, 1, 0]
    assert list(stream.dictionaries["channel"]) == ["web"]
    assert stream.columns["channel"].tolist() == [0, -1, -1, -1, -1, 0, -1]
    assert stream.columns["discount_cents"].tolist() == [0, 50, 50, 0, 0, 50, 0]


def test_contacts_become_a_stream_of_their_own(tmp_path: Path) -> None:
    pack = ingest(company(tmp_path), Workspace(tmp_path / "ws")).store.pack()
    # zoe has neither bought nor written, and is a customer all the same.
    assert list(pack.customer_ids) == ["anna", "bert", "carl", "zoe"]
    stream = pack.streams["contacts"]
    assert stream.offsets.tolist() == [0, 1, 3, 3, 3]
    assert [stream.dictionaries["kind"][code] for code in stream.columns["kind"]] == [
        "survey", "open", "complaint",
    ]  # fmt: skip
    assert stream.columns["topic"].tolist() == [-1, -1, 0]
    resolved = Cutoff.parse("2026-01-05T10:00:00").seconds
    assert stream.columns["resolved_seconds"].tolist() == [-1, -1, resolved]
    assert stream.columns["score_milli"].tolist()[0] == 8500


def test_reference_tables_are_stored_one_row_a_key(tmp_path: Path) -> None:
    store = ingest(company(tmp_path), Workspace(tmp_path / "ws")).store
    items = parquet.read_table(store.table("items")).to_pylist()
    assert items == [
        {"item_id": "cup", "category": "china"},
        {"item_id": "pot", "category": None},
        {"item_id": "tea", "category": "food"},
    ]
    customers = parquet.read_table(store.table("customers")).to_pylist()
    assert customers[1] == {
        "customer_id": "zoe", "region": "North", "shoe_size_milli": 41_000,
    }  # fmt: skip


def test_whole_numbers_written_as_decimals_name_the_same_customer(tmp_path: Path) -> None:
    columns = {
        **COLUMNS,
        "customer_id": "CASE customer WHEN 'anna' THEN 13085.0::DOUBLE ELSE 7.0 END",
    }
    assert list(stored(tmp_path, columns=columns).pack().customer_ids) == ["13085", "7"]


def test_the_same_sources_and_settings_are_not_read_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    mapped = purchases(tmp_path)
    first = ingest(mapped, workspace)
    again = ingest(mapped, workspace)
    assert (first.reused, again.reused) == (False, True)
    assert again.store.folder == first.store.folder
    other = purchases(tmp_path, timezone="Europe/Berlin")
    assert not ingest(other, workspace).reused


def test_a_later_day_alone_reads_nothing_again_unless_rows_lay_ahead(tmp_path: Path) -> None:
    workspace, mapped = Workspace(tmp_path / "ws"), purchases(tmp_path)
    assert not ingest(mapped, workspace, as_of=Cutoff.parse("2026-02-01")).reused
    assert ingest(mapped, workspace, as_of=Cutoff.parse("2026-02-02")).reused
    earlier = ingest(mapped, workspace, as_of=Cutoff.parse("2026-01-08"))
    assert not earlier.reused
    assert earlier.rows["purchases"] == 5
    assert not ingest(mapped, workspace, as_of=Cutoff.parse("2026-02-02")).reused


def test_a_store_of_an_earlier_version_is_read_and_one_of_a_newer_version_refused(
    tmp_path: Path,
) -> None:
    store = stored(tmp_path)
    content = json.loads((store.folder / "store.json").read_text(encoding="utf-8"))
    digest, folder = store.pack().digest, store.folder

    def of_version(schema: int) -> Path:
        path = folder / "store.json"
        path.write_text(json.dumps(content | {"schema": schema}), encoding="utf-8")
        return republished(folder)

    folder = of_version(content["schema"] - 1)
    assert open_store(Workspace(tmp_path / "ws")).pack().digest == digest
    folder = of_version(content["schema"] + 1)
    with pytest.raises(WorkspaceRefused, match="written by a newer version"):
        open_store(Workspace(tmp_path / "ws"))


def test_a_refused_table_leaves_the_old_store_in_place(tmp_path: Path) -> None:
    before = stored(tmp_path)
    with pytest.raises(ContractBroken) as caught:
        stored(tmp_path, columns={**COLUMNS, "amount": "prize"})
    assert isinstance(caught.value, DataRefused)
    assert 'no column "prize"' in caught.value.found
    assert caught.value.report.refused
    assert open_store(Workspace(tmp_path / "ws")).manifest == before.manifest


def test_a_fault_in_the_middle_leaves_the_old_store_in_place(tmp_path: Path) -> None:
    before = stored(tmp_path)

    def stop(step: str, done: int, total: int) -> None:
        if step.startswith("pack"):
            raise KeyboardInterrupt

    workspace = Workspace(tmp_path / "ws")
    with pytest.raises(KeyboardInterrupt):
        ingest(purchases(tmp_path, SEVEN[:5]), workspace, stop)
    assert open_store(workspace).pack().digest == before.manifest.digest
    assert [one.name for one in workspace.store.named()] == [before.folder.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from features.store.ingestion import ingest
from features.company.workspace import Workspace
from tests.features.tables import SEVEN, purchases

def stop(step, done, total):
    if step.startswith("pack"):
        os.kill(os.getpid(), signal.SIGKILL)

folder = Path(sys.argv[1])
ingest(purchases(folder, SEVEN[:5]), Workspace(folder / "ws"), stop)
"""


def test_a_killed_ingest_leaves_the_old_store_and_the_next_one_starts_clean(tmp_path: Path) -> None:
    before = stored(tmp_path)
    project = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=project,
        timeout=GENEROUS_SECONDS,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    workspace = Workspace(tmp_path / "ws")
    assert open_store(workspace).pack().digest == before.manifest.digest
    after = stored(tmp_path, SEVEN[:5])
    assert after.manifest.rows == {"purchases": 5}
    assert sorted(one.name.partition("-")[0] for one in (tmp_path / "ws" / "store").iterdir()) == [
        "CURRENT", "g000001", "g000002",
    ]  # fmt: skip


def test_a_workspace_without_or_with_a_damaged_store_is_a_sentence(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    with pytest.raises(WorkspaceRefused, match="Run `regulars ingest` first"):
        open_store(workspace)
    store = stored(tmp_path)
    (store.folder / "store.json").write_text("{", encoding="utf-8")
    with pytest.raises(WorkspaceRefused, match="Run `regulars ingest` again"):
        open_store(workspace)
    # And the next ingest makes it anew.
    assert json.loads((stored(tmp_path).folder / "store.json").read_text())["customers"] == 3


def test_opening_a_store_does_not_load_what_makes_one(tmp_path: Path) -> None:
    stored(tmp_path)
    script = """
import sys
from pathlib import Path
from features.store.store import open_store
from features.company.workspace import Workspace
assert open_store(Workspace(Path(sys.argv[1]))).pack().customers == 3
print(*sorted({"duckdb", "pyarrow", "sqlalchemy", "pandas"} & set(sys.modules)))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "ws")],
        cwd=Path(__file__).resolve().parents[3],
        timeout=GENEROUS_SECONDS,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.strip() == ""


@pytest.mark.data
def test_online_retail_is_stored_whole(public_data: Path, tmp_path: Path) -> None:
    mapping = {
        "source": str(public_data / "online_retail_2009_2010" / "purchases.parquet"),
        "timezone": "Europe/London",
        "columns": {
            "customer_id": '"Customer ID"',
            "order_id": "Invoice",
            "ordered_at": "InvoiceDate",
            "item_id": "StockCode",
            "quantity": "Quantity",
            "amount": "Quantity * Price",
        },
    }
    chosen = settings_from({"tables": {"purchases": mapping}}, folder=tmp_path)
    store = ingest(chosen, Workspace(tmp_path / "ws")).store
    stream = store.pack().streams["purchases"]
    # By pandas: drop_duplicates() among the 417,534 lines with a customer leaves 410,763 of 4,383
    # customers and 23,587 orders; exact decimal arithmetic, each line rounded to two places, sums them
    # to 8,314,855.57.
    assert stream.rows == 410_763
    assert store.manifest.customers == 4_383
    orders = np.maximum.reduceat(stream.columns["order"], stream.offsets[:-1]) + 1
    assert int(orders.sum()) == 23_587
    assert int(stream.columns["amount_cents"].sum()) == 831_485_557
