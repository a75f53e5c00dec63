"""A workspace is looked through from end to end: a line a thing, and for each fault what mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.company.workspace import CURRENT, Workspace
from serving.ledger.administration import create_key, record_command
from serving.nightly.verification import Verified, verify
from tests.serving.company import Company
from tests.training.measures.predictions.pieces import IDS, predictions
from training.measures.predictions.stored import StoredPredictions


@pytest.fixture
def workspace(demo_workspace: Company, tmp_path: Path) -> Workspace:
    # Others have called the company's service, each in its own order.
    of_calls = shutil.ignore_patterns("ledger*", "erased*")
    shutil.copytree(demo_workspace.workspace.folder, tmp_path / "ws", ignore=of_calls)
    found = Workspace(tmp_path / "ws")
    create_key(found, "test", ["score"], at=1)
    record_command(found, "regulars keys create", at=1)
    return found


def faults(workspace: Workspace) -> list[Verified]:
    return [one for one in verify(workspace) if one.fault]


def test_a_sound_workspace_has_a_line_a_thing_and_no_fault(workspace: Workspace) -> None:
    found = list(verify(workspace))
    assert [one.what for one in found] == [
        "tables", "pack", "vectors", "scores", "churn in use",
        "ledger.db", "record of calls", "erased.db",
    ]  # fmt: skip
    assert not faults(workspace) and all(one.remedy == "" for one in found)
    assert found[6].amount == "1 calls" and found[0].amount.endswith(" bytes")


def test_predictions_that_were_changed_are_named_with_what_to_do(workspace: Workspace) -> None:
    kept, draft = StoredPredictions(workspace), workspace.folder / "draft"
    kept.write(draft, predictions(), IDS)
    kept.keep("churn", "digest", draft)
    assert "predictions of churn" in [one.what for one in verify(workspace)] and not faults(
        workspace
    )
    place = kept.place("churn", "digest")
    place.write_bytes(place.read_bytes()[:-9])
    (fault,) = faults(workspace)
    assert fault.what == "predictions of churn" and fault.remedy.startswith("Train once more")


def test_an_empty_workspace_has_nothing_to_look_at(tmp_path: Path) -> None:
    assert list(verify(Workspace(tmp_path))) == []


@pytest.mark.parametrize(
    ("kind", "file", "what", "remedy"),
    [
        ("store", "tables/purchases/2024-10.parquet", "tables", "Run `regulars ingest`."),
        ("store", "pack/purchases.seconds.npy", "pack", "Run `regulars ingest`."),
        ("vectors", "values.npy", "vectors", "Run `regulars vectors`."),
        ("scores", "points.npy", "scores", "Run `regulars vectors`, then `regulars score`."),
    ],
)
def test_what_was_cut_is_named_with_its_remedy(
    workspace: Workspace, kind: str, file: str, what: str, remedy: str
) -> None:
    folder = getattr(workspace, kind).current
    (folder / file).write_bytes(b"")
    (fault,) = faults(workspace)
    assert (fault.what, fault.remedy) == (what, remedy)
    assert fault.fault.startswith(f"0 bytes in {file} instead of ")


def test_a_pointer_that_names_nothing_is_a_fault(workspace: Workspace) -> None:
    (workspace.scores.folder / CURRENT).write_text("g000009\n")
    (workspace.bundles / "churn" / CURRENT).write_text("something\n")
    said = {one.what: one.fault for one in faults(workspace)}
    assert said["scores"] == "a pointer CURRENT that names nothing"
    assert said["churn in use"] == "found something else"


def test_a_bundle_and_a_record_that_were_written_to_are_faults(workspace: Workspace) -> None:
    (manifest,) = workspace.bundles.glob("churn/*/manifest.json")
    manifest.write_bytes(manifest.read_bytes().replace(b"LightGBM", b"LightGBN", 1))
    head = workspace.ledger.with_suffix(".head")
    head.write_text("00000000000000000005 " + "0" * 64 + "\n")
    first, second = faults(workspace)
    assert first.what == "churn in use" and "Promote the model again" in first.remedy
    assert second.what == "record of calls" and second.fault == "rows behind row 1 are missing"
