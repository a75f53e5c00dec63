"""What kind of file a source is, by the ending of its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from features.sources.excel import EXCEL_SUFFIXES

_PACKED = ("", ".gz", ".zst", ".zip")
JSON_SUFFIXES = tuple(f".{kind}{packed}" for kind in ("jsonl", "ndjson") for packed in _PACKED)
TEXT_SUFFIXES = (
    *(f".{kind}{packed}" for kind in ("csv", "tsv", "txt") for packed in _PACKED),
    *JSON_SUFFIXES,
)
PARQUET_SUFFIXES = (".parquet", ".pq")


def is_text(path: Path) -> bool:
    """Whether a file is one of texts, such as CSV, packed or not."""
    return ends(path, TEXT_SUFFIXES)


def kind_of(path: Path) -> str:
    """One name for all files of a kind; empty for a file of none."""
    for suffixes in (PARQUET_SUFFIXES, TEXT_SUFFIXES, EXCEL_SUFFIXES):
        if ends(path, suffixes):
            return suffixes[0]
    return ""


def ends(path: Path, suffixes: Iterable[str]) -> bool:
    """Whether the name of a file ends in one of some ways, in whatever case."""
    return path.name.casefold().endswith(tuple(suffixes))
