"""At every cutoff, in the order of time: fit on what was known there, choose by what was known there, answer there and later.

What is read and how far trees may go is settled by the rows known at the first cutoff. A rung is chosen as a training
chooses, by the cutoffs answered before whose outcome was known; at the first, where there is none, by what models that
had not seen the newest known outcomes said of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.trials.answers import TimedAnswer
from experiments.trials.rows import ExperimentRows
from experiments.trials.trial import LEARNED, Asking, tested_on
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.datasets.splits import OriginSplit, Splits, stated_origins
from training.ladder.choice import climbed
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.ladder.measured import MEASURES, measured_rungs
from training.ladder.rung import Rung
from training.ladder.seasons.levels import SeasonLevels
from training.ladder.tested import Tested
from training.learners.calibration import sigmoid

_HELD = "{} known before"
_LATER = "{} by the model of {}"

Answerer = Callable[[Vectors], Floats]


@dataclass(frozen=True)
class CutoffModel:
    """What a company would have had at one cutoff: the rung it would have chosen, and what that says there and later.

    ``answers`` are probabilities by the second of the cutoff they are asked at, its own the first. ``rule`` is the best
    of the rules that need no learning, chosen in the same way, and ``rule_answers`` what it says at its own cutoff.
    """

    split: OriginSplit
    rung: Rung
    answers: Mapping[int, Floats]
    rule: Rung
    rule_answers: Floats

    @property
    def seconds(self) -> int:
        """The second of its cutoff."""
        return seconds_of(self.split)


@dataclass(frozen=True)
class CutoffWalk:
    """The models of all cutoffs, the earliest first.

    ``failed`` says of rungs why they were given up, and ``unwalked`` which cutoffs the budget did not reach.
    ``cpu_seconds`` is the processor time of every fit and answer.
    """

    models: tuple[CutoffModel, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    unwalked: tuple[str, ...] = ()
    cpu_seconds: float = 0.0


def seconds_of(split: OriginSplit) -> int:
    """The second at which a test stands."""
    assert split.test is not None, "a test"
    return split.test.seconds


def walked_rows(rows: ExperimentRows, window_days: int) -> ExperimentRows:
    """The same rows with a test at every cutoff before which outcomes to learn from and to calibrate by were known.

    ``ModelRefused`` where there is none.
    """
    cutoffs, horizon = rows.splits.cutoffs, rows.splits.horizon
    splits = stated_origins(
        cutoffs, horizon, most=len(cutoffs), tests=len(cutoffs), window_days=window_days
    )
    if splits is None:
        raise ModelRefused(
            expected="three cutoffs or more, each with its outcome known before the next: one to learn from, one to "
            "calibrate by, and one to act at",
            found=f"{len(cutoffs)} whose outcomes take {horizon.days + horizon.gap_days} days",
            remedy="Ask for more in [cutoffs], or a shorter horizon_days in [churn]; or add older records.",
        )
    return replace(rows, labelled=replace(rows.labelled, splits=splits))


def known_at_first(rows: ExperimentRows) -> ExperimentRows:
    """The rows whose outcome was known at the first cutoff that is walked, and no other."""
    first = rows.splits.tests[-1]
    known = replace(rows.labelled, dataset=first.fit_rows(rows.dataset))
    return replace(rows, labelled=known)


def walk(
    rows: ExperimentRows, rungs: Sequence[Rung], seasons: SeasonLevels, asking: Asking
) -> CutoffWalk:
    """Walk all cutoffs of rows whose tests are those of ``walked_rows``; what was answered before is not asked again.

    A rung that cannot learn or answer at a cutoff is no choice from there on. Raises ``ModelRefused`` where none beside
    the first is left, and where the budget ends before the first cutoff.
    """
    steps = _Steps(rows, seasons, asking)
    splits = sorted(
        (one for one in rows.splits.tests if isinstance(one, OriginSplit)), key=seconds_of
    )
    models: list[CutoffModel] = []
    answered: list[Tested] = []
    left, failed = list(rungs), dict[str, ModelRefused]()
    begun, limit = asking.ticks(), asking.budget_seconds
    for place, split in enumerate(splits):
        if limit and asking.ticks() - begun >= limit:
            break
        asking.progress(f"walking {split.name}", place, len(splits))
        here: dict[str, Floats] = {}
        held: list[Tested] = []
        for rung in tuple(left):
            try:
                here[rung.name], at_held = steps.fitted(rung, split)
            except ModelRefused as refused:
                failed[rung.name] = refused
                left.remove(rung)
                continue
            held.append(at_held)
        if len(left) < min(2, len(rungs)):
            raise next(iter(failed.values()))
        known = known_by(split, answered, rows.splits) or held
        rung = chosen_rung(left, known)
        rule = chosen_rung([one for one in left if one.is_rule] or left[:1], known)
        later = {seconds_of(one): steps.later(rung, split, one) for one in splits[place + 1 :]}
        answers = {seconds_of(split): here[rung.name]} | later
        models.append(CutoffModel(split, rung, answers, rule, here[rule.name]))
        test = split.test_rows(rows.dataset)
        answered += [tested_on(one.name, split.name, test, here[one.name]) for one in left]
    if not models:
        raise _nothing_in_budget(limit)
    return CutoffWalk(
        tuple(models),
        {name: str(refused) for name, refused in failed.items()},
        tuple(one.name for one in splits[len(models) :]),
        steps.cpu_seconds,
    )


def chosen_rung(rungs: Sequence[Rung], known: Sequence[Tested]) -> Rung:
    """The rung a training would take by what all of these answered at the tests of ``known``."""
    names = [one.name for one in rungs]
    tests = list(dict.fromkeys(one.test for one in known))
    measured = measured_rungs([one for one in known if one.rung in names], rungs)
    return climbed(rungs, {one.rung.name: one.replicates(tests) for one in measured}, MEASURES)


def known_by(split: OriginSplit, answered: Sequence[Tested], splits: Splits) -> list[Tested]:
    """What was answered at tests whose outcomes were known where a split stands."""
    ends = {
        one.name: splits.horizon.end(one.test)
        for one in splits.tests
        if isinstance(one, OriginSplit) and one.test is not None
    }
    here = seconds_of(split)
    return [one for one in answered if ends[one.test].seconds <= here]


class _Steps:
    """Fits and answers, each kept as soon as it is known."""

    def __init__(self, rows: ExperimentRows, seasons: SeasonLevels, asking: Asking) -> None:
        self._rows, self._seasons, self._asking = rows, seasons, asking
        self._fitted = FittedModels(threads=asking.threads)
        self.cpu_seconds = 0.0

    def fitted(self, rung: Rung, split: OriginSplit) -> tuple[Floats, Tested]:
        """What a rung fitted for a cutoff says there, and what its predecessor had said of the newest known outcomes."""
        test = split.test_rows(self._rows.dataset).vectors
        here = self._answered(split.name, rung, lambda: self._model(rung, split)(test))
        held = self._answered(_HELD.format(split.name), rung, lambda: self._of_held(rung, split))
        newest = split.calibration_rows(self._rows.dataset)
        return here, tested_on(rung.name, str(split.calibration), newest, held)

    def later(self, rung: Rung, split: OriginSplit, later: OriginSplit) -> Floats:
        """What the model of one cutoff says at a later one, at the level it had learned."""
        rows = later.test_rows(self._rows.dataset).vectors
        name = _LATER.format(later.name, split.name)
        return self._answered(name, rung, lambda: self._model(rung, split)(rows))

    def _model(self, rung: Rung, split: OriginSplit) -> Answerer:
        dataset = self._rows.dataset
        if self._asking.calibration != LEARNED:
            plain = self._fitted.of(rung, split.fit_rows(dataset))
            return lambda vectors: sigmoid(plain.score(vectors))
        over = self._seasons.over_newest(split)
        found = fit_and_calibrate(rung, dataset, split, fitted=self._fitted, over_newest=over)
        return lambda vectors: found.curve.apply(found.model.score(vectors))

    def _of_held(self, rung: Rung, split: OriginSplit) -> Floats:
        [lesson] = split.lessons(self._rows.dataset)
        return sigmoid(self._fitted.of(rung, lesson.fit).score(lesson.held.vectors))

    def _answered(self, name: str, rung: Rung, asked: Callable[[], Floats]) -> Floats:
        found = self._asking.files.read(name, rung.name)
        if found is None:
            begun = time.process_time()
            found = TimedAnswer(asked(), time.process_time() - begun)
            self._asking.files.write(name, rung.name, found)
        self.cpu_seconds += found.cpu_seconds
        return found.probability


def _nothing_in_budget(seconds: float) -> ModelRefused:
    return ModelRefused(
        expected=f"a first cutoff to be walked within {seconds / 60:.0f} minutes (budget.minutes)",
        found="none",
        remedy="Run it again: it goes on where it stopped. Or raise budget.minutes.",
    )
