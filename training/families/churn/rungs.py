"""Who is about to leave: the rungs of the ladder, from the base rate to boosted trees on everything.

Each rung is a model that could ship. The simple ones are there to be beaten, and ship when they are
not.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.behaviour.buying import HORIZONS
from training.ladder.rung import Rung
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.usable import RECENCY_FREQUENCY_MONEY

BASE_RATE, RECENCY, FREQUENCY = "base rate", "recency rule", "frequency rule"
BUYING, LOGISTIC, BOOSTED_RFM = "BG/NBD", "logistic regression", "LightGBM on RFM"
LOGISTIC_WIDE, BOOSTED, BLENDED = "logistic on everything", "LightGBM", "logistic and LightGBM"

STRONGEST = "one feature"

_WIDE_STRENGTH = 30.0
"""Hundreds of features that say alike things need a firmer hand than nine."""


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
    told = ", money" if any(name.startswith("spend_") for name in money) else ""
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
        Rung(BASE_RATE, plain, (), "everybody has the same risk", is_rule=True),
        *(
            Rung(name, plain, (one,), said, is_rule=True)
            for name, one, said in rules
            if one in everything
        ),
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
