"""From a definition to a result on record: rows, answers, predictions in the workspace, figures in MLflow."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from experiments.declared.definition import ExperimentDefinition
from experiments.declared.folder import FOLDER
from experiments.trials.answers import AnswerFiles
from experiments.trials.recording import recorded
from experiments.trials.results import ExperimentResult, ResultFiles
from experiments.trials.rows import ExperimentRows, rows_of
from experiments.trials.rungs import chosen_features, experiment_rungs
from experiments.trials.stretch import stretch_of
from experiments.trials.summing_up import predictions_of, result_of
from experiments.trials.trial import Asking, tested_rungs
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import open_store
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from training.ladder.seasons.levels import chance_levels
from training.measures.predictions.stored import StoredPredictions
from training.recipe.apart import apart, may_fork, note_computed
from training.registry.provenance import tools

Computed = TypeVar("Computed")
ANSWERS = "answers-{}"
"""The folder of answers beside the rows, by the key of all they depend on."""
_NOT_ASKED = ("name", "description", "figures", "campaign", "actions", "budget", "search")
"""What a definition says that no answer depends on."""


@dataclass(frozen=True)
class FinishedRun:
    """What came of an experiment, whether it was known before, and why it is not in MLflow, where it is not."""

    result: ExperimentResult
    was_known: bool = False
    not_sent: str = ""


@dataclass(frozen=True)
class ExperimentGround:
    """What experiments are run on: a company, its workspace, and how much of the machine they may take.

    ``at`` is the second in which it ends up on record.
    """

    settings: Settings
    workspace: Workspace
    at: Callable[[], int]
    threads: int = 1
    progress: Progress = silent

    @property
    def folder(self) -> Path:
        """The folder of definitions, in which modules of estimators are found too."""
        return self.settings.folder / FOLDER


def run_experiment(
    definition: ExperimentDefinition, ground: ExperimentGround, *, own_process: bool = False
) -> FinishedRun:
    """Answer an experiment, from where an earlier run stopped, and put it on record.

    What was answered stays where it is killed or fails. With ``own_process`` all fitting is done in a child, whose
    death is a ``ModelRefused``. Raises ``WorkspaceRefused`` without ingested data and while another experiment runs.
    """
    files, store = ResultFiles(ground.workspace), open_store(ground.workspace).pack()
    with ground.workspace.scratch("experiment", work="running an experiment") as draft:
        place = rows_place(ground.workspace, store)
        answer = partial(_answered, definition, ground, store, place, draft)
        name = f"the experiment {definition.name}"
        result, was_known = computed(name, answer, ground, own_process=own_process)
        if not was_known:
            kept = StoredPredictions(ground.workspace)
            kept.keep(result.predictions, result.key, draft / "predictions")
            files.write(result)
            if result.is_complete:
                shutil.rmtree(place / ANSWERS.format(result.key), ignore_errors=True)
        return _sent(result, ground, files, draft, was_known)


def computed(
    name: str, work: Callable[[Progress], Computed], ground: ExperimentGround, *, own_process: bool
) -> Computed:
    """What some work comes to, in a child where that is asked and can be; its death is a ``ModelRefused``."""
    child = own_process and may_fork()
    found = apart(name, work, ground.progress) if child else work(ground.progress)
    note_computed()
    return found


def _sent(
    result: ExperimentResult,
    ground: ExperimentGround,
    files: ResultFiles,
    draft: Path,
    was_known: bool,
) -> FinishedRun:
    """Have it in MLflow; where that cannot be reached it stays here, and the next run sends it."""
    if result.run_id or not result.is_complete:
        return FinishedRun(result, was_known)
    try:
        run_id = recorded(result, ground.settings, ground.workspace, draft, at=ground.at())
    except RegularsError as refused:
        return FinishedRun(result, was_known, str(refused))
    result = replace(result, run_id=run_id)
    files.write(result)
    return FinishedRun(result, was_known)


def rows_place(workspace: Workspace, store: Pack) -> Path:
    """The folder of rows of today's data; those of earlier data are of no use any more."""
    place = workspace.experiment_rows / store.digest
    for other in workspace.experiment_rows.glob("*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)
    return place


def _answered(
    definition: ExperimentDefinition,
    ground: ExperimentGround,
    store: Pack,
    place: Path,
    draft: Path,
    progress: Progress,
) -> tuple[ExperimentResult, bool]:
    """The result of an experiment, and whether it was there; else its predictions lie in the draft."""
    begun, threads = time.perf_counter(), ground.threads
    pack, files = stretch_of(store, definition.data), ResultFiles(ground.workspace)
    reasons = ground.settings.reasons
    rows = rows_of(definition, pack, reasons, place, threads=threads, progress=progress)
    key = answer_key(definition, rows, ground.folder)
    known = files.known(definition.name)
    if known is not None and known.key == key and known.is_complete and _is_stored(ground, known):
        return replace(known, definition=definition.as_dict()), True
    features = chosen_features(rows, definition.features)
    with no_more_threads_than(threads):
        rungs = experiment_rungs(
            definition, rows, ground.folder, threads=threads, progress=progress
        )
        splits = rows.splits
        seasons = chance_levels(
            pack,
            rows.plan,
            rows.labelled.question,
            [*splits.tests, splits.shipped],
            splits.horizon,
            threads=threads,
        )
        asking = Asking(
            AnswerFiles(place / ANSWERS.format(key)),
            definition.learner.calibration,
            threads,
            60.0 * definition.budget.minutes,
            progress,
        )
        tested = tested_rungs(rows, rungs, seasons, asking)
    kept = StoredPredictions(ground.workspace)
    kept.write(draft / "predictions", predictions_of(rows, tested), pack.customer_ids)
    seconds = time.perf_counter() - begun
    return result_of(definition, rows, tested, features, key, store.digest, seconds), False


def _is_stored(ground: ExperimentGround, known: ExperimentResult) -> bool:
    return StoredPredictions(ground.workspace).place(known.predictions, known.key).is_file()


def answer_key(definition: ExperimentDefinition, rows: ExperimentRows, folder: Path) -> str:
    """A name for all that the answers depend on: rows, splits, learners, and the tools they are made with."""
    asked = {name: said for name, said in definition.as_dict().items() if name not in _NOT_ASKED}
    own = folder / f"{definition.learner.estimator.partition(':')[0]}.py"
    source = own.read_text(encoding="utf-8") if own.is_file() else ""
    said = [rows.digest, rows.splits.as_dict(), asked, dict(tools()), source]
    told = json.dumps(said, sort_keys=True).encode()
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def no_more_threads_than(threads: int) -> AbstractContextManager[object]:
    """Whatever computes in here, in whichever library, has so many threads and no more."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=threads)
    return limits
