"""Every rung of an experiment at every test; what was answered before a kill is not asked again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from experiments.trials.answers import AnswerFiles, TimedAnswer
from experiments.trials.reasons import reason_shares
from experiments.trials.rows import ExperimentRows
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.dataset import Dataset
from training.datasets.splits import Split
from training.ladder.choice import climbed
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.ladder.measured import MEASURES, MeasuredRung, measured_rungs
from training.ladder.rung import Rung
from training.ladder.seasons.levels import SeasonLevels
from training.ladder.tested import Tested
from training.learners.calibration import sigmoid
from training.measures.metrics import measure

LEARNED = "learned"


@dataclass(frozen=True)
class TestedRungs:
    """What the rungs of an experiment answered, and which of them a training would take.

    ``failed`` says of rungs why they have no answer, and ``unasked`` which were not begun because the budget was spent.
    ``cpu_seconds`` is what each took, fits and answers together; ``reasons`` has of each rung and test the share of every reason group in what
    moves the answers.
    """

    measured: tuple[MeasuredRung, ...]
    chosen: Rung
    failed: Mapping[str, str] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    cpu_seconds: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """How answers are asked for: with how many threads, calibrated or not, until when, and where they are kept."""

    files: AnswerFiles
    calibration: str = LEARNED
    threads: int = 1
    budget_seconds: float = 0.0
    progress: Progress = silent
    ticks: Callable[[], float] = time.perf_counter


def tested_rungs(
    rows: ExperimentRows, rungs: Sequence[Rung], seasons: SeasonLevels, asking: Asking
) -> TestedRungs:
    """Ask every rung at every test, and choose among those that have all answers as a training would.

    A rung that cannot learn or answer is left out and said; ``ModelRefused`` where no rung beside the first is left.
    """
    asked = _Asked(rows, seasons, asking, len(rows.splits.tests) * len(rungs))
    failed: dict[str, ModelRefused] = {}
    unasked: dict[str, None] = {}
    tested: list[Tested] = []
    for split in rows.splits.tests:
        for rung in rungs:
            if rung.name in failed or rung.name in unasked:
                asked.skip()
                continue
            try:
                answer = asked.answer(rung, split)
            except ModelRefused as refused:
                failed[rung.name] = refused
                continue
            if answer is None:
                unasked[rung.name] = None
            else:
                test = split.test_rows(rows.dataset)
                tested.append(tested_on(rung.name, split.name, test, answer.probability))
    complete = [one for one in rungs if one.name not in failed and one.name not in unasked]
    if failed and len(complete) < 2:
        raise next(iter(failed.values()))
    if not complete:
        raise _nothing_in_budget(asking.budget_seconds)
    measured = measured_rungs(
        [one for one in tested if one.rung in {r.name for r in complete}], complete
    )
    choosing = [split.name for split in rows.splits.choosing]
    replicates = {one.rung.name: one.replicates(choosing) for one in measured}
    return TestedRungs(
        tuple(measured),
        climbed(complete, replicates, MEASURES),
        {name: str(refused) for name, refused in failed.items()},
        tuple(unasked),
        asked.cpu_seconds,
        asked.reasons,
    )


class _Asked:
    """Rungs asked one after the other, with what is left to be done told on the way."""

    def __init__(
        self, rows: ExperimentRows, seasons: SeasonLevels, asking: Asking, total: int
    ) -> None:
        self._rows, self._seasons, self._asking, self._total = rows, seasons, asking, total
        self._fitted = FittedModels(threads=asking.threads)
        self._begun, self._done, self._answered = asking.ticks(), 0, 0
        self.cpu_seconds: dict[str, float] = {}
        self.reasons: dict[str, dict[str, Mapping[str, float]]] = {}

    def skip(self) -> None:
        """A rung that is not asked at this test."""
        self._done += 1

    def answer(self, rung: Rung, split: Split) -> TimedAnswer | None:
        """What was answered before, or is now; None where the budget is spent."""
        self._asking.progress(self._step(rung, split), self._done, self._total)
        self._done += 1
        found = self._asking.files.read(split.name, rung.name)
        if found is None:
            budget = self._asking.budget_seconds
            if budget and self._spent() >= budget:
                return None
            found = self._anew(rung, split)
            self._asking.files.write(split.name, rung.name, found)
            self._answered += 1
        self.cpu_seconds[rung.name] = self.cpu_seconds.get(rung.name, 0.0) + found.cpu_seconds
        self.reasons.setdefault(rung.name, {})[split.name] = found.reasons
        return found

    def _anew(self, rung: Rung, split: Split) -> TimedAnswer:
        dataset, begun = self._rows.dataset, time.process_time()
        vectors = split.test_rows(dataset).vectors
        if self._asking.calibration == LEARNED:
            model = fit_and_calibrate(
                rung,
                dataset,
                split,
                fitted=self._fitted,
                over_newest=self._seasons.over_newest(split),
            )
            learned, probability = model.model, model.curve.apply(model.model.score(vectors))
        else:
            learned = self._fitted.of(rung, split.fit_rows(dataset))
            probability = sigmoid(learned.score(vectors))
        plan = self._rows.plan
        group_of = {one.name: one.group for one in plan.features}
        reasons = reason_shares(learned, vectors, group_of, plan.groups)
        return TimedAnswer(probability, time.process_time() - begun, reasons)

    def _spent(self) -> float:
        return self._asking.ticks() - self._begun

    def _step(self, rung: Rung, split: Split) -> str:
        said = f"{rung.name} at {split.name} ({self._done + 1} of {self._total}"
        if not self._answered:
            return f"{said})"
        left = self._spent() / self._answered * (self._total - self._done)
        return f"{said}, about {_said(left)} left)"


def _said(seconds: float) -> str:
    """A stretch of time as one says it.

    >>> _said(42.0), _said(240.0)
    ('42 s', '4 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def tested_on(rung: str, test: str, rows: Dataset, probability: Floats) -> Tested:
    """What a rung answered of some rows, beside what came of them."""
    return Tested(
        rung,
        test,
        np.asarray(rows.vectors.customer_keys),
        np.asarray(rows.outcomes),
        probability,
        measure(rows.outcomes, probability),
        np.asarray(rows.vectors.cutoff_seconds),
    )


def _nothing_in_budget(seconds: float) -> ModelRefused:
    return ModelRefused(
        expected=f"a rung that answers every test within {seconds / 60:.0f} minutes (budget.minutes)",
        found="none",
        remedy="Run it again: it goes on where it stopped. Or raise budget.minutes.",
    )
