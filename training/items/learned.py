"""Learning to recommend without publishing it: from a store's purchases to a measured model in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelRefused
from features.pack import Pack
from features.progress import Progress, silent
from features.settings import RecommendationSettings
from features.store import Store
from features.vocabulary import DAY_SECONDS, Cutoff
from training.items.bought import Bought
from training.items.bundle import RECOMMENDATIONS
from training.items.factors import Factors, FactorSettings
from training.items.item_kernel import ItemKernel
from training.items.kernels import Learn, kernels_for
from training.items.ladder import (
    LONGEST,
    PERSONAL,
    PERSONAL_EVER,
    ItemLadder,
    ListsOf,
    Rung,
    Trial,
    lists_by_score,
)
from training.items.next_basket import NextBasket
from training.items.pair_features import NAMES, PAIR_FEATURES, PAIR_GROUPS
from training.items.pairs import Shelf
from training.items.personal import PersonalFrequency
from training.items.popularity import Popularity
from training.items.ranker import Origin, Ranker
from training.items.ranking import Lists, best_of
from training.items.recommender import Scores
from training.items.sold import Sold
from training.manifest import Manifest
from training.provenance import tools
from training.questions.origins import end_of_data

FAMILY = "two stages"
POPULAR, BY_TIER, DECAYED, ALS, NEXT_BASKET = (
    "popularity",
    "popularity by number of orders",
    "personal frequency, half as much after 60 days",
    "implicit ALS",
    "TIFU-KNN of next baskets",
)
FEWEST_BUYERS = 3
"""What fewer customers bought says nothing of other items: it would tell what one of them bought."""
MOST_NEIGHBOURS_AMONG = 20_000
"""Among more customers, comparing each with all takes too long for a rung that never ships."""
FACTOR_SETTINGS = (
    FactorSettings(64, alpha=10.0, regularisation=30.0),
    FactorSettings(64, alpha=40.0, regularisation=100.0),
    FactorSettings(64, alpha=40.0, regularisation=100.0, exponent=0.5),
)
ORIGINS = 3
"""So many days of the past teach the ranker, each a horizon before the next."""
HALF_LIFE_DAYS = 60.0
TIERS = 1, 2, 5


@dataclass(frozen=True)
class LearnedItems:
    """A recommendation model ready to be written, with everything that was measured on the way."""

    manifest: Manifest
    sold: Sold
    shelf: Shelf
    ranker: Ranker
    ladder: ItemLadder
    origins: Mapping[str, Any]
    customers: int
    rows: int


def learn_items(
    store: Store,
    settings: RecommendationSettings,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> LearnedItems:
    """Choose on one past day, test on the next against every other way, and fit on the latest.

    Raises ``ModelRefused`` when purchases name no items, or reach back too few days.
    """
    sold, pack = Sold.of_store(store), store.pack()
    days, end = settings.horizon_days, end_of_data(pack)
    test, chosen_at = end.plus_days(-days), end.plus_days(-2 * days)
    earlier = _origins(sold, chosen_at, days)
    work = _Work(sold, days, threads, progress)
    kernel_name, choice = work.choose_kernel(chosen_at)
    factors = work.choose_factors(chosen_at)
    ranker, rows = work.ranker(earlier, kernel_name)
    ladder = work.climb(test, kernel_name, factors, ranker)
    progress("fitting the model that ships", 0, 1)
    latest = [one.plus_days(days) for one in earlier]
    shipped, rows = work.ranker(latest, kernel_name, rounds=ranker.model.rounds)
    shelf = work.shelf(end, kernel_name)
    progress("fitting the model that ships", 1, 1)
    return LearnedItems(
        manifest=_manifest(pack, ladder, kernel_name, days, shipped, choice),
        sold=sold,
        shelf=shelf,
        ranker=shipped,
        ladder=ladder,
        origins={
            "chosen_at": str(chosen_at),
            "tested_at": str(test),
            "fitted_at": [str(one) for one in latest],
            "as_of": str(end),
        },
        customers=len(sold.before(end).buyers),
        rows=rows,
    )


def _origins(sold: Sold, latest: Cutoff, days: int) -> list[Cutoff]:
    """Up to three days of the past with a horizon of purchases before each."""
    first = int(np.min(sold.purchases.seconds)) if sold.purchases.rows else latest.seconds
    wanted = [latest.plus_days(-days * back) for back in range(ORIGINS)]
    found = [one for one in wanted if one.seconds - days * DAY_SECONDS >= first]
    if not found:
        had = max(0, (latest.seconds - first) // DAY_SECONDS + 2 * days)
        raise ModelRefused(
            expected=f"purchases of at least {3 * days} days, three horizons of {days}",
            found=f"{had} days",
            remedy="Set a shorter recommendations.horizon_days, or bring a longer history.",
        )
    return found[::-1]


class _Work:
    """The steps of a learning, which share what was sold and how far ahead is looked."""

    def __init__(self, sold: Sold, days: int, threads: int, progress: Progress) -> None:
        self.sold, self.days, self.threads = sold, days, threads
        self.progress = progress
        self.kernels = kernels_for(len(sold.catalogue))

    def trial(self, cutoff: Cutoff) -> Trial:
        after = self.sold.after(cutoff, self.days)
        trial = Trial.of(self.sold.before(cutoff), after, self.sold.catalogue.category)
        if not trial.asked.customers:
            raise ModelRefused(
                expected=f"customers who bought before {cutoff} and in the {self.days} days after",
                found="none",
                remedy="Set a longer recommendations.horizon_days, or bring a longer history.",
            )
        return trial

    def kernel(self, learn: Learn, bought: Bought) -> ItemKernel:
        return learn(bought.of_items(bought.buyers_of() >= FEWEST_BUYERS))

    def shelf(self, cutoff: Cutoff, kernel_name: str) -> Shelf:
        bought = self.sold.before(cutoff)
        kernel = self.kernel(self.kernels[kernel_name], bought)
        return Shelf(kernel, self.sold.facts(bought, cutoff))

    def choose_kernel(self, cutoff: Cutoff) -> tuple[str, Mapping[str, float]]:
        """The linear model that finds most of what was bought, by itself."""
        trial, found = self.trial(cutoff), {}
        for done, (name, learn) in enumerate(self.kernels.items()):
            self.progress("choosing what goes with what", done, len(self.kernels))
            kernel = self.kernel(learn, trial.before)
            found[name] = _recall(trial, lists_by_score(kernel.scores))
        self.progress("choosing what goes with what", len(self.kernels), len(self.kernels))
        return max(found, key=lambda name: found[name]), found

    def choose_factors(self, cutoff: Cutoff) -> FactorSettings:
        """The settings of ALS that find most."""
        trial = self.trial(cutoff)
        recalls = [
            _recall(
                trial,
                lists_by_score(Factors.fit(trial.before, one, threads=self.threads).scores),
            )
            for one in FACTOR_SETTINGS
        ]
        return FACTOR_SETTINGS[int(np.argmax(recalls))]

    def ranker(
        self, cutoffs: list[Cutoff], kernel_name: str, rounds: int | None = None
    ) -> tuple[Ranker, int]:
        origins = []
        for done, cutoff in enumerate(cutoffs):
            self.progress("looking at candidates", done, len(cutoffs))
            shelf = self.shelf(cutoff, kernel_name)
            before, after = self.sold.before(cutoff), self.sold.after(cutoff, self.days)
            origins.append(Origin.of(shelf, before, after, threads=self.threads))
        self.progress("looking at candidates", len(cutoffs), len(cutoffs))
        rows = sum(len(one.is_bought) for one in origins)
        return Ranker.fit(origins, rounds=rounds, threads=self.threads), rows

    def climb(
        self, cutoff: Cutoff, kernel_name: str, factors: FactorSettings, ranker: Ranker
    ) -> ItemLadder:
        """Every way to recommend on the day of the test; the simplest that nothing beats ships."""
        trial = self.trial(cutoff)
        before = trial.before
        ways: dict[str, tuple[str, ListsOf]] = {
            POPULAR: (
                "what most customers bought lately",
                lists_by_score(Popularity.fit(before).scores),
            ),
            BY_TIER: (
                "the same among customers with as many orders",
                lists_by_score(popular_by_tier(before)),
            ),
            PERSONAL_EVER: (
                "what the customer bought most often",
                lists_by_score(PersonalFrequency.fit(before, lately=False).scores),
            ),
            PERSONAL: (
                "the same, equals by what is popular of late",
                lists_by_score(PersonalFrequency.fit(before).scores),
            ),
            DECAYED: (
                "the same, where old purchases count less",
                lists_by_score(PersonalFrequency.fit(before, half_life_days=HALF_LIFE_DAYS).scores),
            ),
        }
        for name, learn in self.kernels.items():
            kernel = self.kernel(learn, before)
            ways[name] = ("what goes with what the customer bought", lists_by_score(kernel.scores))
        als = Factors.fit(before, factors, threads=self.threads)
        ways[ALS] = ("customers and items in one space", lists_by_score(als.scores))
        if before.customers <= MOST_NEIGHBOURS_AMONG:
            baskets = NextBasket.fit(before)
            ways[NEXT_BASKET] = (
                "own baskets and those of customers alike",
                lists_by_score(baskets.scores),
            )
        shelf = self.shelf(cutoff, kernel_name)
        ships = title_of(kernel_name)
        ways[ships] = (
            "candidates of all kinds, weighed by trees",
            lists_by_ranker(shelf, ranker, self.threads),
        )
        rungs: list[Rung] = []
        for done, (name, (explained, lists_of)) in enumerate(ways.items()):
            self.progress("comparing ways to recommend", done, len(ways))
            rungs.append(trial.judge(name, lists_of, explained=explained))
        self.progress("comparing ways to recommend", len(ways), len(ways))
        return ItemLadder(rungs, ships, trial.asked.customers, len(trial.new_targets.counts))


def title_of(kernel_name: str) -> str:
    """What the two-stage model is called, by what its candidates come from."""
    return f"two stages on {kernel_name}"


def popular_by_tier(before: Bought) -> Callable[[Bought], Scores]:
    """What customers with as many orders buy: one, two to four, or more."""

    def tiers(bought: Bought) -> NDArray[np.int64]:
        orders = np.unique(np.stack([bought.owners, bought.seconds]), axis=1)[0]
        counts = np.bincount(orders, minlength=bought.customers)
        return np.digitize(counts, TIERS) - 1

    popular = Popularity.fit(before, tiers(before))
    return lambda bought: popular.asked_for(tiers(bought)).scores(bought)


def lists_by_ranker(shelf: Shelf, ranker: Ranker, threads: int = 1) -> ListsOf:
    """Lists of the two-stage model."""

    def lists_of(bought: Bought) -> Lists:
        pairs = shelf.pairs(bought, threads=threads)
        scores = ranker.log_odds(pairs.values, threads=threads)
        return best_of(pairs.offsets, pairs.items, scores, LONGEST)

    return lists_of


def _recall(trial: Trial, lists_of: ListsOf) -> float:
    found = trial.judge("", lists_of).figures["recall_20"]
    return found if found is not None else 0.0


def pair_plan() -> str:
    """The hash of what the ranker reads: other features are another plan."""
    said = json.dumps([asdict(one) for one in PAIR_FEATURES], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _manifest(
    pack: Pack,
    ladder: ItemLadder,
    kernel_name: str,
    days: int,
    ranker: Ranker,
    choice: Mapping[str, float],
) -> Manifest:
    row = next(one for one in ladder.rows() if one["ships"])
    metrics = {key: value for key, value in row.items() if key not in ("name", "ships")}
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-np.array([ranker.base])))
    return Manifest(
        family=FAMILY,
        title=ladder.winner,
        plan_hash=pair_plan(),
        feature_names=list(NAMES),
        features=[asdict(one) for one in PAIR_FEATURES],
        groups=[asdict(one) for one in PAIR_GROUPS],
        data_digest=pack.digest,
        data_cut=str(end_of_data(pack)),
        tools=tools(),
        question={"kind": RECOMMENDATIONS, "horizon_days": days, "kernel": kernel_name},
        horizon_days=days,
        gap_days=0,
        base_rate=float(chances[0]),
        name=RECOMMENDATIONS,
        metrics=metrics | {"customers": ladder.customers, "new_customers": ladder.new_customers},
        ladder=ladder.rows(),
        evaluation={"choice_of_kernel": dict(choice)},
        notes=[
            "what customers buy is what they were offered and had in sight: a list shown changes it",
            f"items that fewer than {FEWEST_BUYERS} customers bought are listed for who bought them, and "
            "say nothing of other items",
        ],
    )
