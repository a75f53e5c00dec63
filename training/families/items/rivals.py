"""Every way to recommend that never ships: what the two-stage model must beat, set up on an earlier day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought
from training.families.items.ladder import (
    LONGEST,
    PERSONAL,
    PERSONAL_EVER,
    ListsOf,
    Trial,
    in_parts,
    lists_by_score,
)
from training.families.items.measures import Lists, best
from training.families.items.recommenders.alternating_least_squares import Factors, FactorSettings
from training.families.items.recommenders.next_basket import NextBasket, TifuSettings, mixed
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
OWN_SHARES = 0.1, 0.3, 0.5, 0.7, 0.9
"""What a customer's own baskets may count beside their neighbours'; one is chosen on the earlier day."""
HALF_LIFE_DAYS = 60.0
TIERS = 1, 2, 5


@dataclass(frozen=True)
class RivalSettings:
    """What was chosen for the ways that have a choice; ``own_share`` is None where there are too many customers to compare."""

    factors: FactorSettings
    own_share: float | None

    @classmethod
    def chosen(cls, trial: Trial, *, threads: int = 1) -> Self:
        """What finds most on a day of the past, earlier than the one all ways are compared on."""
        return cls(_best_factors(trial, threads), _best_own_share(trial))

    def as_dict(self) -> dict[str, Any]:
        """The choices as plain fields."""
        return asdict(self)


def _best_own_share(trial: Trial) -> float | None:
    if trial.before.customers > MOST_NEIGHBOURS_AMONG:
        return None
    model = NextBasket.fit(trial.before)
    lists: dict[float, list[Lists]] = {one: [] for one in OWN_SHARES}
    # Who is alike does not depend on the share, and is looked for once.
    for some in in_parts(trial.asked):
        own, theirs = model.baskets(some)
        for share, found in lists.items():
            found.append(best(mixed(own, theirs, share), LONGEST))
    recalls = [trial.recall_of(np.concatenate(lists[share])) for share in OWN_SHARES]
    return OWN_SHARES[int(np.argmax(recalls))]


def _best_factors(trial: Trial, threads: int) -> FactorSettings:
    models = [Factors.fit(trial.before, one, threads=threads) for one in FACTOR_SETTINGS]
    recalls = [trial.recall(lists_by_score(one.scores)) for one in models]
    return FACTOR_SETTINGS[int(np.argmax(recalls))]


def rivals(
    before: Bought,
    kernels: Mapping[str, Callable[[Bought], Scores]],
    settings: RivalSettings,
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
    ways[ALS] = lists_by_score(Factors.fit(before, settings.factors, threads=threads).scores)
    if settings.own_share is not None and before.customers <= MOST_NEIGHBOURS_AMONG:
        baskets = TifuSettings(own_share=settings.own_share)
        ways[NEXT_BASKET] = lists_by_score(NextBasket.fit(before, baskets).scores)
    return ways


def popular_by_tier(before: Bought) -> Callable[[Bought], Scores]:
    """What customers with as many orders buy: one, two to four, or more."""

    def tiers(bought: Bought) -> NDArray[np.int64]:
        orders = np.unique(np.stack([bought.owners, bought.seconds]), axis=1)[0]
        counts = np.bincount(orders, minlength=bought.customers)
        return np.digitize(counts, TIERS) - 1

    popular = Popularity.fit(before, tiers(before))
    return lambda bought: popular.asked_for(tiers(bought)).scores(bought)
