"""Digests of everything that is published, block by block, so that nothing is read that is not as it was written.

A generation's folder holds a list of the digests of its files, and is named by the digest of that list: the pointer
that names the folder vouches for every byte in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from features.vocabulary.errors import WorkspaceRefused

DIGESTS_FILE = "digests.json"
BLOCK_BYTES = 1 << 20
_NAMED_BY = 16
_MOST_REMEMBERED = 1 << 16
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a list may raise that was damaged, or that nobody wrote."""

Stamp = tuple[int, int, int, int]
"""A file as it stood: device, number, size and when it was last written."""


@dataclass(frozen=True)
class FileDigests:
    """A file's length and the SHA-256 of each of its blocks."""

    size_bytes: int
    blocks: tuple[str, ...]


Listed = Mapping[str, FileDigests]

_checked: dict[Stamp, FileDigests] = {}
# What this process has found to be as it was written: hard links of one file are read once.


def write_digests(folder: Path, older: Iterable[Path] = ()) -> str:
    """Write the list of a folder's files; answers what the folder is to be named by.

    A file that is a second name of one in an ``older`` generation keeps the digests it has there: what happened to
    it since then must stay visible.
    """
    paths = {str(one.relative_to(folder)): one for one in _files(folder)}
    shared = any(one.stat().st_nlink > 1 for one in paths.values())
    kept = {place: said for one in older for place, said in _placed(one)} if shared else {}
    files = {name: kept.get(_place(path)) or _digests(path) for name, path in paths.items()}
    content = {name: asdict(said) for name, said in sorted(files.items())}
    written = json.dumps({"block_bytes": BLOCK_BYTES, "files": content}).encode()
    (folder / DIGESTS_FILE).write_bytes(written)
    return _name_of(written)


def digest_in_name(generation: Path) -> str:
    """By which digest a generation is named; empty for one of an older version."""
    return generation.name.partition("-")[2]


def damage_in(generation: Path, *within: str) -> str:
    """What is not as it was written, of the files whose names begin so; empty where nothing is.

    A file that this process has found sound is read again only after it was written to.
    """
    try:
        chosen = _chosen(generation, within)
        # Digests are made without the interpreter: a thread of its own, so that nobody paces it.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(_first_damage, generation, chosen).result()
    except _UNREADABLE:
        return f"no readable {DIGESTS_FILE} of that name"


def require_whole(generation: Path, what: str, remedy: str, *within: str) -> None:
    """Refuse, with ``WorkspaceRefused``, what is not as it was written."""
    if found := damage_in(generation, *within):
        raise WorkspaceRefused(expected=f"{what} as written", found=found, remedy=remedy)


def size_bytes(generation: Path, *within: str) -> int:
    """How many bytes a generation's list speaks of in files whose names begin so; 0 where it cannot be read."""
    try:
        return sum(one.size_bytes for one in _chosen(generation, within).values())
    except _UNREADABLE:
        return 0


def stamps(folder: Path) -> tuple[Stamp, ...]:
    """How the files of a folder stand now; none where the folder is gone."""
    found = []
    for one in _files(folder):
        # Another process may be deleting them.
        with suppress(OSError):
            found.append(_stamp(one.stat()))
    return tuple(found)


def _chosen(generation: Path, within: tuple[str, ...]) -> Listed:
    begin = within or ("",)
    return {name: one for name, one in _listed(generation).items() if name.startswith(begin)}


def _listed(generation: Path) -> Listed:
    content = (generation / DIGESTS_FILE).read_bytes()
    if _name_of(content) != digest_in_name(generation):
        raise ValueError(generation.name)
    files = json.loads(content)["files"]
    return {
        name: FileDigests(int(one["size_bytes"]), tuple(one["blocks"]))
        for name, one in files.items()
    }


def _first_damage(generation: Path, listed: Listed) -> str:
    for name, said in listed.items():
        try:
            with (generation / name).open("rb") as file:
                stamp = _stamp(os.fstat(file.fileno()))
        except OSError as fault:
            return f"{type(fault).__name__} at {name}"
        if _checked.get(stamp) == said:
            continue
        if stamp[2] != said.size_bytes:
            return f"{stamp[2]:,} bytes in {name} instead of {said.size_bytes:,}"
        found = _digests(generation / name)
        if found != said:
            return f"other bytes in {name}, block {_first_other(said, found) + 1} of {len(said.blocks)}"
        if len(_checked) >= _MOST_REMEMBERED:
            _checked.clear()
        _checked[stamp] = said
    return ""


def _first_other(said: FileDigests, found: FileDigests) -> int:
    pairs = zip(said.blocks, found.blocks, strict=False)
    return next((at for at, (one, two) in enumerate(pairs) if one != two), 0)


def _digests(path: Path) -> FileDigests:
    blocks = []
    size = 0
    block = memoryview(bytearray(BLOCK_BYTES))
    with path.open("rb") as file:
        while count := file.readinto(block):
            blocks.append(hashlib.sha256(block[:count]).hexdigest())
            size += count
    return FileDigests(size, tuple(blocks))


def _placed(generation: Path) -> Iterator[tuple[tuple[int, int], FileDigests]]:
    """Which file on the disk each line of a list speaks of."""
    try:
        for name, said in _listed(generation).items():
            yield _place(generation / name), said
    except _UNREADABLE:
        return


def _place(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _files(folder: Path) -> list[Path]:
    listing = folder / DIGESTS_FILE
    return sorted(one for one in folder.rglob("*") if one.is_file() and one != listing)


def _name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_NAMED_BY]
