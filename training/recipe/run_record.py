"""What a training of lists or offers leaves in MLflow: the card, the ladder as tables, and figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.bundles.manifest import Manifest
from training.ladder.tables import spreadsheet
from training.registry.registry import ChildRun, RunRecord


def ladder_run(
    folder: Path,
    manifest: Manifest,
    *,
    card: str,
    markdown: str,
    params: Mapping[str, Any],
    others: Mapping[str, Any],
) -> RunRecord:
    """Write card and tables into a run's folder, and say what to log; ``others`` are further tables as JSON."""
    (folder / "card.md").write_text(card, encoding="utf-8")
    tables = folder / "tables"
    tables.mkdir()
    rows = manifest.ladder
    contents = {
        "ladder.json": json.dumps(rows, indent=1),
        "ladder.csv": spreadsheet(rows),
        "ladder.md": markdown,
    }
    contents |= {f"{name}.json": json.dumps(one, indent=1) for name, one in others.items()}
    for name, content in contents.items():
        (tables / name).write_text(content, encoding="utf-8")
    return RunRecord(
        name=f"{manifest.name}: {manifest.title}",
        params=dict(params),
        metrics=_figures(manifest.metrics) | {"base_rate": manifest.base_rate},
        tags={"digest": manifest.digest, "title": manifest.title},
        children=[ChildRun(name=row["name"], metrics=_figures(row)) for row in rows],
        folder=folder,
        description=card,
    )


def _figures(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row that are any."""
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, float | int) and not isinstance(value, bool) and value == value
    }
