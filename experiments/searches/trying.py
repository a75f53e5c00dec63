"""Settings answered cutoff by cutoff: those of a batch beside one another, and those that fall behind no further."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from experiments.searches.studying import AskedParameters, ParameterStudy
from experiments.trials.answers import AnswerFiles, TimedAnswer
from experiments.trials.rows import ExperimentRows
from experiments.trials.running import no_more_threads_than
from experiments.trials.trial import LEARNED
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.splits import Split
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.ladder.rung import Rung
from training.ladder.seasons.levels import SeasonLevels
from training.learners.calibration import sigmoid
from training.measures.metrics import measure

USUAL = "usual"
"""Under this name lie the answers of the learner as it would be without a search."""


@dataclass(frozen=True)
class TriedRungs:
    """A learner with settings of one's own, answering at the cutoffs of some rows; every answer is kept as it comes.

    ``rung_of`` gives the learner with some parameters. ``workers`` answer beside one another, and share the ``threads``.
    """

    rows: ExperimentRows
    seasons: SeasonLevels
    files: AnswerFiles
    rung_of: Callable[[Mapping[str, Any]], Rung]
    figure: str
    calibration: str = LEARNED
    workers: int = 1
    threads: int = 1
    progress: Progress = silent

    @property
    def threads_each(self) -> int:
        """So many threads are left to one worker."""
        return max(1, self.threads // self.workers)

    def search(
        self, study: ParameterStudy, most: int, goes_on: Callable[[], bool] = lambda: True
    ) -> int:
        """Try settings until there are so many, batch by batch; how many there are then.

        ``goes_on`` is asked before every batch but the first.
        """
        done = len(study.tried)
        begun = False
        while done < most and (not begun or goes_on()):
            self.progress(f"trying settings {done + 1} and on", done, most)
            batch = study.next_batch(most)
            self.answer(batch)
            study.tell(batch)
            done, begun = done + len(batch), True
        return done

    def answer(self, batch: Sequence[AskedParameters]) -> None:
        """Answer a batch at one cutoff after the other, the latest first; a fault of some settings ends these alone."""
        splits = self.rows.splits.choosing
        fitted = {one.number: FittedModels(threads=self.threads_each) for one in batch}
        values: dict[int, list[float]] = {one.number: [] for one in batch}
        with ThreadPoolExecutor(self.workers) as workers, no_more_threads_than(self.threads_each):
            for place, split in enumerate(splits, start=1):
                left = [one for one in batch if not one.is_given_up and not one.said]
                said = workers.map(partial(self._value, split, fitted), left)
                # Who falls behind is decided in the order they were asked in, whoever was first to answer.
                for one, value in zip(left, said, strict=True):
                    if isinstance(value, str):
                        one.said = value
                        continue
                    values[one.number].append(value)
                    mean = math.fsum(values[one.number]) / place
                    one.answered(mean, is_last=place == len(splits))

    def probability(
        self, name: str, rung: Rung, split: Split, fitted: FittedModels | None = None
    ) -> Floats:
        """What a rung says of the rows of a test; asked once."""
        known = self.files.read(split.name, name)
        if known is None:
            models = fitted or FittedModels(threads=self.threads_each)
            with no_more_threads_than(self.threads_each):
                known = TimedAnswer(self._anew(rung, split, models), 0.0)
            self.files.write(split.name, name, known)
        return known.probability

    def value(self, name: str, rung: Rung, split: Split) -> float:
        """The figure of a rung at a test."""
        return self._figure(split, self.probability(name, rung, split))

    def _value(
        self, split: Split, fitted: Mapping[int, FittedModels], one: AskedParameters
    ) -> float | str:
        """The figure of some settings at a test, or in words why there is none."""
        try:
            rung = self.rung_of(one.parameters)
            name, models = answers_of(one.parameters), fitted[one.number]
            found = self._figure(split, self.probability(name, rung, split, models))
        except ModelRefused as refused:
            return str(refused)
        return found if math.isfinite(found) else f"no {self.figure} at {split.name}"

    def _figure(self, split: Split, probability: Floats) -> float:
        return float(measure(split.test_rows(self.rows.dataset).outcomes, probability)[self.figure])

    def _anew(self, rung: Rung, split: Split, fitted: FittedModels) -> Floats:
        vectors = split.test_rows(self.rows.dataset).vectors
        if self.calibration != LEARNED:
            return sigmoid(fitted.of(rung, split.fit_rows(self.rows.dataset)).score(vectors))
        model = fit_and_calibrate(
            rung,
            self.rows.dataset,
            split,
            fitted=fitted,
            over_newest=self.seasons.over_newest(split),
        )
        return model.curve.apply(model.model.score(vectors))


def answers_of(parameters: Mapping[str, Any]) -> str:
    """Under which name the answers of some settings lie."""
    return json.dumps(dict(parameters), sort_keys=True)
