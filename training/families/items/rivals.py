"""Every way to recommend that never ships: what the two-stage model must beat, set up on an earlier day."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought
from training.families.items.ladder import (
    PERSONAL,
    PERSONAL_EVER,
    ListsOf,
    Trial,
    lists_by_score,
)
from training.families.items.recommenders.alternating_least_squares import Factors, FactorSettings
from training.families.items.recommenders.next_basket import NextBasket
from training.families.items.recommenders.personal import PersonalFrequency
from training.families.items.recommenders.popularity import Popularity
from training.families.items.recommenders.recommender import Scores

POPULAR, BY_TIER, DECAYED, ALS, NEXT_BASKET = (
    "popularity",
    "popularity by number of orders",
    "personal frequency, half as much after 60 days",
    "implicit ALS",
    "TIFU-KNN of next baskets",
)
MOST_NEIGHBOURS_AMONG = 20_000
"""Among more customers, comparing each with all takes too long for a rung that never ships."""
FACTOR_SETTINGS = (
    FactorSettings(64, alpha=10.0, regularisation=30.0),
    FactorSettings(64, alpha=40.0, regularisation=100.0),
    FactorSettings(64, alpha=20.0, regularisation=100.0),
)
HALF_LIFE_DAYS = 60.0
TIERS = 1, 2, 5


def best_factors(trial: Trial, *, threads: int = 1) -> FactorSettings:
    """The settings of ALS that find most on a day of the past."""
    models = [Factors.fit(trial.before, one, threads=threads) for one in FACTOR_SETTINGS]
    recalls = [trial.recall(lists_by_score(one.scores)) for one in models]
    return FACTOR_SETTINGS[int(np.argmax(recalls))]


def rivals(
    before: Bought,
    kernels: Mapping[str, Callable[[Bought], Scores]],
    factors: FactorSettings,
    *,
    threads: int = 1,
) -> dict[str, ListsOf]:
    """Every way by its name; ``kernels`` are the linear models by themselves."""
    decayed = PersonalFrequency.fit(before, half_life_days=HALF_LIFE_DAYS)
    ways: dict[str, ListsOf] = {
        POPULAR: lists_by_score(Popularity.fit(before).scores),
        BY_TIER: lists_by_score(popular_by_tier(before)),
        PERSONAL_EVER: lists_by_score(PersonalFrequency.fit(before, lately=False).scores),
        PERSONAL: lists_by_score(PersonalFrequency.fit(before).scores),
        DECAYED: lists_by_score(decayed.scores),
    }
    for name, scores in kernels.items():
        ways[name] = lists_by_score(scores)
    ways[ALS] = lists_by_score(Factors.fit(before, factors, threads=threads).scores)
    if before.customers <= MOST_NEIGHBOURS_AMONG:
        ways[NEXT_BASKET] = lists_by_score(NextBasket.fit(before).scores)
    return ways


def popular_by_tier(before: Bought) -> Callable[[Bought], Scores]:
    """What customers with as many orders buy: one, two to four, or more."""

    def tiers(bought: Bought) -> NDArray[np.int64]:
        orders = np.unique(np.stack([bought.owners, bought.seconds]), axis=1)[0]
        counts = np.bincount(orders, minlength=bought.customers)
        return np.digitize(counts, TIERS) - 1

    popular = Popularity.fit(before, tiers(before))
    return lambda bought: popular.asked_for(tiers(bought)).scores(bought)
