"""The bundles of one family: which was put to use, which is, and one promotion at a time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from features.company.workspace import CURRENT, Workspace
from tests.contracts.families.churn import churn
from training.bundles.bundle import write
from training.bundles.manifest import MANIFEST_FILE, Manifest
from training.bundles.promoted import PromotedBundles
from training.bundles.sealing import verified
from training.bundles.signature import SIGNATURE_FILE, Signing
from training.families.churn.bundle import CHURN_KIND


@pytest.fixture
def shelf(tmp_path: Path) -> PromotedBundles[Any, Any]:
    """An empty shelf of churn models."""
    return PromotedBundles(Workspace(tmp_path / "space"), CHURN_KIND)


def stood(shelf: PromotedBundles[Any, Any], version: str) -> Manifest[Any]:
    """The bundle put on the shelf, with a stamp of this version."""
    bundle = churn()
    with shelf.promoting() as draft:
        folder = draft / "bundle"
        write(CHURN_KIND, replace(bundle.manifest, version=version), bundle, folder)
        Signing(shelf.workspace).sign(folder)
        manifest = verified(folder)[0]
        shelf.export(folder, manifest)
    return manifest


def test_before_the_first_promotion_there_is_no_champion_and_nothing_to_go_back_to(
    shelf: PromotedBundles[Any, Any],
) -> None:
    assert shelf.champion_manifest() is None
    assert shelf.champions() == []


def test_a_rollback_takes_the_last_champion_away_and_leaves_the_earlier_ones(
    shelf: PromotedBundles[Any, Any],
) -> None:
    manifest = stood(shelf, "1")
    steps = [("1", "promoted"), ("2", "forced"), ("3", "promoted"), ("2", "rollback")]
    for version, action in steps:
        shelf.put_to_use(replace(manifest, version=version), action=action, reason=f"{version}!")
    assert [one["version"] for one in shelf.champions()] == ["1", "2"]
    assert [one["reason"] for one in shelf.champions()] == ["1!", "2!"]
    assert shelf.champions()[0] == {
        "version": "1", "digest": manifest.digest, "run_id": manifest.run_id,
        "action": "promoted", "reason": "1!",
    }  # fmt: skip
    assert (shelf.folder / CURRENT).read_text() == manifest.digest + "\n"


def test_of_the_same_content_the_stamp_alone_is_replaced_and_what_is_damaged_is_replaced_whole(
    shelf: PromotedBundles[Any, Any],
) -> None:
    first = stood(shelf, "1")
    place = shelf.exported(first.digest)
    before = {one.name: one.stat().st_ino for one in place.iterdir()}
    second = stood(shelf, "2")
    assert second.digest == first.digest and verified(place)[0].version == "2"
    after = {one.name: one.stat().st_ino for one in place.iterdir()}
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {MANIFEST_FILE, SIGNATURE_FILE}
    model = next(place.glob("model*"))
    sound = model.read_bytes()
    model.write_bytes(sound + b" ")
    stood(shelf, "3")
    assert model.read_bytes() == sound and verified(place)[0].version == "3"


@pytest.mark.parametrize("harm", ["other bytes", "no task", "no object"])
def test_a_damaged_champion_is_none_and_keeps_no_sound_one_out(
    shelf: PromotedBundles[Any, Any], harm: str
) -> None:
    manifest = stood(shelf, "1")
    shelf.put_to_use(manifest, action="promoted", reason="")
    champion = shelf.champion_manifest()
    assert champion is not None and champion.version == "1"
    file = shelf.exported(manifest.digest) / MANIFEST_FILE
    said = json.loads(file.read_text())
    texts = {"other bytes": "{", "no task": json.dumps(said | {"task": {}}), "no object": "[]"}
    file.write_text(texts[harm])
    assert shelf.champion_manifest() is None


def test_a_draft_begins_empty_is_its_owners_alone_and_is_gone_at_the_end(
    shelf: PromotedBundles[Any, Any],
) -> None:
    left = shelf.folder / ".draft"
    for _ in range(2):
        with shelf.promoting() as draft:
            assert draft == left and list(draft.iterdir()) == []
            modes = [one.stat().st_mode & 0o777 for one in (draft, shelf.folder)]
            assert modes == [0o700] * 2
        assert not left.exists()
        left.mkdir()
        (left / "half").write_text("half")


def test_where_readers_cannot_be_pointed_at_a_model_the_history_does_not_say_so(
    shelf: PromotedBundles[Any, Any],
) -> None:
    manifest = stood(shelf, "1")
    shelf.put_to_use(manifest, action="promoted", reason="")
    in_the_way = shelf.folder / f"{CURRENT}.new"
    in_the_way.mkdir()
    with pytest.raises(OSError, match="directory"):
        shelf.put_to_use(replace(manifest, version="2"), action="promoted", reason="")
    assert [one["version"] for one in shelf.champions()] == ["1"]


def test_the_last_version_is_known_without_any_registry(shelf: PromotedBundles[Any, Any]) -> None:
    assert shelf.last_version() == 0
    manifest = stood(shelf, "9")
    assert shelf.last_version() == 9
    for version in ("2", "10", "3"):
        shelf.put_to_use(replace(manifest, version=version), action="promoted", reason="")
    assert shelf.last_version() == 10
    shelf.note_version("12")
    assert shelf.last_version() == 12
    (shelf.exported(manifest.digest) / MANIFEST_FILE).write_bytes(b"damaged")
    assert shelf.last_version() == 12
