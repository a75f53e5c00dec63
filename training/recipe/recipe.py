"""The one way from a store to a model in use: learn → write → sign → log → register → gate → use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from features.company.learned_from import LearnedFrom
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.progress import Progress, silent
from training.bundles.kind import Asked, Model
from training.bundles.promoted import PromotedBundles
from training.bundles.signature import Signing
from training.measures.predictions.stored import StoredPredictions
from training.recipe.apart import apart, note_computed
from training.recipe.falling import WrittenRun, best_that_passes
from training.recipe.family import Family, Given, Learned, Own, UnchangedModel
from training.recipe.report import run_record
from training.recipe.steps import Steps
from training.recipe.summary import TrainingSummary
from training.registry.promotion import NOTHING_ELSE, PromotionSummary, Readiness, judge
from training.registry.registry import BUNDLE_FOLDER, Registry
from training.registry.same_model import version_of_same_model

HELD_FOLDER = "held"
"""Where in the scratch of a training the registry's own copy of the same model is looked at."""


def train(
    family: Family[Own, Learned, Model, Asked],
    settings: Settings,
    workspace: Workspace,
    *,
    refit: bool = False,
    promote: bool = True,
    threads: int = 2,
    progress: Progress = silent,
    readiness: Readiness = NOTHING_ELSE,
    own_process: bool = False,
) -> TrainingSummary:
    """Learn a model, measure it honestly, register it and put it to use if it passes the gate.

    ``readiness`` says what must be so beside the model for that. A model in use that stays frozen is kept, unless ``refit`` asks for another.
    With ``own_process`` all fitting is done in a child, whose death is a ``ModelRefused``. Raises ``WorkspaceRefused``
    without ingested data, and ``ModelRefused`` or ``DataRefused`` when the data cannot carry a model; then
    nothing is registered.
    """
    steps = Steps()
    given = given_to(family, settings, workspace, threads=threads, refit=refit, progress=progress)
    name = family.kind.name
    registry = Registry(settings, workspace, name)
    registry.require_sound()
    # Before it learns, for a second trainer would work for minutes and then be refused.
    with workspace.scratch(f"training-{name}", work=f"training {name}") as draft:
        fit = partial(_fitted, family, given, draft)
        fitted = apart(name, fit, progress) if own_process else fit(progress)
        # What is fitted here, or judged here in a moment, has its threads in this process.
        note_computed()
        if isinstance(fitted, UnchangedModel):
            return TrainingSummary.of_unchanged(fitted)
        still_fits, run = fitted
        steps.done("learning")
        Signing(workspace).sign(run.folder / BUNDLE_FOLDER)
        steps.done("signing")
        progress("recording the run", 0, 1)
        shelf = PromotedBundles(workspace, family.kind)
        known = registry.last_version()
        steps.done("opening MLflow")
        there = _registered(
            registry, shelf, family.description, run, draft / HELD_FOLDER, known, steps
        )
        _keep_people(workspace, name, run)
        progress("recording the run", 1, 1)
        steps.done("MLflow")
    promotion, is_in_use = None, not there.is_new and shelf.is_in_use(run.manifest.digest)
    if promote and not is_in_use:
        promotion = _judged(family, registry, workspace, there.version, readiness)
        steps.done("promotion")
    return TrainingSummary.of_learned(
        run_id=there.run_id,
        version=there.version,
        promotion=promotion,
        run=run,
        why=still_fits,
        is_new=there.is_new,
        is_in_use=is_in_use,
        registry=there.note,
        seconds=steps.seconds,
    )


def _keep_people(workspace: Workspace, name: str, run: WrittenRun[Any]) -> None:
    """Keep in the workspace what speaks of people, and so is never logged: whom it learned from, and what it said."""
    if run.report.learned_from:
        LearnedFrom(workspace).keep(name, run.manifest.digest, run.report.learned_from)
    if run.predictions.exists():
        StoredPredictions(workspace).keep(name, run.manifest.digest, run.predictions)


def _fitted(
    family: Family[Own, Learned, Model, Asked],
    given: Given[Own],
    draft: Path,
    progress: Progress,
) -> UnchangedModel | tuple[str, WrittenRun[Asked]]:
    """Everything that may die: the model in use where it stays; or why not, and what was learned, in a folder."""
    given = replace(given, progress=progress)
    still_fits = family.still_fits(given)
    if isinstance(still_fits, UnchangedModel):
        return still_fits
    return still_fits, best_that_passes(family, given, family.learn(given), draft)


def given_to(
    family: Family[Own, Any, Any, Any],
    settings: Settings,
    workspace: Workspace,
    *,
    threads: int = 2,
    refit: bool = False,
    progress: Progress = silent,
) -> Given[Own]:
    """What a family is given of a company; ``WorkspaceRefused`` without ingested data."""
    store = open_store(workspace)
    return Given(
        store,
        store.pack(),
        workspace,
        settings.company,
        family.own(settings),
        threads=threads,
        refit=refit,
        progress=progress,
    )


@dataclass(frozen=True)
class _Registered:
    """The run and the version of a model, whether they were made for it, and what is to be told of them."""

    run_id: str
    version: str
    is_new: bool
    note: str


def _registered(
    registry: Registry,
    shelf: PromotedBundles[Any, Any],
    description: str,
    run: WrittenRun[Any],
    scratch: Path,
    known: int,
    steps: Steps,
) -> _Registered:
    """Have a version of a model: the one that has the very same already, or a new one behind those ``known``."""
    registry.end_left_running()
    held = version_of_same_model(registry, shelf.workspace, run.manifest.digest, scratch)
    if held is not None:
        registry.challenge(held)
        return _Registered(registry.run_of(held), held, False, same_model_note(held))
    run_id, version = _recorded(registry, shelf, description, run, steps)
    return _Registered(run_id, version, True, lost_versions_note(known, version))


def _recorded(
    registry: Registry,
    shelf: PromotedBundles[Any, Any],
    description: str,
    run: WrittenRun[Any],
    steps: Steps,
) -> tuple[str, str]:
    """The run and the version under which everything was logged and registered; no version comes twice."""
    record = run_record(run.report, run.manifest, run.folder, seconds_before=steps.total)
    run_id = registry.record(record)
    if run.report.booster is not None:
        registry.log_booster(run_id, run.report.booster)
    last = shelf.last_version()
    version = registry.register(run_id, run.manifest, description, after=last, tags=run.report.tags)
    shelf.note_version(version)
    return run_id, version


def lost_versions_note(known: int, version: str) -> str:
    """That versions before this one are the registry's no more, where that is so."""
    lost = int(version) - 1 - known
    if lost <= 0:
        return ""
    return (
        f"MLflow has lost {lost} {'version' if lost == 1 else 'versions'} up to {int(version) - 1}, so this is {version}. "
        "Those that were in use lie in the workspace: `regulars rollback` and `regulars promote VERSION` find them"
    )


def same_model_note(version: str) -> str:
    """That a version has the model already."""
    return f"The same model as version {version}, nothing to register"


def _judged(
    family: Family[Any, Any, Any, Any],
    registry: Registry,
    workspace: Workspace,
    version: str,
    readiness: Readiness,
) -> PromotionSummary:
    return judge(
        registry,
        workspace,
        version,
        kind=family.kind,
        gate=family.checks,
        reason="trained, and passed every check",
        readiness=readiness,
    )
