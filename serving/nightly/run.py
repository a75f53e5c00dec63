"""Everybody's scores at one cutoff: computed in one go, written beside the last and published at once.

A snapshot is complete in itself (``columns`` says what it holds): it carries the vectors it was made
from along as links, not copies, so a reader needs one folder and never sees half of an update.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from features.company.block_digests import damage_in
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.customers.other_ids import FOLDER, write_other_ids
from features.store.store import open_store
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.progress import Progress, silent
from serving.ledger.administration import withheld_in
from serving.nightly.everybody import RunInputs, everybody
from serving.nightly.night_vectors import NightVectors
from serving.nightly.offers.best_offers import NightOffers
from serving.nightly.offers.catalogue import offers_of
from serving.nightly.risks import ROWS_A_PIECE
from serving.nightly.summary import ScoreSummary, summary_of
from serving.process.without_training import libraries_hidden
from serving.snapshot.checkpoints import Checkpoints
from serving.snapshot.columns import SCHEMA_VERSION, write_columns
from serving.snapshot.customer_values import value_beside
from serving.snapshot.reading import OFFERS_FILE, VECTORS_FOLDER, Snapshot, open_snapshot
from serving.snapshot.scores_of_model import BESIDE, MANIFEST_FILE, of_the_model, said_of, scores_of
from serving.snapshot.segments import segments_for
from training.actions.actions import Action
from training.actions.measured import contacts_measured
from training.families.churn.bundle import Bundle, current_bundle
from training.families.churn.contacts import contacts_by_past_days
from training.families.churn.timing.leavers import Leavers
from training.families.churn.timing.probably_gone import ProbablyGone

CHECKPOINTS = ".run"
_OF_THE_MODEL = ("model_digest", "model_version", "plan_hash", "objections")

__all__ = ["ScoreSummary", "Snapshot", "open_snapshot", "score_everybody"]


def score_everybody(
    settings: Settings,
    workspace: Workspace,
    progress: Progress = silent,
    *,
    customers_a_piece: int = ROWS_A_PIECE,
    again: bool = False,
) -> ScoreSummary:
    """Score and explain every customer the model in use judges, and publish the result.

    A snapshot of the same model, data and cutoff is kept as it is, unless it is damaged or wanted ``again``. Raises ``WorkspaceRefused`` when
    data, vectors or a model are absent or do not belong together, ``BundleRefused`` for a bad bundle.
    """
    with libraries_hidden():
        bundle = current_bundle(workspace)
    return _scored(
        settings,
        workspace,
        bundle,
        progress,
        is_in_use=True,
        customers_a_piece=customers_a_piece,
        again=again,
    )


def score_beside(
    settings: Settings, workspace: Workspace, bundle: Bundle, progress: Progress = silent
) -> ScoreSummary:
    """Score everybody by a model that is not in use, as of the day of the scores that are; nobody is shown them.

    They are at hand as soon as the model is put to use. What it raises is what ``score_everybody`` raises.
    """
    return _scored(settings, workspace, bundle, progress, is_in_use=False)


def _scored(
    settings: Settings,
    workspace: Workspace,
    bundle: Bundle,
    progress: Progress,
    *,
    is_in_use: bool,
    customers_a_piece: int = ROWS_A_PIECE,
    again: bool = False,
) -> ScoreSummary:
    store = open_store(workspace)
    pack = store.pack()
    try:
        night = NightVectors.published(workspace, pack)
    except WorkspaceRefused:
        if is_in_use:
            raise
        night = NightVectors.to_build(store)
    if is_in_use:
        # Refused before anything is written: the vectors of the workspace are those of the model in use.
        bundle.bind(night.vectors.select(slice(0, 0)))
    given = RunInputs(
        bundle=bundle,
        value=value_beside(workspace, bundle),
        segments=segments_for(workspace, pack),
        store=store,
        pack=pack,
        vectors=night.vectors,
        cutoff_seconds=night.cutoff_seconds,
        compared_days=settings.reasons.compared_days,
        actions=_actions(settings, bundle.manifest.evaluation),
        withheld=withheld_in(workspace, ignore_case=bool(settings.company.ignore_case)),
        offers=NightOffers.in_use(workspace, settings.offers),
        customers_a_piece=customers_a_piece,
    )
    identity = _identity(given)
    made = None if again else scores_of(workspace, bundle.manifest.digest)
    is_same = identity.items() <= (published := said_of(made)).items()
    if made is not None and is_same and not damage_in(made):
        if is_in_use and made != workspace.scores.current:
            workspace.scores.point_at(made)
        return summary_of(published, reused=True)
    scores = workspace.scores.keeping(max(1, settings.service.kept_generations))
    with workspace.writing(), scores.draft(is_current=is_in_use) as draft:
        given = replace(given, vectors=night.put(bundle, pack, draft / VECTORS_FOLDER))
        checkpoints = Checkpoints(workspace.scores.folder / CHECKPOINTS, identity)
        scored = everybody(given, checkpoints, progress)
        write_columns(draft, scored.columns(given))
        write_other_ids(store.other_ids(), draft / FOLDER)
        manifest = identity | {BESIDE: _beside(identity)}
        manifest |= of_the_model(bundle) | scored.counted(given)
        offers = json.dumps(offers_of(store), ensure_ascii=False)
        (draft / OFFERS_FILE).write_text(offers, encoding="utf-8")
        (draft / MANIFEST_FILE).write_text(
            json.dumps(manifest, ensure_ascii=False), encoding="utf-8"
        )
    checkpoints.done()
    return summary_of(manifest)


def _actions(settings: Settings, evaluation: Mapping[str, Any]) -> tuple[Action, ...]:
    """What the company can do, by what its campaigns had shown of it when the model was trained."""
    return contacts_by_past_days(
        settings.actions,
        contacts_measured(evaluation),
        ProbablyGone.read(evaluation.get("probably_gone")),
        Leavers.read(evaluation.get("leavers")),
    )


def _identity(given: RunInputs) -> dict[str, Any]:
    """What scores are made from: a run with the same identity would publish the same."""
    manifest = given.bundle.manifest
    return {
        "schema_version": SCHEMA_VERSION,
        "model_digest": manifest.digest,
        "model_version": manifest.version,
        "value": given.value.identity(),
        "value_fault": given.value.fault,
        "segments": given.segments.identity(),
        "segments_fault": given.segments.fault,
        "offers": given.offers.identity(),
        "offers_fault": given.offers.fault,
        "plan_hash": given.bundle.plan.plan_hash,
        "data_digest": given.pack.digest,
        "other_ids": given.store.other_ids().name,
        "cutoff_seconds": given.cutoff_seconds,
        "compared_days": given.compared_days,
        "possible_actions": [one.as_dict() for one in given.actions],
        "objections": _named(given.withheld.objected),
    }


def _beside(identity: dict[str, Any]) -> str:
    """A name for all that scores of one day are made from but the model of risk and who objected meanwhile."""
    said = {name: one for name, one in identity.items() if name not in _OF_THE_MODEL}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _named(customer_ids: Collection[str]) -> str:
    """A name for some customers that names none of them."""
    said = json.dumps(sorted(customer_ids)).encode()
    return hashlib.sha256(said).hexdigest() if customer_ids else ""
