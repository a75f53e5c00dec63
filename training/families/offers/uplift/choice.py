"""Which ways are taken: those whose decisions bring most among customers they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress, silent
from training.families.offers.uplift.experiment import FOLDS, Experiment
from training.families.offers.uplift.learners import LEARNERS, Learn, learned
from training.families.offers.uplift.pair import Pair, effect_of
from training.families.offers.uplift.qini import qini
from training.families.offers.uplift.stakes import Stakes

ROUNDS = 3
TARGET_SHARE = 0.3
LEAST_STABILITY = 0.5
"""A target set of which fewer stay when the same customers are learned from anew is an accident."""
TIE_ERRORS = 0.5
"""Learners that are nearer to the best than half the standard error of the difference are its equals."""
_RESAMPLES, _SEED = 40, 20_071_001


@dataclass(frozen=True)
class PairCandidate:
    """A learner over all rounds: its mean gain and Qini, and how much of its target set stays from round to round (Jaccard).

    ``gain`` is what ``Stakes`` say its decisions bring, the Qini where nothing is at stake. ``log_odds`` is what was said of each
    customer by models that have not seen them, in the last round.
    """

    name: str
    gain: float
    qini: float
    stability: float
    log_odds: tuple[Floats, Floats]


@dataclass(frozen=True)
class Chosen:
    """The ways that are as good as the best, their mean fitted on everybody, beside all that stood for choice."""

    names: tuple[str, ...]
    pair: Pair
    candidates: tuple[PairCandidate, ...]

    @property
    def log_odds(self) -> tuple[Floats, Floats]:
        """What their mean said of each customer by models that have not seen them."""
        taken = [one.log_odds for one in self.candidates if one.name in self.names]
        without, shown = (np.mean(arm, axis=0) for arm in zip(*taken, strict=True))
        return np.asarray(without), np.asarray(shown)


def choose(
    experiment: Experiment,
    *,
    stakes: Stakes | None = None,
    progress: Progress = silent,
) -> Chosen:
    """Cross-fit every learner three times over three folds, and fit what is best on everybody.

    Of those whose target set is stable the one whose decisions bring most at these ``stakes``, or whose Qini is highest where
    there are none; where others are its equals, the mean of them all.
    """
    said: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in LEARNERS}
    steps = ROUNDS * len(LEARNERS)
    for number in range(ROUNDS):
        # One round after another, because each holds its own copy of the customers.
        dealt = Round(experiment, number)
        for done, (name, learn) in enumerate(LEARNERS.items()):
            progress("choosing how to tell an effect", number * len(LEARNERS) + done, steps)
            said[name].append(dealt.out_of_fold(learn))
    progress("choosing how to tell an effect", steps, steps)
    candidates = [
        PairCandidate(
            name,
            float(np.mean([_gain(experiment, one, stakes) for one in rounds])),
            float(np.mean([_qini(experiment, effect_of(one)) for one in rounds])),
            _stability([effect_of(one) for one in rounds]),
            rounds[-1],
        )
        for name, rounds in said.items()
    ]
    stable = [one for one in candidates if one.stability >= LEAST_STABILITY] or candidates
    best = max(stable, key=lambda one: one.gain)
    errors = _errors(experiment, best, stable, stakes)
    names = tuple(
        one.name
        for one, error in zip(stable, errors, strict=True)
        if one.gain >= best.gain - TIE_ERRORS * error
    )
    return Chosen(names, learned(names, experiment), tuple(candidates))


def _errors(
    experiment: Experiment,
    best: PairCandidate,
    others: Sequence[PairCandidate],
    stakes: Stakes | None = None,
) -> Floats:
    """The standard error of how much better the best is than each, by resampling customers."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    rows = experiment.dataset.rows
    lost = np.empty((_RESAMPLES, len(others)))
    for draw in lost:
        some = random.integers(0, rows, rows)
        drawn = experiment.select(some)
        at_stake = None if stakes is None else stakes.select(some)
        top = _gain(drawn, _of(best, some), at_stake)
        draw[:] = [top - _gain(drawn, _of(one, some), at_stake) for one in others]
    return np.asarray(lost.std(axis=0))


def _of(candidate: PairCandidate, some: NDArray[np.integer]) -> tuple[Floats, Floats]:
    without, shown = candidate.log_odds
    return without[some], shown[some]


class Round:
    """An experiment dealt into folds once, so that every learner learns from the same others."""

    def __init__(self, experiment: Experiment, number: int) -> None:
        fold = experiment.folds(number)
        self._held = [fold == one for one in range(FOLDS)]
        self._others = [experiment.select(~held) for held in self._held]
        self._asked = [experiment.vectors.select(held) for held in self._held]

    def out_of_fold(self, learn: Learn) -> tuple[Floats, Floats]:
        """The log-odds of each customer in either arm, by a model that has not seen them."""
        found = np.zeros((2, len(self._held[0])))
        for held, others, asked in zip(self._held, self._others, self._asked, strict=True):
            found[:, held] = learn(others).log_odds(asked)
        return found[0], found[1]


def _gain(experiment: Experiment, log_odds: tuple[Floats, Floats], stakes: Stakes | None) -> float:
    if stakes is None:
        return _qini(experiment, effect_of(log_odds))
    return stakes.gain_cents(experiment, log_odds)


def _qini(experiment: Experiment, effects: Floats) -> float:
    return qini(experiment.outcomes, effects, experiment.treated, experiment.weights)


def _stability(rounds: list[Floats]) -> float:
    """The mean share two rounds' target sets have in common, ties by the customer's place."""
    most = max(1, round(TARGET_SHARE * len(rounds[0])))
    targets = [set(np.argsort(-scores, kind="stable")[:most].tolist()) for scores in rounds]
    shares = [
        len(one & other) / len(one | other)
        for at, one in enumerate(targets)
        for other in targets[at + 1 :]
    ]
    return float(np.mean(shares))
