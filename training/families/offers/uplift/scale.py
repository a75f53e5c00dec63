"""Both chances brought to their level and the effect to its size, with intervals, and the four kinds of customers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.pair import LogOddsParts, effect_of
from training.families.offers.uplift.qini import Tenth, tenths
from training.learners.calibration import logit, sigmoid
from training.learners.columns import Columns
from training.learners.logistic import signed_log

PERSUADABLE, SURE_THING, LOST_CAUSE, DO_NOT_DISTURB = KINDS = (
    "persuadable",
    "sure thing",
    "lost cause",
    "do not disturb",
)
_SLOPE_SPREAD, _EFFECT_SLOPE_SPREAD = 0.05, 0.5
"""How far from 1 the slopes are expected: models not seen before are nearly right in level, and less so in effect."""
_TERM_SPREAD, _EFFECT_TERM_SPREAD = 0.3, 0.2
"""How much a standard deviation of a term is expected to change, in log-odds."""
_FREE = 1e-6
_STEPS = 25


@dataclass(frozen=True)
class PairScale:
    """A logistic line from a pair's log-odds and a few terms of the offer to both chances, and what was seen of every tenth.

    With ``m`` the mean of a pair's log-odds and ``d`` their difference, the log-odds are
    ``level + slope (m - middle) + terms·t ± (effect_level + effect_slope (d - effect_middle) + effect_terms·t) / 2``, where
    ``t`` are the standardised logarithms of the terms: how strong the offer is, and for whom.
    """

    columns: Columns
    centre: Floats
    spread: Floats
    level: float
    slope: float
    middle: float
    effect_level: float
    effect_slope: float
    effect_middle: float
    terms: Floats
    effect_terms: Floats
    tenths: tuple[Tenth, ...] = ()

    @classmethod
    def learn(
        cls, experiment: Experiment, log_odds: tuple[Floats, Floats], terms: Sequence[str] = ()
    ) -> Self:
        """From log-odds of models that had not seen the customers, held to what is expected beforehand.

        A ridge in the shape of a prior: the fewer acted, the nearer slopes are to 1 and terms to nothing.
        """
        columns = Columns.learn(experiment.vectors, terms)
        logs = _logs(columns, experiment.vectors)
        centre = np.where(np.isnan(logs).all(axis=0), 0.0, _mean_of_known(logs))
        spread = np.maximum(np.nan_to_num(np.where(np.isnan(logs), centre, logs).std(axis=0)), 1e-9)
        middle, away = _middle_and_difference(log_odds)
        means = float(middle.mean()), float(away.mean())
        standard = np.where(np.isnan(logs), 0.0, (logs - centre) / spread)
        arm = np.where(experiment.treated, 0.5, -0.5)
        rows = np.column_stack(
            [np.ones(len(arm)), middle - means[0], arm, arm * (away - means[1]), standard, arm[:, None] * standard]
        )  # fmt: skip
        count = len(columns.names)
        expected = np.r_[0.0, 1.0, 0.0, 1.0, np.zeros(2 * count)]
        precision = np.r_[
            _FREE,
            _SLOPE_SPREAD**-2,
            _FREE,
            _EFFECT_SLOPE_SPREAD**-2,
            np.full(count, _TERM_SPREAD**-2),
            np.full(count, _EFFECT_TERM_SPREAD**-2),
        ]
        found = _fitted(rows, experiment.outcomes, expected, precision)
        rounded = [float(f"{one:.10g}") for one in found]
        made = cls(
            columns,
            centre,
            spread,
            level=rounded[0],
            slope=rounded[1],
            middle=means[0],
            effect_level=rounded[2],
            effect_slope=rounded[3],
            effect_middle=means[1],
            terms=np.array(rounded[4 : 4 + count]),
            effect_terms=np.array(rounded[4 + count :]),
        )
        effects = effect_of(made.brought(experiment.vectors, log_odds))
        seen = tenths(experiment.outcomes, effects, experiment.treated, experiment.weights)
        return cls(**{**vars(made), "tenths": tuple(seen)})

    def brought(self, vectors: Vectors, log_odds: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """The log-odds to act without the offer and with it, at their level."""
        middle, away = _middle_and_difference(log_odds)
        standard = self._standard(vectors)
        level = self.level + self.slope * (middle - self.middle) + _added(standard, self.terms)
        effect = self.effect_level + self.effect_slope * (away - self.effect_middle)
        half = (effect + _added(standard, self.effect_terms)) / 2
        return level - half, level + half

    def contributions(
        self, vectors: Vectors, parts: tuple[LogOddsParts, LogOddsParts]
    ) -> LogOddsParts:
        """What the log-odds with the offer are made of, from what those of the pair are made of."""
        without, shown = parts
        half, share = self.slope / 2, self.effect_slope / 2
        made = without * (half - share) + shown * (half + share)
        constant = (
            self.level - self.slope * self.middle
            + (self.effect_level - self.effect_slope * self.effect_middle) / 2
        )  # fmt: skip
        pushes = made.pushes.copy()
        added = self._standard(vectors) * (self.terms + self.effect_terms / 2)
        for place, column in zip(
            self.columns.positions(vectors.feature_names), added.T, strict=True
        ):
            pushes[:, place] += column
        return LogOddsParts(made.base + constant, pushes)

    def interval(self, effects: Floats) -> tuple[Floats, Floats]:
        """The 95 % interval of the effect seen among customers alike, moved to each customer's own effect."""
        middle = np.array([one.expected for one in self.tenths])[::-1]
        half = np.array([(one.high - one.low) / 2 for one in self.tenths])[::-1]
        wide = np.interp(effects, middle, half)
        return effects - wide, effects + wide

    def to_bytes(self) -> bytes:
        """The scale as JSON."""
        content: dict[str, Any] = {
            name: one.tolist() if isinstance(one, np.ndarray) else one
            for name, one in vars(self).items()
            if name not in ("columns", "tenths")
        }
        content["columns"] = self.columns.as_dict()
        content["tenths"] = [asdict(one) for one in self.tenths]
        return json.dumps(content).encode()

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The scale read back."""
        read: dict[str, Any] = {
            name: np.array(one, np.float64) if isinstance(one, list) else one
            for name, one in content.items()
            if name not in ("columns", "tenths")
        }
        seen = tuple(Tenth(**one) for one in content["tenths"])
        return cls(Columns.from_dict(content["columns"]), tenths=seen, **read)

    def _standard(self, vectors: Vectors) -> Floats:
        logs = _logs(self.columns, vectors)
        return np.where(np.isnan(logs), 0.0, (logs - self.centre) / self.spread)


def kinds(
    low: Floats, high: Floats, without: Floats, usual: float, break_even: Floats | float = 0.0
) -> NDArray[np.str_]:
    """What kind each customer is: by the interval of the effect, and the chance to act without the offer.

    Who is likelier to act for it, by more than what pays the contact and the reward (``break_even``), is persuadable; who is
    less likely must not be disturbed; of the others who acts anyway as often as usual is a sure thing.
    """
    found = np.where(without >= usual, SURE_THING, LOST_CAUSE)
    found = np.where((low > 0) & (low > break_even), PERSUADABLE, found)
    return np.where(high < 0, DO_NOT_DISTURB, found)


def _middle_and_difference(log_odds: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    without, shown = log_odds
    return (without + shown) / 2, shown - without


def _logs(columns: Columns, vectors: Vectors) -> Floats:
    prepared = columns.prepare(vectors.values, columns.positions(vectors.feature_names))
    return signed_log(prepared)


def _mean_of_known(logs: Floats) -> Floats:
    known = ~np.isnan(logs)
    return np.asarray(np.where(known, logs, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _added(standard: Floats, weights: Floats) -> Floats:
    """Column by column, so that a row alone is summed as among many."""
    total = np.zeros(len(standard))
    for column, weight in zip(standard.T, weights, strict=True):
        total += weight * column
    return total


def _fitted(rows: Floats, outcomes: Floats, expected: Floats, precision: Floats) -> Floats:
    """The likeliest coefficients of a logistic line under a normal prior, by Newton's steps."""
    rate = float(np.clip(outcomes.mean(), 1e-6, 1 - 1e-6))
    found = expected.copy()
    found[0] = float(logit(np.array([rate]))[0])
    for _ in range(_STEPS):
        chance = sigmoid(rows @ found)
        slope = rows.T @ (chance - outcomes) + precision * (found - expected)
        weighted = rows * (chance * (1 - chance))[:, None]
        step = np.linalg.solve(weighted.T @ rows + np.diag(precision), slope)
        # A long step from far away would overshoot where chances are nearly certain.
        found = found - np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-10:
            break
    return found
