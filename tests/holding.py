"""Which files of a folder hold a text."""

from __future__ import annotations

from pathlib import Path


def files_holding(folder: Path, text: str) -> list[str]:
    """The files below a folder in which a text stands."""
    return [
        str(one) for one in folder.rglob("*") if one.is_file() and text.encode() in one.read_bytes()
    ]
