"""What another policy would have brought, told from a log of what was shown at random: how much, and how sure.

A log says for each decision which actions could have been taken, with which chance, which one was, and what came of
it. From it the value of any policy that takes actions the log could have taken is estimated without showing anything to
anybody: by a model of the rewards (DM), by weighing what was seen (IPS, SNIPS), by both (DR, SNDR), and by both where
weights are small (Switch-DR). Dudík et al. (2011), Swaminathan and Joachims (2015), Wang, Agarwal and Dudík (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused

LEAST_EFFECTIVE = 200.0
"""Fewer decisions that count tell a value by luck."""
MOST_UNSUPPORTED = 0.01
"""So much of a policy may be actions the log could not have taken; of more nobody can know what they bring."""
RESAMPLES = 400
ESTIMATORS = "DM", "IPS", "SNIPS", "DR", "SNDR", "Switch-DR"
_TAIL, _SURE = 2.5, 1.96
_THRESHOLDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, np.inf)
_AT_ONCE = 50


@dataclass(frozen=True)
class Log:
    """Past decisions, one row each: the action taken, what it brought, and the chance each action had.

    ``chances`` has one column an action and its rows sum to 1, or is one number a row where only the chance of the action
    taken was written down. ``expected`` is what a model that has not seen these rows expects of each action; without one it
    is zero for those estimators that do not stand on it alone.
    """

    taken: NDArray[np.int64]
    rewards: Floats
    chances: Floats
    expected: Floats | None = None

    def __post_init__(self) -> None:
        rows = len(self.taken)
        shapes = {"rewards": self.rewards.shape[:1], "chances": self.chances.shape[:1]}
        if self.expected is not None:
            shapes["expected"] = self.expected.shape[:1]
            if self.has_every_chance and self.expected.shape != self.chances.shape:
                raise _refused("an expected reward for each action", f"{self.expected.shape}")
        for name, shape in shapes.items():
            if shape != (rows,):
                raise _refused(f"{rows} rows of {name}, one a decision", f"{shape[0]}")
        if not rows:
            raise _refused("a log of decisions", "an empty one")
        if self.has_every_chance:
            _require_chances("the log", self.chances)
        elif (wrong := np.flatnonzero(~(self.chances <= 1))).size:
            raise _refused(
                "chances of the log from 0 to 1",
                f"{len(wrong)} rows where they are not, the first is row {wrong[0]}",
            )
        impossible = np.flatnonzero(~(self.shown > 0))
        if len(impossible):
            raise _refused(
                "actions that could be taken",
                f"{len(impossible)} that had no chance, the first in row {impossible[0]}",
            )

    @property
    def shown(self) -> Floats:
        """The chance of the action that was taken."""
        if not self.has_every_chance:
            return self.chances
        return np.asarray(self.chances[np.arange(len(self.taken)), self.taken])

    @property
    def has_every_chance(self) -> bool:
        """Whether the chance of each action was written down, and not of the taken one alone."""
        return self.chances.ndim == 2


@dataclass(frozen=True)
class PolicyEstimate:
    """The value of a policy a decision, with the ends of its 95 % interval by resampling decisions."""

    value: float
    low: float
    high: float

    def holds(self, truth: float) -> bool:
        """Whether a value lies within the interval."""
        return self.low <= truth <= self.high


@dataclass(frozen=True)
class PolicyValue:
    """What a policy would have brought, by every estimator; by the model alone (DM) only where there is one.

    ``effective_decisions`` is how many equally weighted decisions the log is worth to this policy,
    ``largest_weight`` how much the one that counts most counts, ``unsupported`` the share of the policy
    that the log could not have taken, ``threshold`` the weight from which Switch-DR trusts the model alone. Where the log
    has the chance of the action taken alone, ``unsupported`` is what the mean weight lacks of 1.
    """

    estimates: Mapping[str, PolicyEstimate]
    effective_decisions: float
    largest_weight: float
    unsupported: float
    threshold: float


def policy_value(log: Log, policy: Floats, *, seed: int = 7) -> PolicyValue:
    """Estimate what a policy would have brought; ``policy`` has the chances of a log's actions, row by row.

    The same log, policy and seed give the same answer. Raises ``ModelRefused`` where the policy takes
    actions the log could not, where too few decisions count, and for chances that are none. The interval of DM counts what the
    model was seen to err by: it reaches as far as that of DR, so that a wrong model is not sure of itself.
    """
    _require_shape(log, policy)
    _require_chances("the policy", policy)
    weights = policy[np.arange(len(policy)), log.taken] / log.shown
    unsupported = _require_support(log, policy, weights)
    squares = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / squares if squares else 0.0
    if effective < LEAST_EFFECTIVE:
        raise _refused(
            f"at least {LEAST_EFFECTIVE:.0f} decisions that count",
            f"{effective:.0f} of {len(weights):,}",
            remedy="Bring a longer log, or judge a policy nearer to the one that was followed.",
        )
    expected = np.zeros_like(policy) if log.expected is None else log.expected
    modelled = (policy * expected).sum(axis=1)
    missed = log.rewards - expected[np.arange(len(policy)), log.taken]
    threshold = _best_threshold(weights, modelled, missed, policy, log)
    corrected = weights * missed
    # Every estimator is a mean over decisions, or a mean over the mean weight, whose influence is as linear.
    influences = {
        "DM": modelled,
        "IPS": weights * log.rewards,
        "SNIPS": _over(weights * log.rewards, weights),
        "DR": modelled + corrected,
        "SNDR": modelled + _over(corrected, weights),
        "Switch-DR": modelled + np.where(weights <= threshold, corrected, 0.0),
    }
    estimates = _estimates(influences, seed)
    alone, corrected_too = estimates.pop("DM"), estimates["DR"]
    if log.expected is not None:
        low, high = min(alone.low, corrected_too.low), max(alone.high, corrected_too.high)
        estimates = {"DM": PolicyEstimate(alone.value, low, high), **estimates}
    return PolicyValue(
        estimates,
        effective,
        float(weights.max()),
        unsupported,
        threshold,
    )


def _over(part: Floats, weights: Floats) -> Floats:
    """What each decision adds to a mean of ``part`` over the mean weight; their mean is that ratio."""
    mean = float(weights.mean())
    ratio = float(part.mean()) / mean
    return np.asarray(ratio + (part - ratio * weights) / mean)


def _estimates(influences: Mapping[str, Floats], seed: int) -> dict[str, PolicyEstimate]:
    """Means of what decisions add, with intervals by the bootstrap of their t (Hall 1992).

    Rewards are rare and weights large: a mean of such is skewed, and so is its error with it, which an interval
    by resampled means alone does not see and falls short of the truth for.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    columns = np.stack(list(influences.values()), axis=1)
    rows, means = len(columns), columns.mean(axis=0)
    errors = columns.std(axis=0) / rows**0.5
    away = columns - means
    both = np.concatenate([away, away**2], axis=1)
    resampled = []
    for _ in range(0, RESAMPLES, _AT_ONCE):
        drawn = random.multinomial(rows, np.full(rows, 1.0 / rows), size=_AT_ONCE)
        resampled.append(drawn @ both / rows)
    first, second = np.split(np.concatenate(resampled), 2, axis=1)
    error = np.sqrt(np.maximum(second - first**2, 0.0) / rows)
    scaled = np.divide(first, error, out=np.full_like(first, np.nan), where=error > 0)
    found = {}
    for at, name in enumerate(influences):
        known = scaled[~np.isnan(scaled[:, at]), at]
        low, high = np.percentile(known, [_TAIL, 100 - _TAIL]) if len(known) else (0.0, 0.0)
        found[name] = PolicyEstimate(
            float(means[at]),
            float(means[at] - high * errors[at]),
            float(means[at] - low * errors[at]),
        )
    return found


def _best_threshold(
    weights: Floats, modelled: Floats, missed: Floats, policy: Floats, log: Log
) -> float:
    """The weight with the least variance plus squared worst bias, as Wang et al. choose it.

    Trusting the model above it can be wrong by no more than the largest reward, times how often the policy
    takes actions whose weight is above it.
    """
    largest = float(np.abs(log.rewards).max())

    def above(threshold: float) -> float:
        """How often the policy takes actions of a larger weight."""
        if not log.has_every_chance:
            return float(np.where(weights > threshold, weights, 0.0).mean())
        ratios = np.divide(
            policy, log.chances, out=np.full_like(policy, np.inf), where=log.chances > 0
        )
        taken = np.where((policy > 0) & (ratios > threshold), policy, 0.0)
        return float(taken.sum(axis=1).mean())

    def risk(threshold: float) -> float:
        values = modelled + np.where(weights <= threshold, weights * missed, 0.0)
        return float(values.var() / len(values) + (largest * above(threshold)) ** 2)

    return min(_THRESHOLDS, key=risk)


def _require_shape(log: Log, policy: Floats) -> None:
    """A row a decision and a column an action; of chances of the action taken alone the policy tells how many there are."""
    if log.has_every_chance:
        if policy.shape != log.chances.shape:
            raise _refused(f"chances of shape {log.chances.shape}", f"shape {policy.shape}")
        return
    rows, most = len(log.taken), int(log.taken.max())
    if policy.ndim != 2 or len(policy) != rows or policy.shape[1] <= most:
        raise _refused(
            f"{rows} rows of chances of a policy, a column for each of {most + 1} actions or more",
            f"shape {policy.shape}",
        )
    if log.expected is not None and log.expected.shape != policy.shape:
        raise _refused(f"expected rewards of shape {policy.shape}", f"{log.expected.shape}")


def _require_support(log: Log, policy: Floats, weights: Floats) -> float:
    """The share of the policy that the log could not have taken; more than a little of it is refused.

    Where the chances of the other actions are not known, the mean weight tells it: it is the share of the policy that
    could have been taken, and is held against it where it lacks more than chance explains.
    """
    if log.has_every_chance:
        unsupported = surely = float(np.where(log.chances > 0, 0.0, policy).sum(axis=1).mean())
    else:
        unsupported = max(1.0 - float(weights.mean()), 0.0)
        surely = unsupported - _SURE * float(weights.std()) / len(weights) ** 0.5
    if surely > MOST_UNSUPPORTED:
        raise _refused(
            f"a policy that takes at most {MOST_UNSUPPORTED:.0%} other actions than the log could",
            f"{unsupported:.1%}",
            remedy="Show these actions at random for a while, or judge a policy without them.",
        )
    return unsupported


def _require_chances(whose: str, chances: Floats) -> None:
    sums = chances.sum(axis=1)
    wrong = np.flatnonzero((chances < 0).any(axis=1) | (np.abs(sums - 1.0) > 1e-6))
    if len(wrong):
        raise _refused(
            f"chances of {whose} from 0 to 1 that sum to 1 in each row",
            f"{len(wrong)} rows where they do not, the first is row {wrong[0]}",
        )


def _refused(expected: str, found: str, **how: Any) -> ModelRefused:
    remedy = how.get("remedy", "Correct the log, or the policy, and ask again.")
    return ModelRefused(expected=expected, found=found, remedy=remedy)
