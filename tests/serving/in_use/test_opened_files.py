"""A running service answers from nothing that was written to since it was checked, and takes up what is mended."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.in_use.models_in_use import RETRY_SECONDS, WATCH_EVERY_SECONDS
from serving.in_use.opened_files import OpenedFiles
from serving.nightly.run import score_everybody
from tests.serving.calling import Service
from tests.serving.company import Company, company_in
from tests.serving.conftest import found_in


@pytest.fixture
def company(demo_workspace: Company, tmp_path: Path) -> Company:
    shutil.copytree(demo_workspace.settings_path.parent, tmp_path / "own")
    return company_in(tmp_path / "own")


@pytest.fixture
def service(company: Company, tmp_path: Path) -> Iterator[Service]:
    opened = Service(company, tmp_path)
    yield opened
    opened.close()


def after(service: Service, seconds: float) -> None:
    """So many seconds later, once whatever a look led to is over."""
    service.seconds += int(seconds)
    _ = service.models_in_use.in_use
    for thread in threading.enumerate():
        if thread.name == "regulars-refresh":
            thread.join()


def test_scores_that_are_written_to_answer_nothing_until_they_are_made_anew(
    company: Company, service: Service
) -> None:
    caller, workspace = service.caller("score"), company.workspace
    question = {"rows": [{"customer_id": "C0000001"}]}
    before = caller.score(**question)["rows"][0]["probability"]
    assert workspace.scores.current is not None
    column = workspace.scores.current / "probability.npy"
    content = column.read_bytes()
    column.write_bytes(content[:-3] + bytes([content[-3] ^ 64]) + content[-2:])
    after(service, WATCH_EVERY_SECONDS)
    refused = caller.post("/v1/score", json=question)
    assert (refused.status_code, refused.json()["code"]) == (503, "not_ready")
    assert "Run `regulars score` again." in refused.json()["detail"]
    fault = caller.get("/v1/version").json()["fault"]
    assert fault["found"] == "other bytes in probability.npy, block 1 of 1"
    assert not score_everybody(company.settings, workspace).reused
    after(service, 1)
    assert caller.score(**question)["rows"][0]["probability"] == before
    assert caller.get("/v1/version").json()["fault"] is None


def test_a_damaged_pack_is_told_with_its_remedy_and_scores_by_number_go_on(
    company: Company, service: Service
) -> None:
    caller, workspace = service.caller("score"), company.workspace
    question = {"rows": [{"customer_id": "C0000001"}]}
    before = caller.score(**question)["rows"]
    assert workspace.store.current is not None
    seconds = workspace.store.current / "pack" / "purchases.seconds.npy"
    content = seconds.read_bytes()
    seconds.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    after(service, WATCH_EVERY_SECONDS)
    told = caller.get("/v1/version").json()["further_faults"]["store"]
    assert "Run `regulars ingest` again." in told
    refused = caller.post("/v1/what-if", json={"customer_id": "C0000001", "play": "order"})
    assert refused.status_code == 503 and "regulars ingest" in refused.json()["detail"]
    now = caller.score(**question)["rows"]
    assert [one["probability"] for one in now] == [one["probability"] for one in before]
    # What was mended in place is found by the next try.
    seconds.write_bytes(content)
    after(service, RETRY_SECONDS)
    assert caller.get("/v1/version").json()["further_faults"] == {}


def test_a_damaged_model_of_recommendations_is_told_and_taken_up_when_it_is_mended(
    drugstore: Company, tmp_path: Path
) -> None:
    shutil.copytree(drugstore.settings_path.parent, tmp_path / "shop")
    shop = found_in(tmp_path / "shop")
    (file,) = shop.workspace.bundles.glob("recommendations/*/manifest.json")
    content = file.read_bytes()
    file.write_bytes(content[:40] + b"#" + content[41:])
    service = Service(shop, tmp_path)
    try:
        caller = service.caller("score")
        question = {"rows": [{"customer_id": "c001"}]}
        told = caller.get("/v1/version").json()["further_faults"]["recommendations"]
        assert "Promote the model again" in told
        refused = caller.post("/v1/recommendations", json=question)
        assert refused.status_code == 503
        assert "Promote the model again" in refused.json()["detail"]
        file.write_bytes(content)
        after(service, RETRY_SECONDS)
        assert caller.get("/v1/version").json()["further_faults"] == {}
        assert caller.post("/v1/recommendations", json=question).status_code == 200
    finally:
        service.close()


def test_what_is_deleted_or_added_is_untouched_and_what_is_written_to_is_not(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    opened = OpenedFiles.of(tmp_path, None)
    assert opened.are_untouched and OpenedFiles().are_untouched
    (tmp_path / "one").unlink()
    assert opened.are_untouched
    (tmp_path / "two").write_text("two and more")
    assert not opened.are_untouched
