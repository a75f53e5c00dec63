"""Damage as a disk, a cable or a stranger does it: seeded, to one file at a time, and undone again."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from features.company.workspace import Workspace

PLACES = ("scores", "vectors", "store", "pack", "bundles", "ledger")
PAGE_BYTES = 4_096


@dataclass(frozen=True)
class Strike:
    """What a file was before it was struck."""

    file: Path
    content: bytes
    written_ns: int

    def undo(self) -> None:
        """Make the file what it was."""
        self.file.write_bytes(self.content)
        os.utime(self.file, ns=(self.written_ns, self.written_ns))


def files_of(workspace: Workspace, place: str) -> list[Path]:
    """The files that are struck in one place."""
    if place == "ledger":
        return [workspace.ledger]
    folder = workspace.folder / ("store" if place == "pack" else place)
    found = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.suffix != ".lock"]
    kinds = (workspace.store, workspace.vectors, workspace.scores)
    of_before = {old for kind in kinds for old in kind.named() if old != kind.current}
    found = [one for one in found if not of_before.intersection(one.parents)]
    if place in ("store", "pack"):
        found = [one for one in found if ("pack" in one.parts) is (place == "pack")]
    return [one for one in found if one.stat().st_size]


def struck(workspace: Workspace, place: str, number: int) -> Strike:
    """Damage one file of a place, as the number says."""
    chance = random.Random(number)
    file = chance.choice(files_of(workspace, place))
    before = Strike(file, file.read_bytes(), file.stat().st_mtime_ns)
    after = chance.choice(_WAYS)(before.content, chance)
    if after is None:
        file.unlink()
    else:
        file.write_bytes(after)
    return before


def _bit(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _twenty_bytes(content: bytes, chance: random.Random) -> bytes:
    struck = bytearray(content)
    for _ in range(20):
        at = chance.randrange(len(struck))
        struck[at] ^= chance.randrange(1, 256)
    # The same place may be struck twice.
    return bytes(struck) if struck != content else _bit(content, chance)


def _page(content: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(content)) // PAGE_BYTES * PAGE_BYTES
    page = content[begin : begin + PAGE_BYTES]
    return content[:begin] + bytes(255 - one for one in page) + content[begin + PAGE_BYTES :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _gone(content: bytes, chance: random.Random) -> None:
    return None


_WAYS: tuple[Callable[[bytes, random.Random], bytes | None], ...] = (
    _bit, _bit, _twenty_bytes, _page, _cut, _gone,
)  # fmt: skip
