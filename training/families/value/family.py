"""What customers will bring: learned with the features of the churn model in use, measured and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from features.company.settings.cost_to_serve import CostToServeSettings
from features.company.settings.judged import FairnessSettings, LeakSettings
from features.company.settings.questions import ChurnSettings, ValueSettings
from features.company.settings.reading import Settings
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import ModelRefused
from training.bundles.manifest import Manifest
from training.bundles.plans import champion_plan, plan_in_use
from training.bundles.promoted import PromotedBundles
from training.families.value.bundle import (
    VALUE_KIND,
    ValueBundle,
    ValueTask,
)
from training.families.value.checks import value_gate
from training.families.value.dataset import first_purchase, value_splits
from training.families.value.learning import LearnedValue, learn_value, next_best
from training.families.value.level import COVERED
from training.families.value.margins import line_margins
from training.families.value.measured_again import LEFT_OUT, measured_again
from training.families.value.measures import held_ranges, value_bins
from training.families.value.models import RATE
from training.families.value.recomputed import recomputed_value, value_predictions
from training.families.value.report import COLUMNS, value_card, value_cell
from training.families.value.serving_cost import with_cost_to_serve
from training.measures.levels import HeldLevels
from training.measures.predictions.predictions import Predictions
from training.plots.curves import decile_plot, gains_plot
from training.plots.levels import levels_plot
from training.plots.ranges import ranges_plot
from training.plots.style import ships_last
from training.recipe.family import ALWAYS_ANEW, Figures, Given, Recompute
from training.recipe.report import Report, ReportedLadder, as_table, numbers_of, rung_runs
from training.registry.gate import Check
from training.registry.runs.record import ChildRun
from training.safeguards.fairness.words import ORDER, called_lawful, fairness_markdown
from training.safeguards.leaks.gate import spoken_for
from training.safeguards.leaks.words import leak_tables
from training.safeguards.trust.table import trust_markdown


@dataclass(frozen=True)
class ValueOwn:
    """The horizon of the money, whose features value is told by, what of them is known before and lawful, and what serving costs."""

    value: ValueSettings
    churn: ChurnSettings
    leaks: LeakSettings
    fairness: FairnessSettings
    cost_to_serve: CostToServeSettings


def _of_data(given: Given[ValueOwn], bundle: ValueBundle, predictions: Predictions) -> Figures:
    pack, store = given.pack, given.store
    margins = line_margins(store, pack.streams.get("purchases"))
    return measured_again(
        bundle, predictions, pack, store, given.own.value, margins, threads=given.threads
    )


class ValueFamily:
    """Expected margin or spend, with ranges."""

    kind = VALUE_KIND
    description = "What customers will bring: expected margin or spend, with ranges."
    recompute = Recompute(recomputed_value, _of_data, LEFT_OUT)

    def own(self, settings: Settings) -> ValueOwn:
        """Value is told by the features of churn, so that one vector a customer serves both."""
        return ValueOwn(
            settings.value,
            settings.churn,
            settings.leaks,
            settings.fairness,
            settings.cost_to_serve,
        )

    def is_current(self, given: Given[ValueOwn]) -> bool:
        """Whether the value model in use was trained on today's data, features and question."""
        champion = PromotedBundles(given.workspace, VALUE_KIND).champion_manifest()
        churn = champion_plan(given.workspace)
        if champion is None or churn is None:
            return False
        pack = given.pack
        try:
            splits, _ = value_splits(first_purchase(pack), end_of_data(pack), given.own.value)
        except ModelRefused:
            return False
        return (
            champion.data_digest == pack.digest
            and champion.plan_hash in (churn.plan_hash, churn.named)
            and champion.horizon_days == splits.horizon.days
        )

    def still_fits(self, given: Given[ValueOwn]) -> str:
        """The level of the money is that of the latest horizon."""
        return ALWAYS_ANEW

    def learn(self, given: Given[ValueOwn]) -> LearnedValue:
        """Learn from what customers brought at past cutoffs, by the features of the churn model in use."""
        pack = given.pack
        learned = learn_value(
            pack,
            plan_in_use(given.workspace, pack, given.own.churn).plan,
            given.own.value,
            line_margins(given.store, pack.streams.get("purchases")),
            given.own.leaks.known_before,
            store=given.store,
            lawful=given.own.fairness.lawful,
            threads=given.threads,
            progress=given.progress,
        )
        return with_cost_to_serve(learned, given.own.cost_to_serve)

    def next_best(
        self, given: Given[ValueOwn], learned: LearnedValue, why: str
    ) -> LearnedValue | None:
        """The best rung that is left of the same ladder."""
        found = next_best(learned, why, threads=given.threads, progress=given.progress)
        return None if found is None else with_cost_to_serve(found, given.own.cost_to_serve)

    def model(self, learned: LearnedValue) -> tuple[Manifest[ValueTask], ValueBundle]:
        """The calibrated model with quantiles of its training customers."""
        return learned.manifest, ValueBundle(
            learned.manifest,
            learned.value,
            learned.reference,
            learned.declarations,
            None if learned.cost is None else learned.cost.model,
        )

    def report(
        self, given: Given[ValueOwn], learned: LearnedValue, manifest: Manifest[ValueTask]
    ) -> Report:
        """The ladder of values, where the money was expected, and whether the reasons can be trusted."""
        return Report(
            card=value_card(manifest, learned.origins, company=given.company.name),
            parameters=_parameters(learned),
            metrics=_metrics(learned),
            child_runs=[
                *(
                    ChildRun(
                        name=f"test at {tested.cutoff}",
                        metrics=numbers_of({**tested.figures, **tested.level.as_dict()}),
                    )
                    for tested in learned.ladder.of(manifest.title)
                ),
                *rung_runs(manifest),
            ],
            customers=learned.customers,
            rows=learned.rows,
            features=learned.value.model.columns.names,
            outcome="money",
            headlines=("gini", "gain", "bias", "mae_cents", "coverage"),
            ladder=ReportedLadder(manifest.ladder, COLUMNS, value_cell, "gini", "by_cutoff"),
            tables=_tables(learned),
            plots=partial(_plots, learned),
            tags={
                **spoken_for(manifest),
                **called_lawful(manifest.evaluation["fairness"]),
            },
            origins=learned.origins,
            predictions=value_predictions(learned.ladder),
            passed_over=learned.ladder.passed_over,
        )

    def checks(self, folder: Path, champion: Manifest[ValueTask] | None) -> Sequence[Check]:
        """Order, level, ranges and reasons."""
        return value_gate(folder, champion)


def _tables(learned: LearnedValue) -> Mapping[str, str]:
    trust = learned.manifest.evaluation["trust"]
    leaks = learned.manifest.evaluation["leaks"]
    deciles = [
        {"rung": tested.rung, "cutoff": str(tested.cutoff), "customers": len(tested.brought)}
        | {"bins": [asdict(each) for each in value_bins(tested.brought, tested.expected)]}
        for tested in learned.ladder.tested
    ]
    return {
        "trust.md": trust_markdown(trust),
        "trust.json": as_table(trust),
        "leaks.json": as_table(leaks),
        **leak_tables(leaks),
        "fairness.md": fairness_markdown(learned.manifest.evaluation["fairness"], ORDER),
        "origins.json": as_table(learned.origins),
        "deciles.json": as_table(deciles),
    }


def _plots(learned: LearnedValue) -> Mapping[str, bytes]:
    title = learned.manifest.title
    latest = learned.ladder.of(title)[0]
    place = f"tested at {latest.cutoff}"
    bins = [(each.expected, each.observed) for each in value_bins(latest.brought, latest.expected)]
    curves = {
        name: (learned.ladder.of(name)[0].brought, learned.ladder.of(name)[0].expected)
        for name in ships_last(RATE, title)
    }
    axes = ("share of customers, most valuable first", "share of the money found")
    held = HeldLevels.from_dict(learned.manifest.metrics["by_cutoff"])
    plots = {
        "calibration_by_cutoff.png": levels_plot(
            held, held.next, f"{title}: calibration by cutoff"
        ),
        "deciles.png": decile_plot(bins, f"{title}, {place}"),
        "gains.png": gains_plot(curves, f"Gains, {place}", across_and_up=axes),
    }
    said = latest.says_something
    if said.any():
        ranges = held_ranges(
            latest.brought[said], latest.expected[said], latest.low[said], latest.high[said]
        )
        plots["ranges.png"] = ranges_plot(ranges, COVERED, f"Ranges of {title}, {place}")
    return plots


def _parameters(learned: LearnedValue) -> Mapping[str, Any]:
    manifest = learned.manifest
    return {
        "horizon_days": manifest.horizon_days,
        **manifest.population,
        "title": manifest.title,
        "family": manifest.learner,
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "features": len(learned.value.model.columns.names),
        "customers": learned.customers,
        "rows": learned.rows,
        "test_cutoffs": ", ".join(str(split.test) for split in learned.splits.tests),
    }


def _metrics(learned: LearnedValue) -> dict[str, float]:
    """The shipped model's figures and those of its reasons; those of the other rungs stand in nested runs."""
    figures = {key: one for key, one in learned.manifest.metrics.items() if isinstance(one, float)}
    figures |= learned.manifest.evaluation["trust"]["figures"]
    by_cutoff = learned.manifest.metrics["by_cutoff"]
    figures |= HeldLevels.from_dict(by_cutoff).figures
    reserved = learned.manifest.metrics["chosen"]["reserved"]
    if reserved:
        figures["reserved/gini"] = by_cutoff[reserved]["gini"]
    if learned.cost is not None:
        figures |= numbers_of(learned.cost.figures)
    return figures | {"base_rate": learned.manifest.base_rate}


VALUE_FAMILY = ValueFamily()
