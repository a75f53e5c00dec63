"""Recommendations: learned from past days, measured on a later one, and told as a ladder with a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from features.company.settings.questions import RecommendationSettings
from features.company.settings.reading import Settings
from training.bundles.manifest import Manifest
from training.families.items.balance.curve_report import curve_markdown, curve_plot
from training.families.items.bundle import ITEM_KIND, ItemBundle, ItemTask
from training.families.items.checks import items_gate
from training.families.items.learning import (
    LearnedItems,
    learn_items,
    next_best,
    pair_plan,
    title_of,
)
from training.families.items.report import COLUMNS, item_card, item_cell, item_plots
from training.recipe.family import ALWAYS_ANEW, Given, answers_today
from training.recipe.report import Report, ReportedLadder, as_table, ladder_figures, rung_runs
from training.registry.gate import Check


class ItemsFamily:
    """Which items customers take next, again or for the first time."""

    kind = ITEM_KIND
    description = "Items customers are likely to buy, again or for the first time, with reasons."
    recompute = None

    def own(self, settings: Settings) -> RecommendationSettings:
        """The horizon that lists look at."""
        return settings.recommendations

    def is_current(self, given: Given[RecommendationSettings]) -> bool:
        """Today's data, and the days that are asked for."""
        return answers_today(ITEM_KIND, given, given.own.horizon_days)

    def still_fits(self, given: Given[RecommendationSettings]) -> str:
        """What is bought next follows the latest purchases."""
        return ALWAYS_ANEW

    def learn(self, given: Given[RecommendationSettings]) -> LearnedItems:
        """Choose on one past day, test on the next, and fit on the latest."""
        return learn_items(given.store, given.own, threads=given.threads, progress=given.progress)

    def next_best(
        self, given: Given[RecommendationSettings], learned: LearnedItems, why: str
    ) -> LearnedItems | None:
        """Two stages on the best linear model that is left."""
        return next_best(learned, why)

    def model(self, learned: LearnedItems) -> tuple[Manifest[ItemTask], ItemBundle]:
        """The catalogue, what goes with what, and the ranker."""
        return learned.manifest, ItemBundle(
            learned.manifest,
            learned.sold.catalogue,
            learned.shelf,
            learned.ranker,
            learned.balance,
        )

    def report(
        self,
        given: Given[RecommendationSettings],
        learned: LearnedItems,
        manifest: Manifest[ItemTask],
    ) -> Report:
        """Every way to list items side by side, and what ships."""
        return Report(
            card=item_card(manifest, learned.origins, company=given.company.name),
            parameters=_parameters(learned),
            metrics=ladder_figures(manifest),
            child_runs=rung_runs(manifest),
            customers=learned.customers,
            rows=learned.rows,
            features=manifest.feature_names,
            outcome="items bought",
            headlines=("recall_10", "gain", "ndcg_10", "coverage", "novelty"),
            ladder=ReportedLadder(manifest.ladder, COLUMNS, item_cell),
            tables=_tables(learned),
            plots=partial(_plots, learned),
            origins=learned.origins,
            passed_over={title_of(one): why for one, why in learned.passed_over.items()},
        )

    def checks(self, folder: Path, champion: Manifest[ItemTask] | None) -> Sequence[Check]:
        """As good as the best other way and the last, and quick."""
        return items_gate(folder, champion)


def _tables(learned: LearnedItems) -> Mapping[str, str]:
    evaluation = learned.manifest.evaluation
    balance = evaluation["balance"]
    return {
        "origins.json": as_table(learned.origins),
        "balance.json": as_table(balance),
        "balance.md": curve_markdown(balance["curve"]) if balance["curve"] else "",
        "candidates.json": as_table(evaluation["candidate_recall_by_source"]),
    }


def _plots(learned: LearnedItems) -> Mapping[str, bytes]:
    found = item_plots(learned.manifest, learned.origins)
    if not (curve := learned.manifest.evaluation["balance"]["curve"]):
        return found
    return {**found, "balance.png": curve_plot(curve, f"chosen on {learned.origins['chosen_at']}")}


def _parameters(learned: LearnedItems) -> Mapping[str, Any]:
    manifest = learned.manifest
    return {
        "horizon_days": manifest.horizon_days,
        "title": manifest.title,
        "family": manifest.learner,
        "kernel": manifest.task.kernel,
        "plan_hash": pair_plan(),
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "items": len(learned.sold.catalogue),
        "customers": learned.customers,
        "rows": learned.rows,
        "rounds": learned.ranker.model.rounds,
        "new_item_offset": learned.balance.offset,
        "test_cutoffs": learned.origins["tested_at"],
    }


ITEMS_FAMILY = ItemsFamily()
