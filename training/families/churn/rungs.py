"""Who is about to leave: the rungs of the ladder, from the base rate to boosted trees on everything.

Each rung is a model that could ship. The simple ones are there to be beaten, and ship when they are
not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.behaviour.buying import HORIZONS
from training.datasets.dataset import Dataset
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.trees import BoostingSettings
from training.learners.usable import RECENCY_FREQUENCY_MONEY

BASE_RATE, RECENCY, FREQUENCY = "base rate", "recency rule", "frequency rule"
BUYING, LOGISTIC, BOOSTED_RFM = "BG/NBD", "logistic regression", "LightGBM on RFM"
LOGISTIC_WIDE, BOOSTED, BLENDED = "logistic on everything", "LightGBM", "logistic and LightGBM"

STRONGEST = "one feature"

RULES = (BASE_RATE, RECENCY, FREQUENCY, BUYING, STRONGEST)
"""Rungs that need no learning to rank: what a company could do without a model."""

_WIDE_STRENGTH = 30.0
"""Hundreds of features that say alike things need a firmer hand than nine."""


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: a name, what it reads and how it learns.

    ``parts`` are the rungs a blend is made of; ``strength`` holds back a logistic model; ``directions``
    holds trees to what nobody doubts, and ``settings`` says how far they may go, where not as usual.
    """

    name: str
    family: str
    feature_names: tuple[str, ...]
    explained: str
    parts: tuple[Rung, ...] = ()
    strength: float = 1.0
    directions: Mapping[str, int] = field(default_factory=dict)
    settings: BoostingSettings | None = None

    def fit(
        self,
        dataset: Dataset,
        *,
        threads: int = 1,
        fitted: Mapping[str, Model] | None = None,
        rounds: int | None = None,
    ) -> Model:
        """Fit this rung's model; a blend takes its parts from ``fitted``, by name, where they are there.

        Trees are grown for so many ``rounds``, or for as many as serve them best.
        """
        if self.family == BoostedModel.family:
            return BoostedModel.fit(
                dataset,
                self.feature_names,
                directions=self.directions,
                settings=self.settings,
                rounds=rounds,
                threads=threads,
            )
        if self.family == LogisticModel.family:
            return LogisticModel.fit(dataset, self.feature_names, strength=self.strength)
        known = fitted or {}
        line, trees = (
            known.get(part.name) or part.fit(dataset, threads=threads, rounds=rounds)
            for part in self.parts
        )
        assert isinstance(line, LogisticModel) and isinstance(trees, BoostedModel)
        return BlendedModel.of(line, trees)


def churn_rungs(
    feature_names: Sequence[str],
    horizon_days: int,
    *,
    means_leaving: bool = True,
    strongest: str = "",
) -> tuple[Rung, ...]:
    """The ladder for the features at hand, the simplest rung first; rungs without features are left out.

    The rung of the model of buying reads the chance of no purchase in the number of days nearest to
    the horizon. What is certain about leaving is demanded of trees only where the outcome means that.
    Where nobody has orders, so that no rule about them can be had, ``strongest`` is the rule to beat.
    """
    everything = tuple(feature_names)
    money = tuple(name for name in RECENCY_FREQUENCY_MONEY if name in everything)
    plain, trees = LogisticModel.family, BoostedModel.family
    wide = Rung(
        LOGISTIC_WIDE, plain, everything, "logarithms of every feature", strength=_WIDE_STRENGTH
    )
    certain = certain_directions(everything) if means_leaving else {}
    boosted = Rung(BOOSTED, trees, everything, "boosted trees on every feature", directions=certain)
    rules: tuple[tuple[str, str, str], ...] = (
        (RECENCY, "days_since_order", "the longer silent, the higher the risk"),
        (FREQUENCY, "orders_count_lifetime", "the fewer orders, the higher the risk"),
        (
            BUYING,
            _no_purchase(everything, horizon_days),
            "chance of no purchase by the model of buying",
        ),
    )
    if not has_rule(everything):
        rules += ((STRONGEST, strongest, f"the feature that tells most by itself: {strongest}"),)
    return (
        Rung(BASE_RATE, plain, (), "everybody has the same risk"),
        *(Rung(name, plain, (one,), said) for name, one, said in rules if one in everything),
        *(
            (
                Rung(LOGISTIC, plain, money, "logarithms of recency, frequency, money and rhythm"),
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


def has_rule(feature_names: Sequence[str]) -> bool:
    """Whether the features allow a rule about orders."""
    return bool({"days_since_order", "orders_count_lifetime"} & set(feature_names))


def _no_purchase(feature_names: Sequence[str], horizon_days: int) -> str:
    """The chance of no purchase in the number of days nearest to the horizon, by ratio."""
    known = [days for days in HORIZONS if f"buying_no_purchase_{days}d" in feature_names]
    if not known:
        return ""
    nearest = min(known, key=lambda days: (max(days, horizon_days) / min(days, horizon_days), days))
    return f"buying_no_purchase_{nearest}d"


def certain_directions(feature_names: Sequence[str]) -> dict[str, int]:
    """Features whose effect nobody doubts.

    Silence and open complaints only raise the risk, orders only lower it.
    """
    certain = ("days_since_order", "silence_ratio", "open_complaints_count_lifetime")
    rising = {name: 1 for name in feature_names if name in certain}
    falling = {name: -1 for name in feature_names if name.startswith("orders_count_")}
    return rising | falling
