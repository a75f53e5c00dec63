"""A generation whose files a test has changed, named as if it had been published so."""

from __future__ import annotations

from pathlib import Path

from features.company.block_digests import write_digests
from features.company.workspace import CURRENT


def republished(generation: Path) -> Path:
    """The same generation under the name of what it holds now; a pointer that named it names it still."""
    number = generation.name.partition("-")[0]
    named = generation.rename(generation.with_name(f"{number}-{write_digests(generation)}"))
    pointer = generation.parent / CURRENT
    if pointer.exists() and pointer.read_text(encoding="utf-8").strip() == generation.name:
        pointer.write_text(f"{named.name}\n", encoding="utf-8")
    return named
