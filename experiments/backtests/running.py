"""From a definition to a back-test on record: rows, models at every cutoff, figures, plots, MLflow."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from experiments.backtests.measured import longest_interval, measured_ages, measured_policies
from experiments.backtests.money import declared_terms
from experiments.backtests.plots import backtest_plots
from experiments.backtests.recording import recorded_backtest
from experiments.backtests.result import (
    COUNTED,
    DECLARED_VALUE,
    SPENT_VALUE,
    Backtest,
    BacktestFiles,
)
from experiments.backtests.walking import CutoffWalk, known_at_first, walk, walked_rows
from experiments.declared.definition import ExperimentDefinition
from experiments.trials.answers import AnswerFiles
from experiments.trials.rows import ExperimentRows, rows_of
from experiments.trials.rungs import chosen_features, experiment_rungs
from experiments.trials.running import (
    ANSWERS,
    ExperimentGround,
    answer_key,
    computed,
    no_more_threads_than,
    rows_place,
)
from experiments.trials.stretch import stretch_of
from experiments.trials.summing_up import contact_of
from experiments.trials.trial import Asking
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress
from training.ladder.seasons.levels import chance_levels


@dataclass(frozen=True)
class FinishedBacktest:
    """What came of a back-test, its plots, whether it was known before, and why it is not in MLflow, where it is not."""

    result: Backtest
    plots: Mapping[str, Path]
    was_known: bool = False
    not_sent: str = ""


def run_backtest(
    definition: ExperimentDefinition, ground: ExperimentGround, *, own_process: bool = False
) -> FinishedBacktest:
    """Walk all cutoffs of an experiment, from where an earlier walk stopped, and put what came of it on record.

    With ``own_process`` all fitting is done in a child, whose death is a ``ModelRefused``. Raises ``ModelRefused`` where
    there are not three cutoffs, and ``WorkspaceRefused`` without ingested data and while another experiment runs.
    """
    files, store = BacktestFiles(ground.workspace), open_store(ground.workspace).pack()
    with ground.workspace.scratch("experiment", work="walking an experiment's cutoffs") as draft:
        place = rows_place(ground.workspace, store)
        answer = partial(_walked, definition, ground, store, place)
        name = f"the back-test of {definition.name}"
        result, was_known = computed(name, answer, ground, own_process=own_process)
        plots = backtest_plots(result, ground.settings.company.currency)
        if not was_known:
            files.write(result, plots)
        not_sent = ""
        if not result.run_id and result.is_complete:
            try:
                run_id = recorded_backtest(
                    result, plots, ground.settings, ground.workspace, draft, at=ground.at()
                )
                result = replace(result, run_id=run_id)
                files.write(result, plots)
            except RegularsError as refused:
                not_sent = str(refused)
        named = {name: files.folder / f"{result.name}-{name}" for name in plots}
        return FinishedBacktest(result, named, was_known, not_sent)


def _walked(
    definition: ExperimentDefinition,
    ground: ExperimentGround,
    store: Pack,
    place: Path,
    progress: Progress,
) -> tuple[Backtest, bool]:
    """The back-test of an experiment, and whether it was there."""
    begun, threads = time.perf_counter(), ground.threads
    pack = stretch_of(store, definition.data)
    found = rows_of(
        definition, pack, ground.settings.reasons, place, threads=threads, progress=progress
    )
    rows = walked_rows(found, definition.cutoffs.fit_window_days)
    answers = answer_key(definition, rows, ground.folder)
    key = _key(definition, answers)
    known = BacktestFiles(ground.workspace).known(definition.name)
    if known is not None and known.key == key and known.is_complete:
        return replace(known, definition=definition.as_dict()), True
    asking = Asking(
        AnswerFiles(place / ANSWERS.format(answers)),
        definition.learner.calibration,
        threads,
        60.0 * definition.budget.minutes,
        progress,
    )
    with no_more_threads_than(threads):
        walked, features = walk_cutoffs(definition, ground.folder, rows, asking)
    return _summed_up(definition, rows, walked, features, key, store.digest, begun), False


def walk_cutoffs(
    definition: ExperimentDefinition, folder: Path, rows: ExperimentRows, asking: Asking
) -> tuple[CutoffWalk, tuple[str, ...]]:
    """The models of all cutoffs, and the features they may read."""
    first = known_at_first(rows)
    rungs = experiment_rungs(
        definition, first, folder, threads=asking.threads, progress=asking.progress
    )
    seasons = chance_levels(
        rows.pack,
        rows.plan,
        rows.labelled.question,
        rows.splits.tests,
        rows.splits.horizon,
        threads=asking.threads,
    )
    return walk(rows, rungs, seasons, asking), chosen_features(first, definition.features)


def _summed_up(
    definition: ExperimentDefinition,
    rows: ExperimentRows,
    walked: CutoffWalk,
    features: tuple[str, ...],
    key: str,
    store_digest: str,
    begun: float,
) -> Backtest:
    terms = declared_terms(definition, rows, walked)
    times = definition.figures.resamples
    cutoffs, policies = measured_policies(rows, walked, terms, times)
    contact, dataset = contact_of(definition), rows.dataset
    value = DECLARED_VALUE if definition.campaign.kept_value_cents else SPENT_VALUE
    return Backtest(
        name=definition.name,
        key=key,
        definition=definition.as_dict(),
        data={
            "digest": rows.digest,
            "store": store_digest,
            "until": str(end_of_data(rows.pack)),
            "rows": dataset.rows,
            "customers": dataset.customers,
            "asked": rows.labelled.question.said,
        },
        features=features,
        cutoffs=cutoffs,
        policies=policies,
        ages=measured_ages(rows, walked, terms, times),
        refit_every=longest_interval(policies),
        contact="" if contact is None else contact.name,
        costs=asdict(terms.costs),
        said=COUNTED.format(value=value) if terms.costs.value else "",
        failed=dict(walked.failed),
        unwalked=walked.unwalked,
        seconds=round(time.perf_counter() - begun, 3),
        cpu_seconds=round(walked.cpu_seconds, 3),
    )


def _key(definition: ExperimentDefinition, answers: str) -> str:
    """A name for all that a back-test depends on: the answers, and how they are judged and paid."""
    said = definition.as_dict()
    asked = ["backtest", answers, said["campaign"], said["actions"], said["figures"]]
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=16).hexdigest()
