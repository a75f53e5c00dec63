"""Which learner is taken: the one that finds the persuadable best among customers it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress, silent
from training.families.offers.uplift.effect import Effect
from training.families.offers.uplift.experiment import FOLDS, Experiment
from training.families.offers.uplift.learners import LEARNERS, Learn
from training.families.offers.uplift.qini import qini

ROUNDS = 3
TARGET_SHARE = 0.3
LEAST_STABILITY = 0.5
"""A target set of which fewer stay when the same customers are learned from anew is an accident."""
TIE_ERRORS = 0.5
"""Learners whose Qini is nearer to the best than half the standard error of the difference are its equals."""
_RESAMPLES, _SEED = 40, 20_071_001


@dataclass(frozen=True)
class EffectCandidate:
    """A learner: its mean Qini over rounds, and how much of its target set stays from round to round (Jaccard)."""

    name: str
    qini: float
    stability: float
    scores: Floats
    """What was said of each customer by models that have not seen them, in the last round."""


@dataclass(frozen=True)
class Chosen:
    """The learner taken, fitted on everybody, beside all that stood for choice."""

    effect: Effect
    candidates: tuple[EffectCandidate, ...]

    @property
    def winner(self) -> EffectCandidate:
        """The candidate that was taken."""
        return next(one for one in self.candidates if one.name == self.effect.name)


def choose(
    experiment: Experiment,
    learners: Mapping[str, Learn] = LEARNERS,
    *,
    progress: Progress = silent,
) -> Chosen:
    """Cross-fit every learner three times over three folds, and fit the best one on everybody.

    Of those whose target set is stable the one with the highest mean Qini; of its equals the simplest, as they
    are listed.
    """
    said: dict[str, list[Floats]] = {name: [] for name in learners}
    steps = ROUNDS * len(learners)
    for number in range(ROUNDS):
        # One round after another, because each holds its own copy of the customers.
        dealt = Round(experiment, number)
        for done, (name, learn) in enumerate(learners.items()):
            progress("choosing how to tell an effect", number * len(learners) + done, steps)
            said[name].append(dealt.out_of_fold(learn))
    progress("choosing how to tell an effect", steps, steps)
    candidates = [
        EffectCandidate(
            name,
            float(np.mean([_qini(experiment, one) for one in scores])),
            _stability(scores),
            scores[-1],
        )
        for name, scores in said.items()
    ]
    stable = [one for one in candidates if one.stability >= LEAST_STABILITY] or candidates
    best = max(stable, key=lambda one: one.qini)
    errors = _errors(experiment, best, stable)
    winner = next(
        one
        for one, error in zip(stable, errors, strict=True)
        if one.qini >= best.qini - TIE_ERRORS * error
    )
    return Chosen(learners[winner.name](experiment), tuple(candidates))


def _errors(
    experiment: Experiment, best: EffectCandidate, others: Sequence[EffectCandidate]
) -> Floats:
    """The standard error of how much better the best is than each, by resampling customers."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    rows = len(best.scores)
    lost = np.empty((_RESAMPLES, len(others)))
    for draw in lost:
        some = random.integers(0, rows, rows)
        drawn = experiment.select(some)
        top = _qini(drawn, best.scores[some])
        draw[:] = [top - _qini(drawn, one.scores[some]) for one in others]
    return np.asarray(lost.std(axis=0))


class Round:
    """An experiment dealt into folds once, so that every learner learns from the same others."""

    def __init__(self, experiment: Experiment, number: int) -> None:
        fold = experiment.folds(number)
        self._held = [fold == one for one in range(FOLDS)]
        self._others = [experiment.select(~held) for held in self._held]
        self._asked = [experiment.vectors.select(held) for held in self._held]

    def out_of_fold(self, learn: Learn) -> Floats:
        """What is said of each customer by a model that has not seen them."""
        scores = np.zeros(len(self._held[0]))
        for held, others, asked in zip(self._held, self._others, self._asked, strict=True):
            scores[held] = learn(others).score(asked)
        return scores


def _qini(experiment: Experiment, scores: Floats) -> float:
    return qini(experiment.outcomes, scores, experiment.treated, experiment.weights)


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
