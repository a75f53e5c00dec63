"""Who is about to leave: the rungs of the ladder, from the base rate to boosted trees on everything.

Each rung is a model that could ship. The simple ones are there to be beaten, and ship when they are
not. A rule is as good as a careful analyst makes it, or beating it would mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from features.declarations.buying import BuyingModel
from training.datasets.dataset import Dataset
from training.families.churn.strongest_feature import NO_FEATURE, StrongestFeature
from training.ladder.rung import Rung
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.repeat_buying import READ, RepeatBuying
from training.learners.sorted_scores import SortedScores
from training.learners.usable import RECENCY_FREQUENCY_MONEY

BASE_RATE, RECENCY, FREQUENCY = "base rate", "recency rule", "frequency rule"
BUYING, LOGISTIC, BOOSTED_RFM = "BG/NBD", "logistic regression", "LightGBM on RFM"
LOGISTIC_WIDE, BOOSTED, BLENDED = "logistic on everything", "LightGBM", "logistic and LightGBM"

STRONGEST, RHYTHM = "one feature", "rhythm rule"

_OF_ANY_RHYTHM = ("silence_ratio", "open_complaints_count_lifetime")
"""What raises the risk whatever a customer's pace."""

NONE_FITTED: Mapping[int, BuyingModel] = MappingProxyType({})
_WIDE_STRENGTH = 30.0
"""Hundreds of features that say alike things need a firmer hand than nine."""


_RULES = (
    (RECENCY, "days_since_order", "the longer silent, the higher the risk"),
    (FREQUENCY, "orders_count_lifetime", "the fewer orders, the higher the risk"),
)
_RHYTHM_RULES = (
    (RHYTHM, "silence_ratio", "the longer silent for the usual gap, the higher the risk"),
    *_RULES,
)


def churn_rungs(
    feature_names: Sequence[str],
    horizon_days: int,
    *,
    means_leaving: bool = True,
    is_of_own_rhythm: bool = False,
    strongest: StrongestFeature = NO_FEATURE,
    buying: Mapping[int, BuyingModel] = NONE_FITTED,
) -> tuple[Rung, ...]:
    """The ladder for the features at hand, the simplest rung first; rungs without features are left out.

    ``buying`` has the model of buying as it was known at each cutoff, by its seconds, where there is one. What
    is certain about leaving is demanded of rules and trees only where the outcome means that.
    Where silence counts against each customer's own gaps, a rule of these stands beside the others, and of days
    and orders alone nothing is certain. Where nobody has orders, so that no rule about them can be had, ``strongest``
    is the rule to beat.
    """
    everything = tuple(feature_names)
    money = tuple(name for name in RECENCY_FREQUENCY_MONEY if name in everything)
    told = ", money" if any(name.startswith("spend_") for name in money) else ""
    plain, trees = LogisticModel.family, BoostedModel.family
    wide = Rung(
        LOGISTIC_WIDE, plain, everything, "logarithms of every feature", strength=_WIDE_STRENGTH
    )
    certain = certain_directions(everything) if means_leaving else {}
    if is_of_own_rhythm:
        # Who buys rarely is silent for long and has few orders without being any later for it.
        certain = {name: one for name, one in certain.items() if name in _OF_ANY_RHYTHM}
    boosted = Rung(BOOSTED, trees, everything, "boosted trees on every feature", directions=certain)
    return (
        Rung(BASE_RATE, plain, (), "everybody has the same risk", is_rule=True),
        *_rules(everything, _RHYTHM_RULES if is_of_own_rhythm else _RULES, certain, strongest),
        *_rungs_of_buying(everything, horizon_days, buying, certain),
        *(
            (
                Rung(LOGISTIC, plain, money, f"logarithms of recency, frequency{told} and rhythm"),
                Rung(
                    BOOSTED_RFM,
                    trees,
                    money,
                    "boosted trees on the same",
                    directions={name: one for name, one in certain.items() if name in money},
                ),
            )
            if money
            else ()
        ),
        wide,
        boosted,
        Rung(
            BLENDED, BlendedModel.family, everything, "the mean of the two before", (wide, boosted)
        ),
    )


def _rules(
    feature_names: Sequence[str],
    known: Sequence[tuple[str, str, str]],
    certain: Mapping[str, int],
    strongest: StrongestFeature,
) -> tuple[Rung, ...]:
    """The rules of one feature each: those known of orders, or where there are none the strongest feature's."""
    rules, directions = (
        list(known),
        {name: certain[name] for _, name, _ in known if name in certain},
    )
    if not has_rule(feature_names) and strongest.name:
        said = f"the feature that tells most by itself: {strongest.name}"
        rules, directions = (
            [(STRONGEST, strongest.name, said)],
            {strongest.name: strongest.direction},
        )
    return tuple(
        Rung(name, LogisticModel.family, (one,), said, directions=directions, is_rule=True)
        for name, one, said in rules
        if one in feature_names
    )


@dataclass(frozen=True)
class BuyingRung(Rung):
    """The chance of no purchase in ``horizon_days`` by the model of repeat buying.

    ``buying`` has the model as it was known at each cutoff, by its seconds; the one of the latest cutoff that is
    fitted on is taken. Without a direction for the silence the outcomes tell whether the chance raises the risk.
    """

    horizon_days: int = 0
    buying: Mapping[int, BuyingModel] = field(default_factory=dict)

    def fit(
        self,
        dataset: Dataset,
        *,
        threads: int = 1,
        fitted: Mapping[str, Model] | None = None,
        rounds: int | None = None,
    ) -> Model:
        """Take the parameters known at the latest cutoff, and learn who is typical."""
        dataset.require_fit()
        latest = int(dataset.vectors.cutoff_seconds.max())
        newest = max((one for one in self.buying if one <= latest), default=min(self.buying))
        rule = RepeatBuying.of(self.buying[newest], self.horizon_days, dataset.vectors)
        if self.directions:
            return rule
        ranking = SortedScores.of(dataset.outcomes, rule.score(dataset.vectors))
        rises = ranking.auc(np.ones(dataset.rows)) >= 0.5
        return rule if rises else rule.opposite


def _rungs_of_buying(
    feature_names: Sequence[str],
    horizon_days: int,
    buying: Mapping[int, BuyingModel],
    certain: Mapping[str, int],
) -> tuple[Rung, ...]:
    """The rung of the model of buying, where there is one and what it reads of a customer is known."""
    if not buying or not set(READ) <= set(feature_names):
        return ()
    return (
        BuyingRung(
            BUYING,
            RepeatBuying.family,
            READ,
            "chance of no purchase by the model of buying",
            directions={name: one for name, one in certain.items() if name in READ},
            is_rule=True,
            horizon_days=horizon_days,
            buying=buying,
        ),
    )


def has_rule(feature_names: Sequence[str]) -> bool:
    """Whether the features allow a rule about orders."""
    return bool({"days_since_order", "orders_count_lifetime"} & set(feature_names))


def certain_directions(feature_names: Sequence[str]) -> dict[str, int]:
    """Features whose effect nobody doubts.

    Silence and open complaints only raise the risk, orders only lower it.
    """
    certain = ("days_since_order", "silence_ratio", "open_complaints_count_lifetime")
    rising = {name: 1 for name in feature_names if name in certain}
    falling = {name: -1 for name in feature_names if name.startswith("orders_count_")}
    return rising | falling
