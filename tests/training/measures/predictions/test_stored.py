"""The predictions of a workspace: nobody's name, gone with the erased from that moment on, and no more than needed."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.vocabulary.errors import WorkspaceRefused
from tests.absolute_paths import places_naming
from tests.training.measures.predictions.pieces import IDS, predictions
from training.measures.predictions.stored import STORED_TRAININGS, StoredPredictions


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def stored_in(workspace: Workspace, digest: str = "d1", name: str = "churn") -> StoredPredictions:
    """Predictions kept as a training keeps them."""
    kept, draft = StoredPredictions(workspace), workspace.folder / "draft"
    workspace.create()
    kept.write(draft, predictions(), IDS)
    kept.keep(name, digest, draft)
    assert not draft.exists()
    return kept


def in_file(kept: StoredPredictions, digest: str = "d1") -> set[int]:
    """Everybody whose name stands in the file itself."""
    return set(parquet.read_table(kept.place("churn", digest))["customer"].to_pylist())


def test_nobody_is_named_and_whoever_has_a_number_finds_its_rows(workspace: Workspace) -> None:
    kept = stored_in(workspace)
    assert [places_naming(workspace.folder, one) for one in IDS] == [[]] * 4
    anna, bert, carl, dora = kept.names(IDS).tolist()
    assert in_file(kept) == {anna, carl, dora} and bert not in in_file(kept)


def test_the_same_customers_stand_otherwise_in_every_workspace(tmp_path: Path) -> None:
    one, other = (in_file(stored_in(Workspace(tmp_path / name))) for name in ("one", "other"))
    assert not one & other


def test_whoever_is_erased_is_read_no_more_and_then_is_in_no_file(workspace: Workspace) -> None:
    kept = stored_in(workspace)
    stored_in(workspace, "d2")
    [carl] = kept.names(["carl"]).tolist()
    with closing(ErasedNames(workspace.erased)) as names:
        names.add(["carl"])
    found = kept.read("churn", "d1")
    assert (found.rows, found.rows_gone) == (6, 3)
    assert carl not in kept.rows("churn", "d1")["customer"].to_pylist()
    assert carl in in_file(kept)
    kept.keep_alone(["anna", "bert", "dora"])
    assert carl not in in_file(kept) | in_file(kept, "d2")
    # A training that had begun before writes them no more.
    stored_in(workspace, "d3")
    assert carl not in in_file(kept, "d3") and kept.read("churn", "d3").rows_gone == 3
    assert len(in_file(kept, "d3")) == 2


def test_the_latest_are_kept_and_those_whose_bundles_stand_in_the_workspace(
    workspace: Workspace,
) -> None:
    digests = [f"d{number}" for number in range(STORED_TRAININGS + 3)]
    (workspace.bundles / "churn" / digests[1]).mkdir(parents=True)
    for number, digest in enumerate(digests):
        place = stored_in(workspace, digest).place("churn", digest)
        os.utime(place, ns=(number, number))
    kept = stored_in(workspace, "one of value", "value")
    there = [one for one in digests if kept.place("churn", one).exists()]
    assert there == [digests[1], *digests[-STORED_TRAININGS:]]
    with pytest.raises(WorkspaceRefused, match="regulars train churn"):
        kept.read("churn", digests[0])


def test_a_file_that_is_made_anew_is_no_newer_than_it_was(workspace: Workspace) -> None:
    place = stored_in(workspace).place("churn", "d1")
    os.utime(place, ns=(7_000_000_000, 7_000_000_000))
    StoredPredictions(workspace).keep_alone(["anna"])
    assert place.stat().st_mtime_ns == 7_000_000_000
