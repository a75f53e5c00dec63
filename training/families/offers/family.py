"""How a model of offers comes to be: store → exposures → ladder → fit → bundle → register → promote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.progress import Progress, silent
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.bundles.plans import plan_to_learn
from training.families.offers.bundle import OFFER_KIND, OfferTask
from training.families.offers.checks import offers_gate
from training.families.offers.learning import LearnedOffers, learn_offers
from training.families.offers.report import offer_card, offer_markdown
from training.recipe.run_record import ladder_run
from training.recipe.summary import TrainingSummary
from training.registry.publication import Steps, publish
from training.registry.registry import BUNDLE_FOLDER, RunRecord

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
        OFFER_KIND,
        lambda draft: _write_run(draft, learned, settings),
        gate=offers_gate,
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
) -> tuple[Manifest[OfferTask], RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    manifest = write(OFFER_KIND, learned.manifest, learned.bundle, folder / BUNDLE_FOLDER)
    record = ladder_run(
        folder,
        manifest,
        card=offer_card(manifest, learned.origins, company=settings.company.name),
        markdown=offer_markdown(manifest.ladder),
        params=_params(learned),
        others={"evaluation": manifest.evaluation, "origins": learned.origins},
    )
    return manifest, record


def _params(learned: LearnedOffers) -> dict[str, Any]:
    manifest = learned.manifest
    return {
        "response_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.learner,
        "kind": manifest.task.kind,
        "is_causal": manifest.task.is_causal,
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "offers": len(learned.bundle.offers),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.bundle.propensity.model.rounds,
        "test_cutoffs": ", ".join(learned.origins["tested_at"]),
    }
