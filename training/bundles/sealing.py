"""The files of a bundle: sealed by their hashes, and verified before any of them is parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from features.declarations.feature import Declaration
from features.plan.text import plan_from_text, plan_to_text
from training.bundles.manifest import MANIFEST_FILE, Asked, Manifest, Written, damaged, sha256
from training.bundles.signature import SIGNATURE_FILE

PLAN_FILE = "plan.json"
"""The declarations of the features a model is a function of."""
LARGEST_FILE_BYTES = 64 * 1024 * 1024


def sealed(
    folder: Path, manifest: Manifest[Asked], contents: Mapping[str, bytes]
) -> Manifest[Asked]:
    """Write a bundle's files with the manifest that knows their hashes; returns it with its digest."""
    whole = manifest.with_files(contents)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST_FILE).write_bytes(whole.to_bytes())
    return whole


def stamp(folder: Path, *, version: str, run_id: str) -> Manifest[Written]:
    """Write the registry's version and run into a bundle's manifest; the digest stays as it is."""
    path = folder / MANIFEST_FILE
    stamped = replace(Manifest.from_bytes(path.read_bytes()), version=version, run_id=run_id)
    path.write_bytes(stamped.to_bytes())
    return stamped


def verified(folder: Path) -> tuple[Manifest[Written], dict[str, bytes]]:
    """The manifest and the checked bytes of every other file, not yet parsed."""
    try:
        present = {one.name: one for one in folder.iterdir()}
        if any(one.is_symlink() or not one.is_file() for one in present.values()):
            raise damaged("plain files alone in a bundle", "something else")
        if any(one.stat().st_size > LARGEST_FILE_BYTES for one in present.values()):
            raise damaged("files of at most 64 MB in a bundle", "a larger one")
        if MANIFEST_FILE not in present:
            raise damaged("a bundle with a manifest", "none")
        manifest = Manifest.from_bytes(present.pop(MANIFEST_FILE).read_bytes())
        present.pop(SIGNATURE_FILE, None)
        if set(present) != set(manifest.files):
            odd = sorted(set(present) ^ set(manifest.files))
            raise damaged("the files the manifest names", f"a difference in {', '.join(odd)}")
        contents = {name: path.read_bytes() for name, path in present.items()}
    except OSError as fault:
        raise damaged("a bundle that can be read", type(fault).__name__) from None
    for name, content in contents.items():
        if sha256(content) != manifest.files[name]:
            raise damaged(f"{name} as it was written", "other bytes")
    return manifest, contents


def plan_file(declarations: Sequence[Declaration]) -> dict[str, bytes]:
    """The file of a plan; none where no feature is declared."""
    return {PLAN_FILE: plan_to_text(declarations).encode("utf-8")} if declarations else {}


def declared(contents: Mapping[str, bytes]) -> tuple[Declaration, ...]:
    """The declarations in a bundle; ``KeyError`` without a plan, ``PlanRefused`` for one nobody can read."""
    return plan_from_text(contents[PLAN_FILE].decode("utf-8"))
