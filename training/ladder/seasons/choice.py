"""Which past level today's is like: the newest, that of the same season a year ago, both, or the mean of all.

A level learned one horizon earlier is that of another season. How far one and the same expectation was off at each past
cutoff is a series, and the rule that would have foretold the later of them best is taken. Only what was known at a past
cutoff foretells it, so the choice rolls forward and never sees a test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.learners.calibration import sigmoid
from training.learners.crossing import crossing

YEAR_DAYS = 365
MOST_DAYS_BESIDE = 31
"""So far beside its day a year ago a cutoff still stands for its season, where its horizon is long enough."""

NEWEST, ALL, SEASON, BOTH = "newest", "all", "season", "both"
RULES = (NEWEST, ALL, SEASON, BOTH)
"""The simplest first: what came last, the mean of all so far, a year ago, between a year ago and what came last."""

FEWEST_TRIALS = 3
"""So many past cutoffs must have been foretold before they choose; until then a year ago counts half."""

NO_SEASON_TWICE = (
    "one year: no season seen twice, so the level may be off by as much as seasons differ"
)
_SAID = {
    NEWEST: "the level is that of the newest cutoff",
    ALL: "the level is that of all past cutoffs",
    SEASON: "the level is that of the same season a year before",
    BOTH: "the level lies between that of the same season a year before and that of the newest cutoff",
}


@dataclass(frozen=True)
class PastLevel:
    """How far an expectation was off at one cutoff.

    ``off`` is what had to be added for as much to be expected as came: to log-odds where chances are told, to the
    logarithm of amounts else. The same constant may be in all of them. ``error`` is the standard error by customers;
    ``day`` counts from 1970.
    """

    day: float
    off: float
    error: float = 0.0


@dataclass(frozen=True)
class LevelChoice:
    """How far from the newest level the one to expect lies, by which rule, and how the rules did at past cutoffs.

    ``over_newest`` is in log-odds or in logarithms of amounts. ``tried`` holds each rule's root mean square error over
    the same ``trials`` cutoffs. ``seen_twice`` tells whether the season ahead was seen a year before.
    """

    rule: str
    over_newest: float
    tried: Mapping[str, float]
    trials: int
    seen_twice: bool

    @property
    def said(self) -> str:
        """The choice in a sentence for the card."""
        if not self.seen_twice:
            return NO_SEASON_TWICE
        if self.trials < FEWEST_TRIALS:
            return f"{_SAID[self.rule]}: too few past cutoffs tell which is nearer"
        found = ", ".join(f"{rule} {self.tried[rule]:.2f}" for rule in RULES)
        return (
            f"{_SAID[self.rule]}, by how far each was off at {self.trials} past cutoffs ({found})"
        )


def choose_level(past: Sequence[PastLevel], day: float, horizon_days: int) -> LevelChoice:
    """The level to expect at a cutoff from what was known then of earlier ones.

    ``horizon_days`` reach to where an outcome is known. Rules are compared by their squared errors at the same
    cutoffs; the earliest in ``RULES`` that is no worse than the best by more than one standard error of the
    difference is taken (Breiman and others, 1984). Without ``FEWEST_TRIALS`` of them the level lies between.

    >>> day = 90.0
    >>> swings = [PastLevel(day * at, [0.6, 0.0, -0.5, 0.1][at % 4]) for at in range(11)]
    >>> found = choose_level(swings, day * 11, 90)
    >>> found.rule, round(found.over_newest, 1), found.seen_twice
    ('season', 0.6, True)
    """
    now = _level_by_rule(past, day, horizon_days)
    if SEASON not in now:
        return LevelChoice(NEWEST, 0.0, {}, 0, seen_twice=False)
    trials = []
    for one in _known_at(past, day, horizon_days):
        told = _level_by_rule(past, one.day, horizon_days)
        if SEASON in told:
            trials.append({rule: told[rule] - one.off for rule in RULES})
    errors = {rule: np.array([one[rule] for one in trials]) for rule in RULES if trials}
    rule = _chosen(errors) if len(trials) >= FEWEST_TRIALS else BOTH
    tried = {one: float(np.sqrt(np.mean(error**2))) for one, error in errors.items()}
    moved = float(now[rule] - now[NEWEST])
    return LevelChoice(rule, moved, tried, len(trials), seen_twice=True)


def log_odds_off(log_odds: Floats, outcomes: Floats) -> tuple[float, float]:
    """What to add to log-odds so that as many are expected as came, and its standard error.

    Half a customer is added to those who came and to those who did not, so that nobody or everybody has an end.

    >>> off, error = log_odds_off(np.zeros(1000), np.r_[np.ones(750), np.zeros(250)])
    >>> round(off, 2), round(error, 2)
    (1.1, 0.07)
    """
    count = len(outcomes)
    wanted = (float(outcomes.sum()) + 0.5) * count / (count + 1.0)
    off = crossing(lambda at: float(sigmoid(log_odds + at).sum()) - wanted, -60.0, 60.0)
    chance = sigmoid(log_odds + off)
    return off, 1.0 / math.sqrt(max(float(np.sum(chance * (1.0 - chance))), 1e-12))


def log_off(expected: Floats, brought: Floats) -> tuple[float, float]:
    """What to add to the logarithm of amounts so that as much is expected as came, and its standard error.

    Not a number where nothing came or nothing was expected.

    >>> log_off(np.array([1.0, 1.0]), np.array([1.0, 3.0]))[0] == math.log(2.0)
    True
    """
    came, told = float(brought.sum()), float(expected.sum())
    if came <= 0.0 or told <= 0.0:
        return math.nan, math.nan
    error = float(np.sqrt(np.sum((brought / came - expected / told) ** 2)))
    return math.log(came / told), error


def _known_at(past: Sequence[PastLevel], day: float, horizon_days: int) -> list[PastLevel]:
    """The levels whose outcomes were known on a day, in order of time."""
    known = [one for one in past if one.day + horizon_days <= day and math.isfinite(one.off)]
    return sorted(known, key=lambda one: one.day)


def _level_by_rule(past: Sequence[PastLevel], day: float, horizon_days: int) -> dict[str, float]:
    """What each rule says of the level on a day; none where nothing is known, the season's where it was seen."""
    known = _known_at(past, day, horizon_days)
    if not known:
        return {}
    newest, middle = known[-1], float(np.mean([one.off for one in known]))
    told = {NEWEST: newest.off, ALL: middle}
    year_ago = _on_day(known, day - YEAR_DAYS, min(MOST_DAYS_BESIDE, horizon_days / 2.0))
    if year_ago is None:
        return told
    noise = (newest.error**2 + year_ago.error**2) / 4.0
    moves = max(float(np.mean([(one.off - middle) ** 2 - one.error**2 for one in known])), 0.0)
    kept = moves / (moves + noise) if moves > 0.0 else 0.0
    between = (newest.off + year_ago.off) / 2.0
    return told | {SEASON: year_ago.off, BOTH: middle + kept * (between - middle)}


def _on_day(known: Sequence[PastLevel], day: float, beside: float) -> PastLevel | None:
    """The level on a day: on the line between the two around it; beyond the ends the nearest, if near enough."""
    days = [one.day for one in known]
    if day <= days[0] or day >= days[-1]:
        nearest = known[0] if day <= days[0] else known[-1]
        return nearest if abs(nearest.day - day) <= beside else None
    off, error = (
        float(np.interp(day, days, values))
        for values in ([one.off for one in known], [one.error for one in known])
    )
    return PastLevel(day, off, error)


def _chosen(errors: Mapping[str, Floats]) -> str:
    """The simplest rule that is no worse than the best by more than one standard error."""
    squares = {rule: error**2 for rule, error in errors.items()}
    best = min(RULES, key=lambda rule: float(squares[rule].mean()))
    for rule in RULES:
        worse = squares[rule] - squares[best]
        if float(worse.mean()) <= float(worse.std(ddof=1)) / math.sqrt(len(worse)):
            return rule
    return best
