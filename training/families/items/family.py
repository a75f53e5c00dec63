"""How recommendations come to be: store → past days → ladder → fit → bundle → register → promote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.progress import Progress, silent
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.families.items.bundle import (
    ITEM_KIND,
    ItemBundle,
    ItemTask,
)
from training.families.items.checks import items_gate
from training.families.items.learning import LearnedItems, learn_items, pair_plan
from training.families.items.report import item_card, item_markdown
from training.recipe.run_record import ladder_run
from training.recipe.summary import TrainingSummary
from training.registry.publication import Steps, publish
from training.registry.registry import BUNDLE_FOLDER, RunRecord

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
        ITEM_KIND,
        lambda draft: _write_run(draft, learned, settings),
        gate=items_gate,
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
) -> tuple[Manifest[ItemTask], RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    bundle = ItemBundle(learned.manifest, learned.sold.catalogue, learned.shelf, learned.ranker)
    manifest = write(ITEM_KIND, learned.manifest, bundle, folder / BUNDLE_FOLDER)
    record = ladder_run(
        folder,
        manifest,
        card=item_card(manifest, learned.origins, company=settings.company.name),
        markdown=item_markdown(manifest.ladder),
        params=_params(learned),
        others={"origins": learned.origins},
    )
    return manifest, record


def _params(learned: LearnedItems) -> dict[str, Any]:
    manifest = learned.manifest
    return {
        "horizon_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.learner,
        "kernel": manifest.task.kernel,
        "plan_hash": pair_plan(),
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "items": len(learned.sold.catalogue),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.ranker.model.rounds,
        "test_cutoffs": learned.origins["tested_at"],
    }
