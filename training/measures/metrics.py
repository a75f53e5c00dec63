"""How good a score is: plain functions of outcomes (1.0 left, 0.0 stayed) and probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.learners.calibration import logit, sigmoid_line
from training.learners.sorted_scores import SortedScores
from training.measures.profit import expected_maximum_profit

BINS = 10


def auc(outcomes: Floats, scores: Floats) -> float:
    """The chance that a customer who left scored above one who stayed; a tie counts half.

    NaN when everybody left or everybody stayed.

    >>> auc(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.4, 0.4, 0.1]))
    0.875
    """
    return SortedScores.of(outcomes, scores).auc(np.ones(len(outcomes)))


def average_precision(outcomes: Floats, scores: Floats) -> float:
    """The area under precision and recall, summed step by step; ties are taken together.

    NaN when nobody left.

    >>> average_precision(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.5, 0.4])).__round__(4)
    0.8333
    """
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(outcomes, scores)) if outcomes.any() else math.nan


def lift(outcomes: Floats, scores: Floats, *, share: float = 0.1) -> float:
    """How many times the average the top share of customers leaves; ties at its edge share a place.

    >>> lift(np.array([1.0, 0.0, 0.0, 0.0]), np.array([4.0, 3.0, 2.0, 1.0]), share=0.25)
    4.0
    """
    rate = float(np.mean(outcomes)) if len(outcomes) else 0.0
    if rate == 0.0:
        return math.nan
    chosen = max(1, math.ceil(share * len(outcomes)))
    edge = np.partition(scores, len(scores) - chosen)[len(scores) - chosen]
    above, level = scores > edge, scores == edge
    places = chosen - int(above.sum())
    found = float(outcomes[above].sum()) + places * float(outcomes[level].mean())
    return found / chosen / rate


def log_losses(outcomes: Floats, probability: Floats) -> Floats:
    """The surprise at each outcome, in natural logarithms."""
    held = _short_of_certain(probability)
    losses: Floats = -np.where(outcomes > 0.5, np.log(held), np.log1p(-held))
    return losses


def log_loss(outcomes: Floats, probability: Floats) -> float:
    """The mean surprise at the outcomes; smaller is better."""
    from sklearn.metrics import log_loss as mean_log_loss

    return float(mean_log_loss(outcomes, _short_of_certain(probability), labels=[0.0, 1.0]))


def brier(outcomes: Floats, probability: Floats) -> float:
    """The mean squared distance between probability and outcome; smaller is better."""
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(outcomes, probability, pos_label=1.0))


def _short_of_certain(probability: Floats) -> Floats:
    """Probabilities that no outcome proves impossible, so that no surprise is without end."""
    return np.clip(probability, 1e-15, 1 - 1e-15)


@dataclass(frozen=True)
class ReliabilityBin:
    """Customers with alike probabilities: how many, what was expected and what was observed."""

    customers: int
    expected: float
    observed: float


def reliability(outcomes: Floats, probability: Floats, *, bins: int = BINS) -> list[ReliabilityBin]:
    """Customers in bins of equal size by rising probability; equal probabilities keep their order."""
    order = np.argsort(probability, kind="stable")
    return [
        ReliabilityBin(len(one), float(probability[one].mean()), float(outcomes[one].mean()))
        for one in np.array_split(order, min(bins, len(order)))
        if len(one)
    ]


def calibration_error(outcomes: Floats, probability: Floats, *, bins: int = BINS) -> float:
    """The mean distance between expected and observed over bins of equal size (ECE)."""
    found = reliability(outcomes, probability, bins=bins)
    return sum(one.customers * abs(one.expected - one.observed) for one in found) / len(outcomes)


def calibration_error_by_chance(
    probability: Floats, *, bins: int = BINS, draws: int = 200, seed: int = 1
) -> float:
    """The calibration error that right probabilities would stay below 19 times in 20, by chance alone.

    Few customers in a bin differ from any expectation; this says by how much.
    """
    generator = np.random.default_rng(seed)
    ordered = np.sort(probability)
    edges = np.cumsum([0, *(len(one) for one in np.array_split(ordered, min(bins, len(ordered))))])
    found = np.empty(draws)
    for draw in range(draws):
        surplus = (generator.random(len(ordered)) < ordered) - ordered
        found[draw] = np.abs(np.add.reduceat(surplus, edges[:-1])).sum() / len(ordered)
    return float(np.quantile(found, 0.95))


def observed_over_expected(outcomes: Floats, probability: Floats) -> float:
    """How many left for each one who was expected to; 1 is right."""
    return float(outcomes.sum() / probability.sum())


def calibration_slope(outcomes: Floats, probability: Floats) -> float:
    """The slope of outcomes on the log-odds (Cox 1958): below 1 the probabilities are too bold.

    NaN when all probabilities are the same.
    """
    log_odds = logit(np.clip(probability, 1e-12, 1 - 1e-12))
    if np.ptp(log_odds) < 1e-9:
        return math.nan
    return sigmoid_line(log_odds, outcomes)[0]


def measure(outcomes: Floats, probability: Floats) -> dict[str, float]:
    """All figures of one set of customers.

    ``empc`` and ``empc_share`` are the expected maximum profit a customer and the share contacted for
    it, at the published reference costs.
    """
    maximum = expected_maximum_profit(outcomes, probability)
    return {
        "auc": auc(outcomes, probability),
        "pr_auc": average_precision(outcomes, probability),
        "lift_10": lift(outcomes, probability),
        "log_loss": log_loss(outcomes, probability),
        "brier": brier(outcomes, probability),
        "ece": calibration_error(outcomes, probability),
        "observed_over_expected": observed_over_expected(outcomes, probability),
        "calibration_slope": calibration_slope(outcomes, probability),
        "empc": maximum.profit,
        "empc_share": maximum.share,
    }
