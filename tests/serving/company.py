"""A small simulated company, checked, scored and ready to be served, made through the project's own parts."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.world.company import simulate
from experiments.world.spec import WorldSpec
from features.company.settings.cost_to_serve import CostToServeSettings
from features.company.settings.questions import ValueSettings
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import CURRENT, Workspace, point_at
from features.declarations.buying import BuyingModel
from features.plan.plan import plan_of, standard_plan
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import end_of_data, refresh_vectors
from features.vectors.vectors import build_vectors
from serving.nightly.run import score_everybody
from serving.process.without_training import libraries_hidden
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.bundles.own_plan import fitted_of
from training.bundles.reference import Reference
from training.bundles.sealing import stamp
from training.bundles.signature import Signing
from training.datasets.splits import OriginSplit
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.families.churn.rungs import churn_rungs
from training.families.churn.timing.hazard import Hazard, fit_hazard
from training.families.churn.timing.waits import waits
from training.families.segments.bundle import SEGMENT_KIND, SegmentBundle, SegmentTask
from training.families.segments.model import SEGMENTS, SegmentModel, Space
from training.families.segments.traits import declared_traits, traits_of
from training.families.value.bundle import VALUE, VALUE_KIND, ValueBundle, ValueTask
from training.families.value.cost_to_serve.learning import learn_cost
from training.families.value.dataset import value_dataset, value_splits
from training.families.value.margins import line_margins
from training.families.value.models import RATE
from training.families.value.rungs import calibrate_value, fit_rungs
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.learners.usable import usable_features
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled

CUSTOMERS = 500


@dataclass(frozen=True)
class Company:
    """Where the company lies."""

    settings_path: Path
    settings: Settings
    workspace: Workspace


def company_in(folder: Path) -> Company:
    """The company of this folder; it is made the first time and found the next."""
    settings_path = folder / "regulars.toml"
    if not settings_path.exists():
        simulate(WorldSpec(customers=CUSTOMERS, seed=3, lines_per_customer=14, days=480), folder)
        text = settings_path.read_text(encoding="utf-8")
        text = text.replace('"Simulated company"', '"Corner & Sons"')
        settings_path.write_text(text, encoding="utf-8")
        settings = load_settings(settings_path)
        workspace = Workspace(settings.workspace_folder)
        ingest(settings, workspace)
        refresh_vectors(workspace, plan_for=standard_plan, threads=1)
        # Nothing here needs scikit-learn, which LightGBM would spend seconds loading.
        with libraries_hidden():
            put_to_use(settings, workspace, family="lightgbm", version="1")
        score_everybody(settings, workspace)
    settings = load_settings(settings_path)
    return Company(settings_path, settings, Workspace(settings.workspace_folder))


def put_to_use(
    settings: Settings,
    workspace: Workspace,
    *,
    family: str,
    version: str,
    buying: BuyingModel | None = None,
    said: Mapping[str, Any] | None = None,
) -> Manifest[Any]:
    """Fit one model of a family on the store, without climbing the ladder, and point readers at it.

    ``buying`` is what its training fitted beforehand, and ``said`` what its manifest says otherwise.
    """
    pack = open_store(workspace).pack()
    plan = standard_plan(pack, buying)
    churn = replace(settings.churn, origins=3)
    end = end_of_data(pack)
    question = question_of(churn)
    found = labelled(pack, plan, question, churn)
    dataset, splits = found.dataset, found.splits
    rung = [one for one in churn_rungs(usable_features(dataset).names, 60) if one.family == family][
        -1
    ]
    fitted = fit_and_calibrate(rung, dataset, splits.shipped, fitted=FittedModels())
    model, calibration, latest = fitted.model, fitted.curve, fitted.held
    manifest = Manifest(
        name=CHURN_KIND.name,
        learner=model.family,
        title=rung.name,
        task=ChurnTask(question),
        plan_hash=plan.hash,
        feature_names=list(plan.feature_names),
        features=plan.dictionary(),
        groups=[{"name": one.name, "title": one.title} for one in plan.groups],
        base_rate=float(np.mean(latest.outcomes)),
        data_digest=pack.digest,
        data_cut=str(end),
        metrics={"auc": 0.7},
        fitted=fitted_of(plan),
    )
    manifest = replace(manifest, **(said or {}))
    reference = Reference.learn(latest.vectors, fitted.probability)
    draft = workspace.bundles / "churn" / f"draft-{version}"
    shutil.rmtree(draft, ignore_errors=True)
    hazard = _hazard(pack, found) if family == "lightgbm" else None
    bundle = Bundle(manifest, model, calibration, reference, hazard, plan.declarations)
    write(CHURN_KIND, manifest, bundle, draft)
    return _in_use(draft, version)


def _hazard(pack: Pack, found: Labelled) -> Hazard:
    """When the next order comes, learned as a training would."""
    split, purchases = found.splits.shipped, pack.streams["purchases"]
    assert isinstance(split, OriginSplit)
    [lesson] = split.lessons(found.dataset)
    fit, later = lesson.fit.vectors, lesson.held.vectors
    waited = waits(purchases, fit.customer_keys, fit.cutoff_seconds, split.calibration.seconds)
    watched = waits(purchases, later.customer_keys, later.cutoff_seconds, end_of_data(pack).seconds)
    return fit_hazard(fit, waited, later, watched, horizon_days=found.splits.horizon.days)


def put_value_to_use(
    company: Company,
    *,
    plan_hash: str = "",
    buying: BuyingModel | None = None,
    costs: CostToServeSettings | None = None,
) -> Manifest[Any]:
    """Calibrate the past rate on the company's margins, without a ladder, and point readers at it.

    ``costs`` says what serving costs; None where nothing does.
    """
    store = open_store(company.workspace)
    pack, plan = store.pack(), standard_plan(store.pack(), buying)
    splits, _ = value_splits(
        int(np.min(pack.streams["purchases"].seconds)),
        end_of_data(pack),
        ValueSettings(horizon_days=90, origins=3),
    )
    margins = line_margins(store, pack.streams["purchases"])
    dataset = value_dataset(pack, plan, splits, margins)
    earlier = dataset.at(*(cutoff.seconds for cutoff in splits.shipped.fit))
    latest = dataset.at(splits.shipped.calibration.seconds)
    days = splits.horizon.days
    model = fit_rungs(earlier, plan.feature_names, days, wanted=(RATE,))[RATE]
    value = calibrate_value(model, earlier, latest)
    manifest = Manifest(
        name=VALUE,
        learner=model.family,
        title=model.title,
        task=ValueTask(days),
        plan_hash=plan_hash or plan.hash,
        feature_names=list(plan.feature_names),
        features=plan.dictionary(),
        groups=[{"name": one.name, "title": one.title} for one in plan.groups],
        base_rate=float(np.mean(latest.bought)),
        data_digest=pack.digest,
        data_cut=str(end_of_data(pack)),
        metrics={"gini": 0.6, "money": margins.kind},
        fitted=fitted_of(plan),
    )
    draft = company.workspace.bundles / VALUE / "draft"
    reference = Reference.learn(latest.vectors, value.of(latest.vectors).expected)
    learned = learn_cost(pack, plan, dataset.vectors, splits, (), costs or CostToServeSettings())
    cost = None if learned is None else learned.model
    bundle = ValueBundle(manifest, value, reference, plan.declarations, cost)
    write(VALUE_KIND, manifest, bundle, draft)
    return _in_use(draft, "4")


def put_segments_to_use(company: Company) -> Manifest[Any]:
    """Three centres by past spend in the space of the company's habits, and point readers at them."""
    pack = open_store(company.workspace).pack()
    declared = declared_traits(standard_plan(pack).declarations, ("days_since_order",))
    plan = plan_of(declared, pack)
    vectors = build_vectors(pack, plan, [end_of_data(pack)])
    features = [one.feature for one in declared]
    space = Space.learn(vectors, [one.feature for one in traits_of(features)])
    points = space.points(vectors)
    thirds = np.array_split(np.argsort(vectors.column("spend_sum_365d"), kind="stable"), 3)
    centres = np.array([points[rows].mean(axis=0) for rows in reversed(thirds)])
    names = ("Frequent, high value", "Regular, middle value", "Rare, low value")
    model = SegmentModel(space, centres, (4, 2, 9), names, 10)
    manifest = Manifest(
        name=SEGMENTS,
        learner="k-means",
        title="3 behaviour segments",
        task=SegmentTask(90, 0, model.active_within_days),
        plan_hash=plan.hash,
        feature_names=list(plan.feature_names),
        features=plan.dictionary(),
        groups=[{"name": one.name, "title": one.title} for one in plan.groups],
        base_rate=0.5,
        data_digest=pack.digest,
        data_cut=str(end_of_data(pack)),
    )
    draft = company.workspace.bundles / SEGMENTS / "draft"
    write(SEGMENT_KIND, manifest, SegmentBundle(manifest, model, declared, []), draft)
    return _in_use(draft, "1")


def _in_use(draft: Path, version: str) -> Manifest[Any]:
    """Stamp a written bundle, move it to its digest's folder and point readers at it."""
    sealed = stamp(draft, version=version, run_id="test")
    Signing(Workspace(draft.parents[2])).sign(draft)
    shutil.rmtree(draft.parent / sealed.digest, ignore_errors=True)
    draft.rename(draft.parent / sealed.digest)
    point_at(draft.parent / CURRENT, sealed.digest)
    return sealed
