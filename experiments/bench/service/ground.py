"""What every server of the bench serves: one company's customers and one model of 300 × 31 leaves over 160 features."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import CURRENT, Workspace, point_at
from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.refresh import end_of_data, refresh_vectors
from serving.nightly.run import open_snapshot, score_everybody
from serving.scores.score import Status
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.bundles.own_plan import fitted_of
from training.bundles.reference import Reference
from training.bundles.sealing import stamp
from training.bundles.signature import Signing
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.learners.boosting import BoostedModel
from training.learners.calibration import calibrate
from training.learners.trees import BoostingSettings
from training.learners.usable import usable_features
from training.questions.kinds import question_of
from training.questions.labelled import labelled

TREES, LEAVES, FEATURES = 300, 31, 160
CHURN = "churn"
NOTHING_ELSE: Mapping[str, Any] = {}


@dataclass(frozen=True)
class BenchCompany:
    """The company's folder, some of its customers who have a score, and the model as LightGBM's own text."""

    folder: Path
    settings: Settings
    workspace: Workspace
    customers: list[str]
    model_text: str
    feature_names: tuple[str, ...]
    rows: np.ndarray
    """Their vectors, one column a feature the model reads."""

    @property
    def settings_path(self) -> Path:
        """The settings file of the company."""
        return self.folder / "regulars.toml"


def laid(folder: Path, customers: int) -> BenchCompany:
    """Simulate a company, train the model on it and score everybody."""
    simulate(WorldSpec(customers=customers, lines_per_customer=20.0), folder)
    settings = load_settings(folder / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    refresh_vectors(workspace, plan_for=standard_plan, threads=2)
    model = _put_to_use(settings, workspace, "1", seed=7)
    score_everybody(settings, workspace)
    snapshot = open_snapshot(workspace)
    judged = np.flatnonzero(snapshot.status == Status.OK)[:2_000]
    names = list(snapshot.vectors.feature_names)
    places = [names.index(one) for one in model.columns.names]
    return BenchCompany(
        folder,
        settings,
        workspace,
        [snapshot.customer_ids[int(key)] for key in judged],
        model.text,
        model.columns.names,
        snapshot.values[snapshot.vector_rows[judged]][:, places].astype(np.float64),
    )


def another_model(
    ground: BenchCompany,
    version: str,
    *,
    seed: int = 11,
    buying: BuyingModel | None = None,
    said: Mapping[str, Any] | None = None,
) -> str:
    """Grow a model from another seed beside the one in use, point nobody at it; its digest.

    ``buying`` is what its training fitted for its features, and ``said`` what its manifest says beside.
    """
    sealed = _sealed(
        ground.settings, ground.workspace, version, seed=seed, buying=buying, said=said or {}
    )
    return sealed[1]


def _put_to_use(
    settings: Settings, workspace: Workspace, version: str, *, seed: int
) -> BoostedModel:
    model, digest = _sealed(settings, workspace, version, seed=seed)
    point_at(workspace.bundles / CHURN / CURRENT, digest)
    return model


def _sealed(
    settings: Settings,
    workspace: Workspace,
    version: str,
    *,
    seed: int,
    buying: BuyingModel | None = None,
    said: Mapping[str, Any] = NOTHING_ELSE,
) -> tuple[BoostedModel, str]:
    """Fit the model the claims are about and write its bundle under its digest."""
    pack = open_store(workspace).pack()
    plan, churn = standard_plan(pack, buying), replace(settings.churn, origins=3)
    question = question_of(churn)
    found = labelled(pack, plan, question, churn)
    [lesson] = found.splits.shipped.lessons(found.dataset)
    fit, later = lesson.fit, lesson.held
    grown = BoostingSettings(
        leaves=LEAVES, depth=6, learning_rate=0.05, leaf_share=0.003, seed=seed
    )
    names = _names(question.needs, usable_features(found.dataset).names)
    model = BoostedModel.fit(fit, names, settings=grown, rounds=TREES, threads=2)
    scores = model.score(later.vectors)
    calibration = calibrate(scores, later.outcomes)
    manifest = Manifest(
        name=CHURN,
        learner=model.family,
        title=f"LightGBM, {TREES} trees",
        task=ChurnTask(question),
        plan_hash=plan.hash,
        feature_names=list(plan.feature_names),
        features=plan.dictionary(),
        groups=[{"name": one.name, "title": one.title} for one in plan.groups],
        base_rate=float(np.mean(later.outcomes)),
        data_digest=pack.digest,
        data_cut=str(end_of_data(pack)),
        metrics={},
        fitted=fitted_of(plan),
    )
    manifest = replace(manifest, **said)
    draft = workspace.bundles / CHURN / f"draft-{version}"
    shutil.rmtree(draft, ignore_errors=True)
    reference = Reference.learn(later.vectors, calibration.apply(scores))
    bundle = Bundle(manifest, model, calibration, reference, declarations=plan.declarations)
    write(CHURN_KIND, manifest, bundle, draft)
    digest = stamp(draft, version=version, run_id="bench").digest
    Signing(workspace).sign(draft)
    shutil.rmtree(draft.parent / digest, ignore_errors=True)
    draft.rename(draft.parent / digest)
    return model, digest


def _names(needed: Sequence[str], usable: Sequence[str]) -> tuple[str, ...]:
    """So many features as the claims are about, those by which customers are judged among them."""
    others = [one for one in usable if one not in needed]
    return (*(one for one in needed if one in usable), *others)[:FEATURES]
