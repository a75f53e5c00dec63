"""How recommendations come to be: store → past days → ladder → fit → bundle → register → promote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from features.progress import Progress, silent
from features.settings import Settings
from features.store import open_store
from features.workspace import Workspace
from training.evaluation.tables import spreadsheet
from training.items.bundle import RECOMMENDATIONS, write_item_bundle
from training.items.learned import LearnedItems, learn_items
from training.items.report import item_card, item_markdown
from training.manifest import Manifest
from training.publication import Steps, publish
from training.recipe import TrainingSummary
from training.registry import BUNDLE_FOLDER, ChildRun, RunRecord

_DESCRIPTION = "Items customers are likely to buy, again or for the first time, with reasons."


def train_items(
    settings: Settings,
    workspace: Workspace,
    *,
    threads: int = 2,
    promote: bool = True,
    progress: Progress = silent,
) -> TrainingSummary:
    """Learn what customers would take, measure it, and put the model to use if it passes the gate.

    Raises ``WorkspaceRefused`` without ingested data, and ``ModelRefused`` when the data cannot carry a
    model; then nothing is registered.
    """
    steps = Steps()
    learned = learn_items(
        open_store(workspace), settings.recommendations, threads=threads, progress=progress
    )
    steps.done("learning")
    published = publish(
        settings,
        workspace,
        RECOMMENDATIONS,
        lambda draft: _write_run(draft, learned, settings),
        description=_DESCRIPTION,
        promote=promote,
        steps=steps,
        progress=progress,
    )
    return TrainingSummary.of(
        published,
        customers=learned.customers,
        rows=learned.rows,
        features=len(learned.manifest.feature_names),
        origins=learned.origins,
    )


def _write_run(
    folder: Path, learned: LearnedItems, settings: Settings
) -> tuple[Manifest, RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    manifest = write_item_bundle(
        folder / BUNDLE_FOLDER,
        learned.manifest,
        catalogue=learned.sold.catalogue,
        shelf=learned.shelf,
        ranker=learned.ranker,
    )
    card = item_card(manifest, learned.origins, company=settings.company.name)
    (folder / "card.md").write_text(card, encoding="utf-8")
    tables = folder / "tables"
    tables.mkdir()
    rows = manifest.ladder
    for name, content in (
        ("ladder.json", json.dumps(rows, indent=1)),
        ("ladder.csv", spreadsheet(rows)),
        ("ladder.md", item_markdown(rows)),
        ("origins.json", json.dumps(learned.origins, indent=1)),
    ):
        (tables / name).write_text(content, encoding="utf-8")
    record = RunRecord(
        name=f"recommendations: {manifest.title}",
        params=_params(learned),
        metrics=_figures(manifest.metrics) | {"base_rate": manifest.base_rate},
        tags={"digest": manifest.digest, "title": manifest.title},
        children=[ChildRun(name=row["name"], metrics=_figures(row)) for row in rows],
        folder=folder,
        description=card,
    )
    return manifest, record


def _params(learned: LearnedItems) -> dict[str, Any]:
    manifest = learned.manifest
    return {
        "horizon_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.family,
        "kernel": manifest.question["kernel"],
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "items": len(learned.sold.catalogue),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.ranker.model.rounds,
        "test_cutoffs": learned.origins["tested_at"],
    }


def _figures(row: Any) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, float | int) and not isinstance(value, bool) and value == value
    }
