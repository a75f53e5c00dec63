"""A store of lines whose orders stand in another file: another order makes its lines anew."""

from __future__ import annotations

from pathlib import Path

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import IngestSummary, ingest
from tests.features.checks.judging.test_joins import LINES, MAPPED, ORDERS, shop, written
from tests.laws.test_store import assert_same_store


def stored(settings: Settings, name: str = "ws") -> IngestSummary:
    return ingest(settings, Workspace(settings.folder / name), threads=1)


def test_a_changed_file_of_orders_makes_the_months_anew(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    stored(settings)
    assert stored(settings).reused
    written(tmp_path, "orders.csv", [one.replace("2026-01-09", "2026-02-10") for one in ORDERS])
    grown = stored(settings)
    assert not grown.reused
    months = sorted(one.stem for one in grown.store.table("purchases").iterdir())
    assert months == ["2026-01", "2026-02"]
    assert_same_store(grown.store, stored(settings, "fresh").store)


def test_further_lines_and_their_orders_give_the_store_made_in_one_go(tmp_path: Path) -> None:
    written(tmp_path, "lines-1.csv", LINES[:3])
    written(tmp_path, "lines-2.csv", (LINES[0], LINES[3]))
    written(tmp_path, "orders.csv", ORDERS)
    join = {"orders": {"source": "orders.csv", "on": "order"}}
    table = {"source": "lines-*.csv", "columns": MAPPED, "join": join}
    settings = settings_from({"tables": {"purchases": table}}, folder=tmp_path)
    stored(settings)
    written(tmp_path, "lines-3.csv", (LINES[0], LINES[4]))
    grown = stored(settings)
    assert grown.rows == {"purchases": 4}
    assert_same_store(grown.store, stored(settings, "fresh").store)


def test_what_is_told_of_the_orders_is_told_again_when_another_table_changed(
    tmp_path: Path,
) -> None:
    bought = shop(tmp_path, orders=(*ORDERS, "o4,carl,2026-01-02"))
    written(tmp_path, "items.csv", ("id,called", "tea,Tea"))
    items = {"source": "items.csv", "columns": {"item_id": "id", "name": "called"}}
    settings = settings_from(
        {"tables": {"purchases": _plain(bought), "items": items}}, folder=tmp_path
    )
    stored(settings)
    written(tmp_path, "items.csv", ("id,called", "tea,Green tea"))
    again = stored(settings)
    rules = [one["rule"] for one in again.store.manifest.report["breaches"]]
    assert "join.orders.unasked" in rules
    assert_same_store(again.store, stored(settings, "fresh").store)


def _plain(settings: Settings) -> dict[str, object]:
    said = settings.tables["purchases"]
    joins = {name: {"source": one.source, "on": one.on} for name, one in said.join.items()}
    return {"source": said.source, "columns": dict(said.columns), "join": joins}
