"""How a model of offers comes to be: store → exposures → ladder → fit → bundle → register → promote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from features.progress import Progress, silent
from features.settings import Settings
from features.store import open_store
from features.workspace import Workspace
from training.evaluation.tables import spreadsheet
from training.manifest import Manifest
from training.offers.bundle import OFFERS, write_offer_bundle
from training.offers.learned import LearnedOffers, learn_offers
from training.offers.report import offer_card, offer_markdown
from training.plans import plan_to_learn
from training.publication import Steps, publish
from training.recipe import TrainingSummary
from training.registry import BUNDLE_FOLDER, ChildRun, RunRecord

_DESCRIPTION = "Who takes which offer, and what offers change where a control arm tells it."


def train_offers(
    settings: Settings,
    workspace: Workspace,
    *,
    threads: int = 2,
    promote: bool = True,
    progress: Progress = silent,
) -> TrainingSummary:
    """Learn who takes offers, measure it, and put the model to use if it passes the gate.

    Raises ``WorkspaceRefused`` without ingested data, ``DataRefused`` for offers nobody can decide about,
    and ``ModelRefused`` when too little was shown; then nothing is registered.
    """
    steps = Steps()
    store = open_store(workspace)
    plan = plan_to_learn(store.pack(), settings.churn, settings.reasons)
    learned = learn_offers(store, plan, settings.offers, threads=threads, progress=progress)
    steps.done("learning")
    published = publish(
        settings,
        workspace,
        OFFERS,
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
        features=len(learned.bundle.propensity.model.columns.names),
        origins=learned.origins,
    )


def _write_run(
    folder: Path, learned: LearnedOffers, settings: Settings
) -> tuple[Manifest, RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    manifest = write_offer_bundle(folder / BUNDLE_FOLDER, learned.bundle)
    card = offer_card(manifest, learned.origins, company=settings.company.name)
    (folder / "card.md").write_text(card, encoding="utf-8")
    tables = folder / "tables"
    tables.mkdir()
    rows = manifest.ladder
    for name, content in (
        ("ladder.json", json.dumps(rows, indent=1)),
        ("ladder.csv", spreadsheet(rows)),
        ("ladder.md", offer_markdown(rows)),
        ("evaluation.json", json.dumps(manifest.evaluation, indent=1)),
        ("origins.json", json.dumps(learned.origins, indent=1)),
    ):
        (tables / name).write_text(content, encoding="utf-8")
    record = RunRecord(
        name=f"offers: {manifest.title}",
        params=_params(learned),
        metrics=_figures(manifest.metrics) | {"base_rate": manifest.base_rate},
        tags={"digest": manifest.digest, "title": manifest.title},
        children=[ChildRun(name=row["name"], metrics=_figures(row)) for row in rows],
        folder=folder,
        description=card,
    )
    return manifest, record


def _params(learned: LearnedOffers) -> dict[str, Any]:
    manifest = learned.manifest
    return {
        "response_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.family,
        "kind": manifest.question["kind"],
        "is_causal": manifest.question["is_causal"],
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "offers": len(learned.bundle.offers),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.bundle.propensity.model.rounds,
        "test_cutoffs": ", ".join(learned.origins["tested_at"]),
    }


def _figures(row: Any) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, float | int) and not isinstance(value, bool)
    }
