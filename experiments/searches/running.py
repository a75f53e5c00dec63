"""From a definition to a search on record: settings tried, the best of them, and the reserved cutoff opened at the end."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from experiments.comparisons.differences import ListTerms, figure_differences
from experiments.comparisons.paired import PairedAnswers
from experiments.declared.definition import ExperimentDefinition
from experiments.searches.recording import recorded_search
from experiments.searches.result import OpenedCutoff, SearchFiles, SearchResult
from experiments.searches.studying import ParameterStudy, TriedParameters
from experiments.searches.trying import USUAL, TriedRungs, answers_of
from experiments.trials.answers import AnswerFiles
from experiments.trials.estimators import estimator_rung
from experiments.trials.rows import ExperimentRows, rows_of
from experiments.trials.rungs import chosen_features, experiment_rungs, with_parameters
from experiments.trials.running import (
    ANSWERS,
    ExperimentGround,
    answer_key,
    computed,
    rows_place,
)
from experiments.trials.stretch import stretch_of
from features.store.pack import Pack
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused, RegularsError, UsageRefused
from features.vocabulary.progress import Progress
from training.ladder.rung import Rung
from training.ladder.seasons.levels import chance_levels
from training.measures.intervals import finite
from training.measures.profit import Costs

_NO_MONEY = ListTerms(0, Costs(value=0.0, incentive=0.0, contact=0.0, success=0.0))
OPENED_FIGURES = ("auc", "log_loss", "brier")


@dataclass(frozen=True)
class FinishedSearch:
    """What came of a search, whether it was known before, and why it is not in MLflow, where it is not."""

    result: SearchResult
    was_known: bool = False
    not_sent: str = ""


def run_search(
    definition: ExperimentDefinition,
    ground: ExperimentGround,
    *,
    workers: int = 1,
    own_process: bool = False,
) -> FinishedSearch:
    """Search the parameters of an experiment's learner, from where an earlier search stopped, and put it on record.

    ``workers`` settings are answered beside one another, which changes nothing of what is found. Raises ``UsageRefused`` where no space
    or no single learner is declared, ``SettingsRefused`` for a parameter it does not have, and ``ModelRefused`` where
    no settings could be answered.
    """
    _require_one_learner(definition)
    files, store = SearchFiles(ground.workspace), open_store(ground.workspace).pack()
    with ground.workspace.scratch("experiment", work="searching parameters") as draft:
        place = rows_place(ground.workspace, store)
        search = partial(_searched, definition, ground, store, place, workers)
        name = f"the search of {definition.name}"
        result, was_known = computed(name, search, ground, own_process=own_process)
        if not was_known:
            files.write(result)
        if result.run_id:
            return FinishedSearch(result, was_known)
        try:
            run_id = recorded_search(
                result, ground.settings, ground.workspace, draft, at=ground.at()
            )
        except RegularsError as refused:
            return FinishedSearch(result, was_known, str(refused))
        result = replace(result, run_id=run_id)
        files.write(result)
        return FinishedSearch(result, was_known)


def _require_one_learner(definition: ExperimentDefinition) -> None:
    learner = definition.learner
    if not definition.search.space:
        raise UsageRefused(
            expected=f"parameters to search in {definition.name}",
            found="none",
            remedy="Declare some: [search.space] with a line such as leaves = { low = 3, high = 63 }.",
        )
    if not learner.estimator and len(learner.rungs) != 1:
        raise UsageRefused(
            expected=f"one learner in {definition.name}, whose parameters are searched",
            found=f"{len(learner.rungs)} rungs and no estimator",
            remedy="Name it: learner.rungs with one name, or learner.estimator.",
        )


def _searched(
    definition: ExperimentDefinition,
    ground: ExperimentGround,
    store: Pack,
    place: Path,
    workers: int,
    progress: Progress,
) -> tuple[SearchResult, bool]:
    """The search of an experiment, and whether it was there."""
    begun, settings = time.perf_counter(), definition.search
    pack, files = stretch_of(store, definition.data), SearchFiles(ground.workspace)
    rows = rows_of(
        definition,
        pack,
        ground.settings.reasons,
        place,
        threads=ground.threads,
        progress=progress,
    )
    answers = answer_key(definition, rows, ground.folder)
    key = _key(definition, answers)
    known = files.known(definition.name)
    if known is not None and known.key == key and _is_enough(known, definition):
        return replace(known, definition=definition.as_dict()), True
    usual, rung_of = _learner(definition, rows, ground, progress)
    for one in settings.ranges:
        for value in one.examples:
            rung_of({one.name: value})
    tried = TriedRungs(
        rows,
        chance_levels(
            pack,
            rows.plan,
            rows.labelled.question,
            rows.splits.tests,
            rows.splits.horizon,
            threads=ground.threads,
        ),
        AnswerFiles(place / ANSWERS.format(answers)),
        rung_of,
        settings.figure,
        definition.learner.calibration,
        workers,
        ground.threads,
        progress,
    )
    study = ParameterStudy(files.tried(definition.name), key, settings)
    limit = 60.0 * settings.minutes
    most = settings.trials if not limit else len(study.tried) + 1_000_000
    tried.search(study, most, lambda: not limit or time.perf_counter() - begun < limit)
    best = study.best()
    if best is None:
        raise _nothing_answered(study.tried)
    return _summed_up(definition, tried, usual, study, best, key, store.digest, known, begun), False


def _learner(
    definition: ExperimentDefinition,
    rows: ExperimentRows,
    ground: ExperimentGround,
    progress: Progress,
) -> tuple[Rung, Callable[[Mapping[str, Any]], Rung]]:
    """The learner as it is without a search, and what gives it with parameters of one's own."""
    rungs = experiment_rungs(
        definition, rows, ground.folder, threads=ground.threads, progress=progress
    )
    usual, learner = rungs[-1], definition.learner
    said = dict(learner.parameters)
    if learner.estimator:
        names = chosen_features(rows, definition.features)
        return usual, lambda own: estimator_rung(
            replace(learner, parameters={**said, **own}), names, ground.folder
        )
    return usual, lambda own: with_parameters(usual, {**said, **own}, "search.space")


def _is_enough(known: SearchResult, definition: ExperimentDefinition) -> bool:
    """Whether as much was searched before as is asked for."""
    settings = definition.search
    if settings.minutes:
        return int(known.definition["search"]["minutes"]) >= settings.minutes
    return len(known.trials) >= settings.trials


def _summed_up(
    definition: ExperimentDefinition,
    tried: TriedRungs,
    usual: Rung,
    study: ParameterStudy,
    best: TriedParameters,
    key: str,
    store_digest: str,
    known: SearchResult | None,
    begun: float,
) -> SearchResult:
    rows, choosing = tried.rows, tried.rows.splits.choosing
    tried.progress("opening the reserved cutoff", 0, 1)
    without = [tried.value(USUAL, usual, split) for split in choosing]
    return SearchResult(
        name=definition.name,
        key=key,
        definition=definition.as_dict(),
        data={
            "digest": rows.digest,
            "store": store_digest,
            "rows": rows.dataset.rows,
            "customers": rows.dataset.customers,
            "features": list(usual.feature_names),
        },
        rung=usual.name,
        figure=definition.search.figure,
        choosing=[split.name for split in choosing],
        trials=study.tried,
        best=best,
        usual=math.fsum(without) / len(without),
        mattered=study.mattered(),
        opened=_opened(definition, tried, usual, best, known),
        seconds=round(time.perf_counter() - begun, 3),
    )


def _opened(
    definition: ExperimentDefinition,
    tried: TriedRungs,
    usual: Rung,
    best: TriedParameters,
    known: SearchResult | None,
) -> OpenedCutoff | None:
    """The best settings at the reserved cutoff, beside the learner without a search; None where none is reserved."""
    split = tried.rows.splits.reserved
    if split is None:
        return None
    test = split.test_rows(tried.rows.dataset)
    found = tried.probability(answers_of(best.parameters), tried.rung_of(best.parameters), split)
    paired = PairedAnswers(
        ("without", "with"),
        np.unique(test.vectors.customer_keys, return_inverse=True)[1],
        np.asarray(test.vectors.cutoff_seconds),
        np.asarray(test.outcomes),
        np.stack([tried.probability(USUAL, usual, split), found]),
    )
    differences = {
        one.figure: list(
            finite(
                {
                    "without": one.base_value,
                    "with": one.value,
                    "difference": one.difference,
                    "low": one.low,
                    "high": one.high,
                }
            ).values()
        )
        for one in figure_differences(paired, _NO_MONEY, resamples=definition.figures.resamples)
        if one.figure in OPENED_FIGURES
    }
    return OpenedCutoff(split.name, differences, _openings(tried, best, known, split.name))


def _openings(
    tried: TriedRungs, best: TriedParameters, known: SearchResult | None, cutoff: str
) -> int:
    """How often the cutoff was opened for this experiment on these rows; for the same settings again it is no other time."""
    before = None if known is None else known.opened
    if known is None or before is None or before.cutoff != cutoff:
        return 1
    if known.data["digest"] != tried.rows.digest:
        return 1
    is_same = dict(known.best.parameters) == dict(best.parameters)
    return before.openings + (not is_same)


def _key(definition: ExperimentDefinition, answers: str) -> str:
    """A name for all that the trials depend on; how many there are to be is no part of it."""
    said = definition.as_dict()["search"]
    asked = ["search", answers, *(said[name] for name in ("space", "figure", "batch", "seed"))]
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=16).hexdigest()


def _nothing_answered(tried: list[TriedParameters]) -> ModelRefused:
    said = next((one.said for one in tried if one.said), "")
    return ModelRefused(
        expected="settings that the learner answers every cutoff with",
        found=f"none of {len(tried)}; the first: {said}",
        remedy="Mend the estimator, or search between other values in [search.space].",
    )
