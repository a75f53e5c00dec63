"""The whole way through the house by its commands, on a small shop."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.store import open_store
from regulars.main import main
from serving.snapshot.reading import open_snapshot
from tests.commands.shop import (
    leaving_and_staying,
    own_copy_of,
    stops_on,
    trained_shop_in,
    write_shop,
)
from tests.serving.calling import Service
from tests.serving.company import Company
from training.bundles.admission import current_folder

KILLED_IN_THE_MIDDLE = """
import os, sys
from pathlib import Path
from features.company.settings.reading import load_settings
from features.store.ingestion import ingest
from features.company.workspace import Workspace

def dies_when_packing(step, done, total):
    if step.startswith("pack"):
        os._exit(9)

settings = load_settings(Path(sys.argv[1]))
ingest(settings, Workspace(settings.workspace_folder), dies_when_packing)
"""


def run(settings: Path, *words: str) -> dict[str, Any]:
    """Run a command for a script and return its answer."""
    result = CliRunner().invoke(main, [*words, "--settings", str(settings), "--json"])
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    assert answer["done"] is True
    return answer


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose model is trained and whose customers are scored."""
    settings = trained_shop_in(tmp_path_factory.mktemp("way") / "shop", tmp_path_factory)
    for words in (["ingest"], ["vectors"], ["score"]):
        run(settings, *words)
    return settings


def workspace(settings: Path) -> Workspace:
    return Workspace(settings.parent / ".workspace")


def test_those_who_stopped_are_ranked_above_those_who_still_buy(shop: Path) -> None:
    snapshot = open_snapshot(workspace(shop))
    keys, risks = snapshot.ranking.customer_keys, snapshot.ranking.probability
    risk = {
        int(snapshot.customer_ids[int(key)][1:]): value
        for key, value in zip(keys, risks, strict=True)
    }
    # Whoever stopped twenty days before the end has missed two purchases; before that nobody can tell.
    left = [value for customer, value in risk.items() if stops_on(customer) <= 340]
    stayed = [value for customer, value in risk.items() if stops_on(customer) == 360]
    assert len(stayed) == 100
    assert len(left) >= 20
    assert min(left) > max(stayed)


def test_what_has_not_changed_is_not_done_again(shop: Path) -> None:
    generations = [one.current for one in (workspace(shop).store, workspace(shop).scores)]
    for words in (["ingest"], ["vectors"], ["score"]):
        assert run(shop, *words)["reused"] is True
    assert [one.current for one in (workspace(shop).store, workspace(shop).scores)] == generations


def test_vectors_can_be_taken_away_as_parquet(shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "vectors.parquet"
    answer = run(shop, "vectors", "--export", str(path))
    table = pq.read_table(path)
    assert table.num_rows == answer["customers"] == 300
    assert table.column_names[:2] == ["customer_id", "cutoff"]
    assert table["customer_id"].to_pylist() == [f"c{number:03}" for number in range(300)]
    # Every third customer bought on every tenth day of the year: at least 35 orders.
    orders = dict(
        zip(table["customer_id"].to_pylist(), table["orders_count_365d"].to_pylist(), strict=True)
    )
    assert orders["c000"] == 36


def test_a_promotion_can_be_taken_back(shop: Path) -> None:
    first = run(shop, "promote", "1", "--reason", "the one we know")
    second = run(shop, "promote", "1", "--reason", "once more")
    assert first["version"] == second["version"] == "1"
    assert run(shop, "rollback", "--reason", "it was enough")["promoted"] is True


def test_a_key_is_shown_once_and_ends_when_revoked(shop: Path, tmp_path: Path) -> None:
    shop = own_copy_of(shop, tmp_path)
    others = [one["key"] for one in run(shop, "keys", "list")["keys"]]
    key = run(shop, "keys", "create", "crm", "--scope", "score")["key"]
    [listed] = [one for one in run(shop, "keys", "list")["keys"] if one["key"] not in others]
    assert listed["state"] == "valid"
    assert key not in json.dumps(listed)
    run(shop, "keys", "revoke", listed["key"])
    states = {one["key"]: one["state"] for one in run(shop, "keys", "list")["keys"]}
    assert states[listed["key"]] == "revoked"
    recorded = run(shop, "audit", "list", "--latest", "2")["calls"]
    assert [(one["key"], one["call"]) for one in recorded] == [
        ("command line", "RUN regulars keys revoke"),
        ("command line", "RUN regulars keys create"),
    ]
    assert run(shop, "audit", "verify")["wrong"] == ""


def test_an_ingest_killed_in_the_middle_leaves_the_last_store_and_the_next_one_works(
    tmp_path: Path,
) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(30))
    run(settings, "ingest")
    before = open_store(workspace(settings)).manifest.digest
    write_shop(tmp_path, leaving_and_staying(40))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(settings)], check=False
    )
    assert killed.returncode == 9
    assert open_store(workspace(settings)).manifest.digest == before
    assert run(settings, "ingest")["customers"] == 40
    assert open_store(workspace(settings)).manifest.digest != before


def test_a_served_score_is_reproduced_by_a_model_only_the_registry_has(
    shop: Path, tmp_path: Path
) -> None:
    here = workspace(shop)
    company = Company(shop, load_settings(shop), here)
    service = Service(company, here.folder)
    snapshot = open_snapshot(here)
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    answer = service.caller("score").score(rows=[{"customer_id": customer}])
    service.close()
    folder = current_folder(here)
    assert folder is not None
    decision = answer["rows"][0]["decision_id"]
    assert run(shop, "replay", decision)["difference"] == 0
    folder.rename(tmp_path / "away")
    try:
        again = run(shop, "replay", decision)
    finally:
        (tmp_path / "away").rename(folder)
    assert again["reproduced"] is True and again["difference"] == 0
    assert again["again"]["probability"] == answer["rows"][0]["probability"]
    assert customer not in json.dumps(again)
