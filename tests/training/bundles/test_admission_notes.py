"""Which bundles were in use before, and which were tried already: read from notes that may be anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from features.company.workspace import CURRENT, Workspace
from features.vocabulary.errors import BundleRefused
from training.bundles.admission import current_folder, earlier_folders
from training.bundles.proving import admit, remember, tried

A, B, C, D = (letter * 64 for letter in "abcd")


def bundles(folder: Path, history: Any, current: str = A) -> Workspace:
    """A workspace whose bundles are empty folders: of all that were in use, C's is gone."""
    workspace = Workspace(folder)
    place = workspace.bundles / "churn"
    for digest in (A, B, D, "not a digest"):
        (place / digest).mkdir(parents=True)
    (place / "history.json").write_text(json.dumps(history), encoding="utf-8")
    (place / CURRENT).write_text(f"{current}\n", encoding="utf-8")
    return workspace


def test_earlier_bundles_are_those_that_are_there_the_latest_first(tmp_path: Path) -> None:
    used = [D, B, C, "not a digest", D, A]
    workspace = bundles(tmp_path, [{"digest": one} for one in used])
    assert [one.name for one in earlier_folders(workspace)] == [D, B]
    (workspace.bundles / "churn" / CURRENT).write_text(D, encoding="utf-8")
    assert [one.name for one in earlier_folders(workspace)] == [A, B]


@pytest.mark.parametrize("history", [[], {}, 7, [7], [{"other": A}], None])
def test_a_history_that_says_nothing_names_no_earlier_bundle(tmp_path: Path, history: Any) -> None:
    assert list(earlier_folders(bundles(tmp_path, history))) == []


def test_without_a_history_there_are_no_earlier_bundles(tmp_path: Path) -> None:
    assert list(earlier_folders(Workspace(tmp_path))) == []
    workspace = bundles(tmp_path / "broken", [])
    (workspace.bundles / "churn" / "history.json").write_text("[", encoding="utf-8")
    assert list(earlier_folders(workspace)) == []


@pytest.mark.parametrize(
    "pointer", ["", "..", "a" * 63, "a" * 65, "A" * 64, "g" + "a" * 63, f"{'a' * 62}/.", f"../{A}"]
)
def test_a_pointer_that_names_no_bundle_is_refused(tmp_path: Path, pointer: str) -> None:
    with pytest.raises(BundleRefused, match="a pointer that names a bundle"):
        current_folder(bundles(tmp_path, [], pointer))


def test_the_bundle_in_use_is_the_one_the_pointer_names_and_none_where_there_is_no_pointer(
    tmp_path: Path,
) -> None:
    workspace = bundles(tmp_path, [], B)
    assert current_folder(workspace) == workspace.bundles / "churn" / B
    assert current_folder(workspace, "offers") is None
    (workspace.bundles / "value").write_text("no folder", encoding="utf-8")
    assert current_folder(workspace, "value") is None


def noted(folder: Path) -> list[str]:
    """The bundles that are noted as tried, without what they were tried with."""
    said = json.loads((folder / "proven.json").read_text(encoding="utf-8"))
    return [one.split(" ")[0] for one in said]


def test_the_last_fifty_bundles_are_remembered_each_once(tmp_path: Path) -> None:
    remember(tmp_path / A)
    note = tmp_path / "proven.json"
    proof = json.loads(note.read_text(encoding="utf-8"))[0]
    fifty = [f"{number:064}" for number in range(50)]
    note.write_text(json.dumps([proof.replace(A, one) for one in fifty]), encoding="utf-8")
    remember(tmp_path / fifty[7])
    again = [*fifty[:7], *fifty[8:], fifty[7]]
    assert noted(tmp_path) == again
    remember(tmp_path / B)
    assert noted(tmp_path) == [*again[1:], B]


@pytest.mark.parametrize("note", ["", "[", "{}", "7", '[7, null, {"a": 1}]'])
def test_a_note_that_says_nothing_is_begun_anew(tmp_path: Path, note: str) -> None:
    (tmp_path / "proven.json").write_text(note, encoding="utf-8")
    remember(tmp_path / A)
    assert noted(tmp_path) == [A]


def test_what_was_tried_with_other_libraries_is_tried_again(tmp_path: Path) -> None:
    """The folder does not exist: whoever tries it finds out."""
    remember(tmp_path / A)
    admit(tmp_path / A, "churn")
    note = tmp_path / "proven.json"
    note.write_text(json.dumps([f"{A} 3.11.0 numpy=1.0"]), encoding="utf-8")
    with pytest.raises(BundleRefused):
        admit(tmp_path / A, "churn")
    assert len(json.loads(note.read_text(encoding="utf-8"))) == 1


def test_a_trial_that_ends_without_a_word_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="a trial that ended with"):
        tried(tmp_path, "no family of that name")


def test_a_bundle_that_takes_too_much_of_a_processor_is_refused_by_that_and_not_by_the_clock(
    tmp_path: Path,
) -> None:
    # Before anything is opened the libraries alone take longer.
    with pytest.raises(BundleRefused) as refused:
        tried(tmp_path, "churn", processor_seconds=0.05)
    assert "within 0.05 s of a processor's time" in refused.value.expected
