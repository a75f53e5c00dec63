"""Every way to tell who takes an offer, judged within each offer on exposures that came later."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from training.families.offers.exposures.crosses import NAMES
from training.families.offers.exposures.ground import Asked
from training.families.offers.propensity import Propensity
from training.ladder.choice import Measure
from training.ladder.rung import Rung
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.logistic import LogisticModel
from training.learners.sorted_scores import SortedScores
from training.learners.trees import BoostingSettings
from training.learners.usable import RECENCY_FREQUENCY_MONEY
from training.measures.intervals import Resamples, interval
from training.measures.levels import HeldLevel, HeldLevels
from training.measures.metrics import auc, calibration_error, log_loss, observed_over_expected

JOINT, POPULARITY, ANSWERS, OWN_CATEGORY, LOGISTIC, BOOSTED, BLEND = (
    "one model of both arms",
    "how often the offer is taken",
    "offers taken before",
    "own share of the category",
    "logistic on crosses",
    "LightGBM",
    "logistic and LightGBM",
)
SETTINGS = BoostingSettings(leaves=7, depth=4, learning_rate=0.04, feature_fraction=0.3)
FEWEST_TAKEN = 30
"""So many acceptances tell one way from another."""
FEWEST_WITHIN = 10
"""Offers with fewer takers or others say nothing of order within them."""
MOST_TESTS = 4
_RESAMPLES = 200
JOINT_WAY = Rung(JOINT, "pair", (), "both chances, without the offer and with it")
WITHIN = Measure("within_offer_auc", tie=0.002)
NO_LEVELS = HeldLevels(())
_Test = tuple[Cutoff, NDArray[np.int64]]


@dataclass(frozen=True)
class OfferRung:
    """One way: its figures over all tests, what it said of each tested exposure, and its level on each tested day."""

    name: str
    figures: Mapping[str, float]
    probability: Floats = field(repr=False)
    levels: HeldLevels = NO_LEVELS


@dataclass(frozen=True)
class OfferLadder:
    """All ways on the same tested exposures, and the rung that ships; ``passed_over`` says why others do not."""

    rungs: tuple[OfferRung, ...]
    winner: Rung
    tested: Asked
    days: tuple[Cutoff, ...]
    ways: tuple[Rung, ...] = ()
    passed_over: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> OfferRung:
        """A way by its name."""
        return next(one for one in self.rungs if one.name == name)

    def rows(self) -> list[dict[str, Any]]:
        """One row a way."""
        return [
            {
                "name": one.name,
                "ships": one.name == self.winner.name,
                **one.figures,
                "by_cutoff": one.levels.as_dict(),
            }
            for one in self.rungs
        ]

    @property
    def shipping(self) -> dict[str, Any]:
        """The row of what ships."""
        return next(row for row in self.rows() if row["ships"])

    def passing_over(self, why: str) -> OfferLadder | None:
        """The same ladder without the way that ships, which is kept out; None where no other is left."""
        passed_over = {**self.passed_over, self.winner.name: why}
        left = [rung for rung in self.ways if rung.name not in passed_over]
        if not left:
            return None
        return replace(self, winner=best_way(left, self.rungs), passed_over=passed_over)

    def by_offer(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Of what ships, offer by offer: shown, taken, expected, and the AUC within."""
        probability = self.of(self.winner.name).probability
        return offer_rows(
            self.tested.dataset.outcomes, probability, self.tested.exposed.offers, names
        )

    def by_test(self) -> Iterator[tuple[Cutoff, slice]]:
        """Each tested day with the places of its exposures among all that were tested."""
        begins = np.searchsorted(
            self.tested.exposed.as_of_seconds, [day.seconds for day in self.days]
        )
        ends = [*begins[1:], self.tested.exposed.rows]
        for day, begin, end in zip(self.days, begins, ends, strict=True):
            yield day, slice(int(begin), int(end))


def offer_rungs(feature_names: Sequence[str]) -> tuple[Rung, ...]:
    """The ways there are for the features at hand, the simplest first."""
    known = set(feature_names)
    rungs = [
        Rung(name, LogisticModel.family, (one,), explained, is_rule=True)
        for name, one, explained in (
            (POPULARITY, "offer_taken_rate", "everybody as often as the offer was taken"),
            (ANSWERS, "offers_taken_before", "who took offers before takes this one"),
            (OWN_CATEGORY, "offer_category_share", "who buys what it is about takes it"),
        )
        if one in known
    ]
    few = tuple(one for one in (*NAMES, *RECENCY_FREQUENCY_MONEY) if one in known)
    line = Rung(LOGISTIC, LogisticModel.family, few, "crosses and purchases", strength=30.0)
    trees = Rung(
        BOOSTED, BoostedModel.family, tuple(feature_names), "everything", settings=SETTINGS
    )
    both = Rung(
        BLEND,
        BlendedModel.family,
        few,
        "the mean of a logistic model and trees of the crosses",
        parts=(
            Rung("line", LogisticModel.family, few, "", strength=30.0),
            Rung("trees", BoostedModel.family, few, "", settings=SETTINGS),
        ),
    )
    return (*rungs, line, trees, both)


Joint = Callable[[Cutoff, Vectors], Floats]
"""How likely customers take the offer of their row by a model of both arms that was learned from what was over by a day."""


def climb(
    asked: Asked,
    rungs: Sequence[Rung],
    joint: Joint | None = None,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> OfferLadder:
    """Test each way on the latest days, each learned from what was known and over by the day it is tested on.

    Where a control arm makes a ``joint`` model it is the way that ships, if it passes, for it alone tells what offers
    change too. Raises ``ModelRefused`` where too little was shown before some later day.
    """
    joint_rungs = () if joint is None else (JOINT_WAY,)
    tests = _tests(asked)
    ways = (*rungs, *joint_rungs)
    said: dict[str, list[Floats]] = {one.name: [] for one in ways}
    for done, (cutoff, rows) in enumerate(tests):
        progress("trying ways to tell who takes an offer", done, len(tests))
        known = asked.select(asked.exposed.ripe(cutoff))
        later = asked.select(rows)
        for rung in rungs:
            fitted = Propensity.fit(
                rung, known.dataset, known.exposed.offers, asked.catalogue, threads=threads
            )
            log_odds = fitted.log_odds(later.dataset.vectors, later.exposed.offers)
            said[rung.name].append(sigmoid(log_odds))
        if joint is not None:
            said[JOINT].append(joint(cutoff, later.dataset.vectors))
    progress("trying ways to tell who takes an offer", len(tests), len(tests))
    tested = asked.select(np.concatenate([rows for _, rows in tests]))
    found = []
    for rung in ways:
        probability = np.concatenate(said[rung.name])
        levels = _levels(tested, probability, tests)
        exposed = tested.exposed
        told = figures(tested.dataset.outcomes, probability, exposed.offers, exposed.customer_keys)
        found.append(OfferRung(rung.name, told, probability, levels))
    days = tuple(cutoff for cutoff, _ in tests)
    return OfferLadder(tuple(found), best_way(ways, found), tested, days, ways)


def best_way(ways: Sequence[Rung], tried: Sequence[OfferRung]) -> Rung:
    """The joint model where there is one, else the simplest way that tells takers apart as well as the best of them."""
    if JOINT_WAY in ways:
        return JOINT_WAY
    by_name = {one.name: _within(one) for one in tried}
    best = max(by_name[rung.name] for rung in ways)
    return next(rung for rung in ways if WITHIN.is_as_good(by_name[rung.name], best))


def _levels(tested: Asked, probability: Floats, tests: Sequence[_Test]) -> HeldLevels:
    """How the level held on each tested day, whose exposures stand one after another."""
    ends = np.cumsum([len(rows) for _, rows in tests])[:-1]
    outcomes = np.split(tested.dataset.outcomes, ends)
    chances = np.split(probability, ends)
    return HeldLevels.of(
        [
            HeldLevel.of_chances(str(cutoff), came, told)
            for (cutoff, _), came, told in zip(tests, outcomes, chances, strict=True)
        ]
    )


def _within(one: OfferRung) -> float:
    found = one.figures[WITHIN.name]
    return found if not math.isnan(found) else one.figures["pooled_auc"]


def figures(
    outcomes: Floats,
    probability: Floats,
    offers: NDArray[np.integer],
    customer_keys: NDArray[np.int32],
) -> dict[str, float]:
    """How well probabilities tell who takes what: within offers first, for pooled they tell popular offers."""
    low, high = within_offer_interval(outcomes, probability, offers, customer_keys)
    return {
        "within_offer_auc": within_offer_auc(outcomes, probability, offers),
        "within_offer_auc_low": low,
        "within_offer_auc_high": high,
        "pooled_auc": auc(outcomes, probability),
        "log_loss": log_loss(outcomes, probability),
        "ece": calibration_error(outcomes, probability),
        "observed_over_expected": observed_over_expected(outcomes, probability),
    }


def offer_rows(
    outcomes: Floats, probability: Floats, offers: NDArray[np.integer], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Offer by offer: shown, taken, expected, and the AUC within."""
    found = []
    for offer in np.unique(offers):
        mine = offers == offer
        within = auc(outcomes[mine], probability[mine])
        found.append(
            {
                "offer": names[offer],
                "shown": int(mine.sum()),
                "taken": int(outcomes[mine].sum()),
                "expected": round(float(probability[mine].sum()), 1),
                "auc": None if math.isnan(within) else round(within, 4),
            }
        )
    return found


def within_offer_auc(outcomes: Floats, scores: Floats, offers: NDArray[np.integer]) -> float:
    """The mean over offers of the AUC among those who were shown it; NaN where no offer tells.

    >>> within_offer_auc(np.tile([1.0, 0.0], 20), np.tile([0.9, 0.1], 20), np.zeros(40, np.int64))
    1.0
    """
    return _mean_auc(_rankings(outcomes, scores, offers), np.ones(len(outcomes)))


def within_offer_interval(
    outcomes: Floats,
    scores: Floats,
    offers: NDArray[np.integer],
    customer_keys: NDArray[np.int32],
) -> tuple[float, float]:
    """Its 95 % interval, by resampling customers."""
    rankings = _rankings(outcomes, scores, offers)
    drawn = Resamples.of(customer_keys, resamples=_RESAMPLES).weights(customer_keys)
    return interval(np.array([_mean_auc(rankings, weights) for weights in drawn]))


_Rankings = list[tuple[SortedScores, NDArray[np.intp]]]


def _rankings(outcomes: Floats, scores: Floats, offers: NDArray[np.integer]) -> _Rankings:
    """The order within each offer that tells anything, and its rows."""
    found = []
    for offer in np.unique(offers):
        mine = np.flatnonzero(offers == offer)
        taken = float(outcomes[mine].sum())
        if min(taken, len(mine) - taken) >= FEWEST_WITHIN:
            found.append((SortedScores.of(outcomes[mine], scores[mine]), mine))
    return found


def _mean_auc(rankings: _Rankings, weights: Floats) -> float:
    if not rankings:
        return math.nan
    return float(np.mean([ranking.auc(weights[mine]) for ranking, mine in rankings]))


def _tests(asked: Asked) -> list[_Test]:
    """Up to four latest stretches of days with enough acceptances in them and before."""
    exposed, outcomes = asked.exposed, asked.dataset.outcomes
    least = max(FEWEST_TAKEN, float(outcomes.sum()) / (2 * MOST_TESTS))
    found: list[_Test] = []
    rows: list[NDArray[np.int64]] = []
    for day in reversed(exposed.days):
        rows.append(np.flatnonzero(exposed.as_of_seconds == day.seconds))
        together = np.concatenate(rows[::-1])
        if outcomes[together].sum() < least:
            continue
        before = outcomes[exposed.ripe(day)]
        if min(before.sum(), len(before) - before.sum()) < FEWEST_TAKEN:
            break
        found.append((day, together))
        rows = []
        if len(found) == MOST_TESTS:
            break
    if not found:
        raise ModelRefused(
            expected=f"at least {FEWEST_TAKEN} acceptances, and as many before them that were over by then",
            found=f"{int(outcomes.sum())} of {len(outcomes):,} exposures on {len(exposed.days)} days",
            remedy="Show offers on more days, or wait until more were taken.",
        )
    return found[::-1]
