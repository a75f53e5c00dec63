"""One damaged file beside a whole one, checked: every record of both has to be accounted for."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

from experiments.bench.damage.kinds import damaged
from experiments.bench.spellings.export import Export, Style
from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import propose
from features.vocabulary.errors import DataRefused

WHOLE, DAMAGED = "export-1.csv", "export-2.csv"
ACCOUNTED, REFUSED = "every record accounted for", "refused by the name of its file"


def write_whole(export: Export, folder: Path) -> None:
    """Write a whole export and the settings that its draft proposes, for it and for a second file."""
    (folder / WHOLE).write_bytes(export.content)
    draft = propose(folder / WHOLE).toml(folder)
    (folder / "regulars.toml").write_text(draft.replace(WHOLE, "export-*.csv"), encoding="utf-8")


def tried(seed: int, export: Export, kind: str, folder: Path) -> str:
    """What came of some damage beside the whole export: one of the two good ends, or what is wrong."""
    content = damaged(random.Random(seed), export.content, export.style, kind)
    (folder / DAMAGED).write_bytes(content)
    try:
        report = check(load_settings(folder / "regulars.toml"))
    except DataRefused as fault:
        return REFUSED if DAMAGED in str(fault) else f"refused without its name: {fault}"
    summary = next((one for one in report.summaries if one.table == "purchases"), None)
    if summary is None:
        said = "; ".join(f"{one.what} {one.detail}" for one in report.breaches)
        return (
            REFUSED if report.refused and DAMAGED in said else f"refused without its name: {said}"
        )
    found = {one.file: one.in_file for one in summary.records}
    right = {
        WHOLE: records_in(export.content, export.style),
        DAMAGED: records_in(content, export.style),
    }
    return ACCOUNTED if found == right else f"{found} records instead of {right}"


def records_in(content: bytes, style: Style) -> int:
    """The records below the names as Python's own reader counts them; lines without any sign are none."""
    text = content.decode(style.encoding, "replace")
    lines = text.split(style.line_end)
    below = style.line_end.join(lines[len(style.titles) + 1 :])
    reader = csv.reader(io.StringIO(below, newline=""), delimiter=style.delimiter)
    return sum(1 for row in reader if row)
