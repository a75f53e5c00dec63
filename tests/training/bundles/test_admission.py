"""A bundle is believed only when a trusted key signed it, and opened first where it can do no harm."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.company.workspace import CURRENT, Workspace, point_at
from features.vocabulary.errors import BundleRefused
from tests.training.families.churn.test_bundle import LEARNED, written
from tests.trials import try_each_time
from training.bundles.admission import admitted_folder
from training.bundles.bundle import opened
from training.bundles.manifest import MANIFEST_FILE, Manifest
from training.bundles.proving import remember, tried
from training.bundles.signature import SIGNATURE_FILE, Signing
from training.families.churn.bundle import CHURN_KIND, current_bundle
from training.learners.boosting import BoostedModel

NAME = "churn"
ANOTHER = "another model, signed by its maker"


@pytest.fixture(autouse=True)
def real_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here every bundle is tried, whatever was tried before."""
    try_each_time(monkeypatch)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one signed bundle in use."""
    workspace = Workspace(tmp_path_factory.mktemp("signed"))
    draft = workspace.bundles / NAME / "draft"
    written(draft, BoostedModel.fit(LEARNED))
    put(workspace, draft)
    return workspace


def put(workspace: Workspace, draft: Path, *, sign: bool = True) -> Path:
    """Sign a written bundle and point readers at it, whatever it holds."""
    if sign:
        Signing(workspace).sign(draft)
    digest = str(json.loads((draft / MANIFEST_FILE).read_text())["digest"])
    place = draft.parent / digest
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)
    point_at(workspace.bundles / NAME / CURRENT, digest)
    return place


@pytest.fixture
def workspace(sound: Workspace, tmp_path: Path) -> Workspace:
    """A copy that may be damaged."""
    shutil.copytree(sound.folder, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def in_use(workspace: Workspace) -> Path:
    return workspace.bundles / NAME / (workspace.bundles / NAME / CURRENT).read_text().strip()


def test_a_signed_bundle_opens_and_is_tried_apart_once(workspace: Workspace) -> None:
    proven = workspace.bundles / NAME / "proven.json"
    proven.unlink(missing_ok=True)
    assert current_bundle(workspace).manifest.digest == in_use(workspace).name
    first = proven.read_text()
    assert in_use(workspace).name in first
    current_bundle(workspace)
    assert proven.read_text() == first


def test_what_promotion_has_tried_is_not_tried_again(workspace: Workspace) -> None:
    folder = resigned(workspace, lambda text: text + b"\n")
    remember(folder)
    # A trial would refuse this bundle: whoever opens it relies on the one that promotion held.
    (folder / "more.txt").write_bytes(b"x")
    assert admitted_folder(workspace, NAME) == folder


def test_workers_that_meet_a_new_bundle_at_once_try_it_one_time(workspace: Workspace) -> None:
    proven = workspace.bundles / NAME / "proven.json"
    proven.unlink(missing_ok=True)
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda _: current_bundle(workspace).manifest.digest, range(2)))
    assert opened == [in_use(workspace).name] * 2
    assert len(json.loads(proven.read_text())) == 1


def test_bundles_that_may_only_be_read_are_opened_all_the_same(workspace: Workspace) -> None:
    place = workspace.bundles / NAME
    (place / "proven.json").unlink(missing_ok=True)
    (place / ".trial.lock").unlink(missing_ok=True)
    # A folder in its place stands for a disk that nothing can be written to, whoever runs this.
    (place / ".trial.lock").mkdir()
    (place / "proven.new").mkdir()
    assert current_bundle(workspace).manifest.digest == in_use(workspace).name
    assert not (place / "proven.json").exists()


def _no_signature(folder: Path) -> None:
    (folder / SIGNATURE_FILE).unlink()


def _empty_signature(folder: Path) -> None:
    (folder / SIGNATURE_FILE).write_bytes(b"")


def _of_something_else(folder: Path) -> None:
    content = json.loads((folder / SIGNATURE_FILE).read_text())
    signature = bytearray.fromhex(content["signature"])
    signature[7] ^= 1
    (folder / SIGNATURE_FILE).write_text(json.dumps(content | {"signature": signature.hex()}))


def _by_a_stranger(folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    signed = key.sign((folder / MANIFEST_FILE).read_bytes()).hex()
    content = {"key": key.public_key().public_bytes_raw().hex(), "signature": signed}
    (folder / SIGNATURE_FILE).write_text(json.dumps(content))


def _a_stranger_under_our_name(folder: Path) -> None:
    ours = json.loads((folder / SIGNATURE_FILE).read_text())["key"]
    signed = Ed25519PrivateKey.generate().sign((folder / MANIFEST_FILE).read_bytes()).hex()
    (folder / SIGNATURE_FILE).write_text(json.dumps({"key": ours, "signature": signed}))


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (_no_signature, "without a signature"),
        (_empty_signature, "damaged"),
        (_of_something_else, "something else"),
        (_by_a_stranger, "signed by another"),
        (_a_stranger_under_our_name, "something else"),
    ],
)
def test_a_bundle_nobody_trusted_signed_is_refused_before_it_is_read(
    workspace: Workspace, damage: Callable[[Path], None], found: str
) -> None:
    damage(in_use(workspace))
    with pytest.raises(BundleRefused, match=found):
        admitted_folder(workspace, NAME)


def test_the_key_is_its_owners_alone_and_readers_need_only_the_public_one(
    workspace: Workspace,
) -> None:
    key = workspace.folder / "signing.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    current_bundle(workspace)
    Signing(workspace).trusted_file.write_text("[]")
    with pytest.raises(BundleRefused, match="signed by another"):
        current_bundle(workspace)


def test_all_who_sign_for_the_first_time_at_once_sign_by_one_key_that_is_trusted(
    tmp_path: Path,
) -> None:
    signing = Signing(Workspace(tmp_path / "new"))
    with ThreadPoolExecutor(8) as pool:
        names = {one.result() for one in [pool.submit(lambda: signing.name) for _ in range(8)]}
    (trusted,) = json.loads(signing.trusted_file.read_text())
    assert names == {trusted[:16]}
    assert stat.S_IMODE((signing.workspace.folder / "signing.key").stat().st_mode) == 0o600


def test_a_model_that_kills_whoever_opens_it_is_refused_and_nobody_dies(
    workspace: Workspace,
) -> None:
    resigned(workspace, lambda text: text.replace(b"num_leaves=", b"num_leaves=9", 1))
    with pytest.raises(BundleRefused):
        current_bundle(workspace)


def resigned(workspace: Workspace, change: Callable[[bytes], bytes]) -> Path:
    """The bundle in use with another model text, hashed and signed anew as only its maker could."""
    folder = in_use(workspace)
    draft = folder.parent / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder, draft)
    contents = {
        one.name: one.read_bytes()
        for one in draft.iterdir()
        if one.name not in (MANIFEST_FILE, SIGNATURE_FILE)
    }
    contents["model.txt"] = change(contents["model.txt"])
    (draft / "model.txt").write_bytes(contents["model.txt"])
    manifest = Manifest.from_bytes((draft / MANIFEST_FILE).read_bytes()).with_files(contents)
    (draft / MANIFEST_FILE).write_bytes(manifest.to_bytes())
    return put(workspace, draft)


def _flip(content: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[place % len(content)] ^= 1 << bit
    return bytes(changed)


def corpus(count: int) -> list[tuple[str, int]]:
    """Seeded damage: its kind and the number that says where."""
    kinds = ("flip", "cut", "append", "swap", "extra", "link", "unsigned", "manifest")
    texts = ("text flip", "text cut", "text line gone", "text digit", "text line twice")
    draw = np.random.default_rng(420)
    every = [*kinds, *texts, *texts]
    return [
        (every[at % len(every)], int(number))
        for at, number in enumerate(draw.integers(0, 1 << 30, count))
    ]


def damaged(workspace: Workspace, kind: str, number: int) -> None:
    """Damage the bundle in use as an accident, a stranger or its own maker might."""
    folder = in_use(workspace)
    files = sorted(one for one in folder.iterdir() if one.name != SIGNATURE_FILE)
    file = files[number % len(files)]
    content = file.read_bytes()
    if kind == "flip":
        file.write_bytes(_flip(content, number, number % 8))
    elif kind == "cut":
        file.write_bytes(content[: number % len(content)])
    elif kind == "append":
        file.write_bytes(content + b"\0")
    elif kind == "swap":
        other = files[(number + 1) % len(files)]
        file.write_bytes(other.read_bytes())
    elif kind == "extra":
        (folder / f"more{number}.txt").write_bytes(b"x")
    elif kind == "link":
        file.unlink()
        file.symlink_to("/etc/hostname")
    elif kind == "unsigned":
        (folder / SIGNATURE_FILE).unlink()
    elif kind == "manifest":
        (folder / MANIFEST_FILE).write_bytes(content.replace(b'"version"', b'"Version"', 1) + b" ")
    else:
        resigned(workspace, lambda text: _other_text(kind, number, text))


def _other_text(kind: str, number: int, text: bytes) -> bytes:
    lines = text.split(b"\n")
    place = number % len(lines)
    if kind == "text flip":
        return _flip(text, number, number % 7)
    if kind == "text cut":
        return text[: number % len(text)]
    if kind == "text line gone":
        return b"\n".join(lines[:place] + lines[place + 1 :])
    if kind == "text line twice":
        return b"\n".join(lines[: place + 1] + lines[place:])
    digits = [at for at, one in enumerate(text) if 48 <= one <= 57]
    changed = bytearray(text)
    changed[digits[number % len(digits)]] = 48 + number % 10
    return bytes(changed)


def outcomes(sound: Workspace, folder: Path, count: int) -> Counter[str]:
    """What became of each damaged bundle: refused, or opened to the very same answers."""
    expected = opened(CHURN_KIND, in_use(sound))
    values = expected.bind(LEARNED.vectors)[:50]
    found: Counter[str] = Counter()
    for kind, number in corpus(count):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(sound.folder, folder)
        workspace = Workspace(folder)
        damaged(workspace, kind, number)
        try:
            bundle = current_bundle(workspace)
        except BundleRefused as refused:
            found[f"{kind}: {_by(refused)}"] += 1
        else:
            same = np.allclose(bundle.log_odds(values), expected.log_odds(values), atol=1e-9)
            # A text its own maker changed, hashed and signed anew is another model, not a damaged one.
            other = ANOTHER if kind.startswith("text") else "OTHER ANSWERS"
            found[f"{kind}: {'harmless' if same else other}"] += 1
    return found


def _by(refused: BundleRefused) -> str:
    if "kills" in refused.found or "trial" in refused.found or "does not" in refused.found:
        return "killed the trial"
    if "sign" in refused.found or "sign" in refused.expected:
        return "refused by its signature"
    return "refused by hash or golden rows"


def test_damaged_bundles_are_refused_and_nothing_dies(sound: Workspace, tmp_path: Path) -> None:
    found = outcomes(sound, tmp_path / "damaged", 13)
    assert sum(found.values()) == 13 and not any("OTHER" in one for one in found), found


@pytest.mark.slow
def test_420_damaged_bundles_are_refused_and_nothing_dies(
    sound: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = outcomes(sound, tmp_path / "damaged", 420)
    with capsys.disabled():
        for kind, count in sorted(found.items()):
            sys.stdout.write(f"{count:4} {kind}\n")
    assert sum(found.values()) == 420 and not any("OTHER" in one for one in found), found
    assert sum(count for kind, count in found.items() if ANOTHER in kind) <= 4, found


def test_a_folder_may_be_named_from_where_the_command_runs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.bundles)
    tried(in_use(workspace).relative_to(workspace.bundles), NAME)
    with pytest.raises(BundleRefused):
        tried(Path(NAME, "0" * 32), NAME)
