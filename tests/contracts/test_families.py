"""The promise of every family's bundle: each test here runs for all of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.company.workspace import CURRENT, Workspace, point_at
from features.plan.text import plan_from_text, plan_to_text
from features.vocabulary.errors import BundleRefused
from tests.contracts.families import FAMILIES
from tests.contracts.families.family import PEOPLE, Family
from training.bundles.bundle import current, opened, write
from training.bundles.golden import GOLDEN_FILE
from training.bundles.manifest import MANIFEST_FILE, SCHEMA_VERSION, Manifest
from training.bundles.proving import remember
from training.bundles.reference import archive, unarchive
from training.bundles.sealing import PLAN_FILE, sealed
from training.bundles.signature import Signing
from training.families.kinds import KINDS
from training.learners.treeshap.explainer import Explainer

ANOTHER_DIGEST = "a" * 64


@pytest.fixture(scope="module", params=KINDS)
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


@pytest.fixture(scope="module")
def learned(family: Family) -> Any:
    return family.learned()


@pytest.fixture(scope="module")
def sound(family: Family, learned: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(family.kind.name) / "bundle"
    write(family.kind, learned.manifest, learned, folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "bundle"))


def read(folder: Path) -> tuple[Manifest[Any], dict[str, bytes]]:
    """The manifest of a sound bundle, and its other files."""
    manifest = Manifest.from_bytes((folder / MANIFEST_FILE).read_bytes())
    return manifest, {name: (folder / name).read_bytes() for name in manifest.files}


def resealed(
    sound: Path, folder: Path, files: Mapping[str, bytes] | None = None, **changes: Any
) -> None:
    """Put a sound bundle with other files or another manifest into a folder, sealed as only its maker could."""
    manifest, contents = read(sound)
    sealed(folder, replace(manifest, **changes), contents | dict(files or {}))


def put_to_use(workspace: Workspace, name: str, folder: Path, digest: str) -> Path:
    """Sign a bundle in the folder of a digest and point readers at it."""
    place = workspace.bundles / name / digest
    shutil.copytree(folder, place)
    Signing(workspace).sign(place)
    point_at(place.parent / CURRENT, digest)
    return place


def test_it_comes_back_from_disk_answering_as_it_did(
    family: Family, learned: Any, sound: Path
) -> None:
    before, after = family.answers(learned), family.answers(opened(family.kind, sound))
    assert before.keys() == after.keys()
    for name, answer in before.items():
        np.testing.assert_array_equal(after[name], answer, err_msg=name)


def test_the_same_model_gives_the_same_digest_and_bytes(
    family: Family, learned: Any, sound: Path, tmp_path: Path
) -> None:
    write(family.kind, learned.manifest, learned, tmp_path / "again")
    names = {path.name for path in sound.iterdir()}
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (sound / name).read_bytes(), name


def test_what_contributes_sums_to_the_answer(family: Family, sound: Path) -> None:
    summed, answer = family.explained(opened(family.kind, sound))
    assert len(answer) and np.std(answer) > 0
    np.testing.assert_allclose(summed, answer, rtol=1e-9, atol=1e-9)


def test_what_contributes_is_proven_by_another_program(
    family: Family, learned: Any, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not family.kind.proven(learned, family.kind.proof(learned)):
        pytest.skip("no other program tells how much nearer one centre is than the next")
    right = Explainer.contributions
    monkeypatch.setattr(
        Explainer, "contributions", lambda self, rows, **how: right(self, rows, **how) * 1.001
    )
    with pytest.raises(BundleRefused, match="contributions as LightGBM"):
        write(family.kind, learned.manifest, learned, tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()
    with pytest.raises(BundleRefused, match="golden"):
        opened(family.kind, sound)


def test_a_changed_byte_of_any_file_is_refused(family: Family, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(bytes(changed))
            with pytest.raises(BundleRefused):
                opened(family.kind, folder)
        path.write_bytes(whole)
    opened(family.kind, folder)


def test_a_longer_or_shorter_file_is_refused(family: Family, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for changed in (whole + b"\n", whole[:-1], b""):
            path.write_bytes(changed)
            with pytest.raises(BundleRefused):
                opened(family.kind, folder)
        path.write_bytes(whole)


def test_a_missing_file_is_refused(family: Family, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        path.unlink()
        with pytest.raises(BundleRefused):
            opened(family.kind, folder)
        path.write_bytes(whole)


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "golden.bin"])
def test_an_extra_file_is_refused(family: Family, folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    with pytest.raises(BundleRefused, match="files the manifest names"):
        opened(family.kind, folder)


def test_a_part_that_was_never_written_is_missed(family: Family, folder: Path) -> None:
    manifest, contents = read(folder)
    for name in contents:
        (folder / name).unlink()
        sealed(folder, manifest, {key: one for key, one in contents.items() if key != name})
        with pytest.raises(BundleRefused):
            opened(family.kind, folder)
        (folder / name).write_bytes(contents[name])


def test_a_bundle_that_is_sealed_anew_unchanged_opens(
    family: Family, sound: Path, folder: Path
) -> None:
    resealed(sound, folder)
    assert (folder / MANIFEST_FILE).read_bytes() == (sound / MANIFEST_FILE).read_bytes()
    opened(family.kind, folder)


def test_a_manifest_of_another_familys_name_is_refused(
    family: Family, sound: Path, folder: Path
) -> None:
    for name in {*KINDS, "", family.kind.name.upper()} - {family.kind.name}:
        resealed(sound, folder, name=name)
        with pytest.raises(BundleRefused, match=f"a bundle of {family.kind.name}"):
            opened(family.kind, folder)


def test_another_schema_version_is_refused(family: Family, sound: Path, folder: Path) -> None:
    for version in (SCHEMA_VERSION - 1, SCHEMA_VERSION + 1, str(SCHEMA_VERSION), None):
        resealed(sound, folder, schema_version=version)
        with pytest.raises(BundleRefused, match=f"found schema version {version!r}"):
            opened(family.kind, folder)


def test_a_bundle_of_before_says_to_train_once_more(
    family: Family, sound: Path, folder: Path
) -> None:
    resealed(sound, folder, schema_version=SCHEMA_VERSION - 1)
    with pytest.raises(BundleRefused, match="written by an earlier version") as refused:
        opened(family.kind, folder)
    assert f"`regulars train {family.kind.name}`" in refused.value.remedy


def test_a_task_that_the_family_does_not_know_is_refused(
    family: Family, sound: Path, folder: Path
) -> None:
    task = read(sound)[0].task
    for other in ({}, {**task, "surprise": 1}):
        resealed(sound, folder, task=other)
        with pytest.raises(BundleRefused, match="parts that do not fit"):
            opened(family.kind, folder)


def test_another_plan_than_the_manifests_is_refused(
    family: Family, sound: Path, folder: Path
) -> None:
    if not (sound / PLAN_FILE).exists():
        pytest.skip("its features are this version's own, whatever a company's tables are")
    declared = plan_from_text((sound / PLAN_FILE).read_text(encoding="utf-8"))
    for other in (declared[1:], declared[::-1], (*declared, declared[0])):
        resealed(sound, folder, {PLAN_FILE: plan_to_text(other).encode("utf-8")})
        with pytest.raises(BundleRefused, match="a plan of the features the manifest names"):
            opened(family.kind, folder)


def test_a_manifest_of_other_features_is_refused(family: Family, sound: Path, folder: Path) -> None:
    names = read(sound)[0].feature_names
    for other in ([*names[:-1], "phase_of_the_moon"], names[:-1], [*names, "phase_of_the_moon"]):
        resealed(sound, folder, feature_names=other)
        with pytest.raises(BundleRefused):
            opened(family.kind, folder)


def test_golden_rows_that_answer_otherwise_are_refused(
    family: Family, sound: Path, folder: Path
) -> None:
    golden = unarchive((sound / GOLDEN_FILE).read_bytes())
    resealed(sound, folder, {GOLDEN_FILE: archive(golden)})
    opened(family.kind, folder)
    for name in set(golden) - {"values"}:
        answer = golden[name]
        is_whole = np.issubdtype(answer.dtype, np.integer)
        moved = answer + (1 if is_whole else 1e-5 * np.nanmax(np.abs(answer)))
        changed = golden | {name: moved.astype(answer.dtype)}
        resealed(sound, folder, {GOLDEN_FILE: archive(changed)})
        with pytest.raises(BundleRefused, match="golden"):
            opened(family.kind, folder)


def test_golden_rows_that_leave_an_answer_out_or_know_more_are_refused(
    family: Family, sound: Path, folder: Path
) -> None:
    golden = unarchive((sound / GOLDEN_FILE).read_bytes())
    fewer = [{key: one for key, one in golden.items() if key != left} for left in golden]
    for changed in (*fewer, golden | {"surprise": np.zeros(3)}):
        resealed(sound, folder, {GOLDEN_FILE: archive(changed)})
        with pytest.raises(BundleRefused):
            opened(family.kind, folder)


def test_the_bundle_in_use_is_the_one_the_pointer_names_and_no_other(
    family: Family, sound: Path, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path)
    assert current(family.kind, workspace) is None
    digest = opened(family.kind, sound).manifest.digest
    put_to_use(workspace, family.kind.name, sound, digest)
    bundle = current(family.kind, workspace)
    assert bundle is not None and bundle.manifest.digest == digest
    # What is proven is not tried again: the digest alone is wrong.
    remember(put_to_use(workspace, family.kind.name, sound, ANOTHER_DIGEST))
    with pytest.raises(BundleRefused, match="the bundle the pointer names"):
        current(family.kind, workspace)


def lengths(name: str, content: bytes) -> Iterator[int]:
    """How long each side of each array in a file is, whatever the file is written in."""
    if name.endswith(".npz"):
        for array in unarchive(content).values():
            yield from array.shape
    elif name.endswith(".json"):
        yield from lengths_in(json.loads(content))
    else:
        yield from (len(line.split()) for line in content.splitlines())


def lengths_in(parsed: Any) -> Iterator[int]:
    if isinstance(parsed, list):
        yield len(parsed)
    inner = parsed.values() if isinstance(parsed, dict) else parsed
    for one in inner if isinstance(parsed, dict | list) else ():
        yield from lengths_in(one)


def test_the_sides_of_arrays_are_found_in_every_kind_of_file() -> None:
    assert list(lengths("one.npz", archive({"a": np.zeros((7, 3)), "b": np.zeros(5)}))) == [7, 3, 5]
    assert list(lengths("one.json", b'{"a": [[1, 2], [3, 4], [5, 6]], "b": 9}')) == [3, 2, 2, 2]
    assert list(lengths("one.txt", b"leaf_value=1 2 3 4\nend\n")) == [4, 1]


def test_no_array_has_one_row_a_customer(sound: Path) -> None:
    for path in sorted(sound.iterdir()):
        found = set(lengths(path.name, path.read_bytes()))
        assert not found & PEOPLE, f"{path.name} holds arrays as long as the customers are many"
