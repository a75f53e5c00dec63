"""Learning to recommend without publishing it: from a store's purchases to a measured model in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from features.company.settings.questions import RecommendationSettings
from features.store.pack import Pack
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.bundles.manifest import Manifest
from training.datasets.purchases.bought import Bought
from training.datasets.purchases.sold import Sold
from training.families.items.balance.balance import Balance
from training.families.items.balance.choice import ChosenBalance, balanced_lists, borders_of
from training.families.items.bundle import RECOMMENDATIONS, ItemTask
from training.families.items.ladder import (
    ItemLadder,
    ItemRung,
    ListsOf,
    Trial,
    lists_by_score,
    refuse_another_catalogue,
)
from training.families.items.pairs.pair_features import NAMES, PAIR_FEATURES, PAIR_GROUPS
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Origin, Ranker
from training.families.items.reach import CandidateRecall
from training.families.items.recommenders.item_kernel import ItemKernel
from training.families.items.recommenders.kernels import kernels_for
from training.families.items.recommenders.recommender import Scores
from training.families.items.rivals import RivalSettings, rivals
from training.ladder.choice import notes_on_passed_over
from training.registry.provenance import tools

FAMILY = "two stages"
FEWEST_BUYERS = 3
"""What fewer customers bought says nothing of other items: it would tell what one of them bought."""
ORIGINS = 3
"""So many days of the past teach the ranker, each a horizon before the next."""


@dataclass(frozen=True)
class LearnedItems:
    """A recommendation model ready to be written, with everything that was measured on the way."""

    manifest: Manifest[ItemTask]
    sold: Sold
    shelf: PairFinder
    ranker: Ranker
    balance: Balance
    ladder: ItemLadder
    origins: Mapping[str, Any]
    customers: int
    rows: int
    learning: _Learning = field(repr=False)
    passed_over: Mapping[str, str] = field(default_factory=dict)


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
    sold, pack = Sold.of_store(store, without=settings.without), store.pack()
    days, end = settings.horizon_days, end_of_data(pack)
    test, chosen_at = end.plus_days(-days), end.plus_days(-2 * days)
    earlier = _origins(sold, chosen_at, days)
    work = _Work(sold, days, threads, progress)
    refuse_another_catalogue(work.trial(test), test, days)
    choice, rival_settings = work.choose(work.trial(chosen_at))
    learning = _Learning(pack, work, earlier, test, chosen_at, end, choice, rival_settings)
    return _learned(learning, {})


def next_best(learned: LearnedItems, why: str) -> LearnedItems | None:
    """Two stages on the linear model that found most of those left, where the gate keeps these out.

    None where none is left: what has no second stage does not ship.
    """
    passed_over = {**learned.passed_over, learned.manifest.task.kernel: why}
    if set(passed_over) >= set(learned.learning.choice):
        return None
    return _learned(learned.learning, passed_over)


@dataclass(frozen=True)
class _Learning:
    """What every choice of what goes with what is learned from."""

    pack: Pack
    work: _Work
    earlier: Sequence[Cutoff]
    test: Cutoff
    chosen_at: Cutoff
    end: Cutoff
    choice: Mapping[str, float]
    rival_settings: RivalSettings


def _learned(learning: _Learning, passed_over: Mapping[str, str]) -> LearnedItems:
    """The best choice that is not passed over, tested against every other way and fitted on the latest."""
    work, end, days = learning.work, learning.end, learning.work.days
    choice = {name: one for name, one in learning.choice.items() if name not in passed_over}
    kernel_name = max(choice, key=lambda name: choice[name])
    threads, progress = work.threads, work.progress
    work.settle_on(kernel_name)
    balanced = work.balance(learning.earlier, kernel_name)
    ranker = Ranker.fit(work.origins(learning.earlier, kernel_name), threads=threads)
    trial, found_by = work.trial(learning.test), work.shelf(learning.test, kernel_name)
    two_stages = balanced_lists(balanced.offset, found_by, ranker, threads=threads)
    ladder = work.climb(trial, title_of(kernel_name), learning.rival_settings, two_stages)
    reach = CandidateRecall.of(found_by, trial, threads=threads)
    known = work.sold.before(end)
    tested = balanced.tested(trial, known, found_by, ranker, threads=threads)
    progress("fitting the model that ships", 0, 1)
    latest = [one.plus_days(days) for one in learning.earlier]
    origins = work.origins(latest, kernel_name)
    shipped = Ranker.fit(origins, rounds=ranker.model.rounds, threads=threads)
    is_bought = np.concatenate([one.is_bought for one in origins])
    shelf = work.shelf(end, kernel_name)
    balance = borders_of(balanced.offset, shelf, shipped, known, threads=threads)
    progress("fitting the model that ships", 1, 1)
    manifest = _manifest(learning, ladder, kernel_name, float(is_bought.mean()), reach, tested)
    told = notes_on_passed_over({title_of(one): why for one, why in passed_over.items()})
    return LearnedItems(
        manifest=replace(manifest, notes=[*manifest.notes, *told]),
        sold=work.sold,
        shelf=shelf,
        ranker=shipped,
        balance=balance,
        ladder=ladder,
        origins={
            "chosen_at": str(learning.chosen_at),
            "tested_at": str(learning.test),
            "fitted_at": [str(one) for one in latest],
            "as_of": str(end),
        },
        customers=len(known.buyers),
        rows=len(is_bought),
        learning=learning,
        passed_over=passed_over,
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
    """The steps of a learning; what was once learned as of a day is kept, for several steps ask for it."""

    def __init__(self, sold: Sold, days: int, threads: int, progress: Progress) -> None:
        self.sold, self.days, self.threads = sold, days, threads
        self.progress = progress
        self.kernels = kernels_for(len(sold.catalogue))
        self.chosen = ""
        self._learned: dict[tuple[int, str], ItemKernel] = {}
        self._origins: dict[tuple[int, str], Origin] = {}
        self._others: list[ItemRung] = []

    def settle_on(self, kernel_name: str) -> None:
        """Let go of whatever was learned with another kernel: candidates of three days take most of the memory."""
        self.chosen = kernel_name
        self._learned = {key: one for key, one in self._learned.items() if key[1] == kernel_name}
        self._origins = {key: one for key, one in self._origins.items() if key[1] == kernel_name}

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

    def kernel(self, name: str, bought: Bought) -> ItemKernel:
        key = bought.as_of, name
        if key not in self._learned:
            # Of those that are not chosen the latest alone stays: each takes as much memory as what ships.
            self._learned = {
                (at, of): one for (at, of), one in self._learned.items() if of == self.chosen
            }
            shared = bought.of_items(bought.buyers_of() >= FEWEST_BUYERS)
            self._learned[key] = self.kernels[name](shared)
        return self._learned[key]

    def shelf(self, cutoff: Cutoff, kernel_name: str) -> PairFinder:
        bought = self.sold.before(cutoff)
        return PairFinder(self.kernel(kernel_name, bought), self.sold.facts(bought, cutoff))

    def choose(self, trial: Trial) -> tuple[Mapping[str, float], RivalSettings]:
        """How much each linear model finds by itself, and what is chosen of the ways that never ship."""
        found: dict[str, float] = {}
        for done, name in enumerate(self.kernels):
            self.progress("choosing what goes with what", done, len(self.kernels))
            kernel = self.kernel(name, trial.before)
            found[name] = trial.recall(lists_by_score(kernel.scores))
            self.chosen = max(found, key=lambda one: found[one])
        self.progress("choosing what goes with what", len(self.kernels), len(self.kernels))
        return found, RivalSettings.chosen(trial, threads=self.threads)

    def origins(self, cutoffs: Sequence[Cutoff], kernel_name: str) -> list[Origin]:
        """What was known, and what came of it, on each of some days."""
        for done, cutoff in enumerate(cutoffs):
            self.progress("looking at candidates", done, len(cutoffs))
            key = cutoff.seconds, kernel_name
            if key not in self._origins:
                before, after = self.sold.before(cutoff), self.sold.after(cutoff, self.days)
                shelf = self.shelf(cutoff, kernel_name)
                self._origins[key] = Origin.of(shelf, before, after, threads=self.threads)
        self.progress("looking at candidates", len(cutoffs), len(cutoffs))
        return [self._origins[cutoff.seconds, kernel_name] for cutoff in cutoffs]

    def balance(self, earlier: Sequence[Cutoff], kernel_name: str) -> ChosenBalance:
        """The balance that serves on the latest of some days, by a ranker that knows the days before it alone."""
        *before, chosen_at = earlier
        if not before:
            return ChosenBalance()
        self.progress("balancing repeats and new items", 0, 1)
        try:
            ranker = Ranker.fit(self.origins(before, kernel_name), threads=self.threads)
        except ModelRefused:
            # Nothing was bought of what the earlier days' customers might have: the latest day alone teaches.
            return ChosenBalance()
        shelf = self.shelf(chosen_at, kernel_name)
        found = ChosenBalance.on(self.trial(chosen_at), shelf, ranker, threads=self.threads)
        self.progress("balancing repeats and new items", 1, 1)
        return found

    def climb(
        self, trial: Trial, ships: str, settings: RivalSettings, two_stages: ListsOf
    ) -> ItemLadder:
        """Every way to recommend on the day of the test, beside the two-stage model, which ships if it passes."""
        if not self._others:
            self._others = self._judged(trial, settings)
        rungs = [*self._others, trial.judge(ships, two_stages)]
        return ItemLadder(rungs, ships, trial.asked.customers, len(trial.new_targets.counts))

    def _judged(self, trial: Trial, settings: RivalSettings) -> list[ItemRung]:
        """Every way that does not ship; they are the same whatever does."""
        kernels = {name: self._scores_of(name, trial.before) for name in self.kernels}
        ways = rivals(trial.before, kernels, settings, threads=self.threads)
        rungs: list[ItemRung] = []
        for done, (name, lists_of) in enumerate(ways.items()):
            self.progress("comparing ways to recommend", done, len(ways))
            rungs.append(trial.judge(name, lists_of))
        self.progress("comparing ways to recommend", len(ways), len(ways))
        return rungs

    def _scores_of(self, name: str, before: Bought) -> Callable[[Bought], Scores]:
        """The scores of a linear model by itself, which is learned when it is asked for."""
        return lambda bought: self.kernel(name, before).scores(bought)


def title_of(kernel_name: str) -> str:
    """What the two-stage model is called, by what its candidates come from."""
    return f"two stages on {kernel_name}"


def pair_plan() -> str:
    """The hash of what the ranker reads: other features are another plan."""
    said = json.dumps([asdict(one) for one in PAIR_FEATURES], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _manifest(
    learning: _Learning,
    ladder: ItemLadder,
    kernel_name: str,
    base_rate: float,
    reach: CandidateRecall,
    balance: Mapping[str, Any],
) -> Manifest[ItemTask]:
    row = next(one for one in ladder.rows() if one["ships"])
    metrics = {key: value for key, value in row.items() if key not in ("name", "ships")}
    return Manifest(
        name=RECOMMENDATIONS,
        learner=FAMILY,
        title=ladder.winner,
        task=ItemTask(learning.work.days, kernel_name),
        feature_names=list(NAMES),
        features=[asdict(one) for one in PAIR_FEATURES],
        groups=[asdict(one) for one in PAIR_GROUPS],
        data_digest=learning.pack.digest,
        data_cut=str(learning.end),
        tools=tools(),
        base_rate=base_rate,
        metrics=metrics
        | reach.figures()
        | {f"balance_{name}": value for name, value in balance["tested"].items()}
        | {
            "new_item_offset": balance["offset"],
            "over_best": ladder.over_best,
            "customers": ladder.customers,
            "new_customers": ladder.new_customers,
        },
        ladder=ladder.rows(),
        evaluation={
            "choice_of_kernel": dict(learning.choice),
            "rivals": learning.rival_settings.as_dict(),
            "balance": dict(balance),
            "candidate_recall_by_source": dict(reach.by_source),
        },
        notes=[
            "what customers buy is what they were offered and had in sight: a list shown changes it",
            f"items that fewer than {FEWEST_BUYERS} customers bought are listed for who bought them, and "
            "say nothing of other items",
        ],
    )
