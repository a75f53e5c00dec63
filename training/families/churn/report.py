"""What a churn training says: its card, its tables and plots, and the figures of its run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from features.company.settings.company import CompanySettings
from features.company.settings.questions import CampaignSettings
from training.bundles.manifest import Manifest
from training.families.churn.bundle import ChurnTask
from training.families.churn.card import model_card
from training.families.churn.evaluation.campaign import profit_curve
from training.families.churn.evaluation.evaluation import Evaluation
from training.families.churn.evaluation.plots import shap_plots
from training.families.churn.evaluation.recomputed import churn_predictions
from training.families.churn.evaluation.tables import (
    churn_ladder,
    lists_csv,
    lists_markdown,
    slices_markdown,
)
from training.families.churn.learning import Learned
from training.families.churn.rungs import RECENCY
from training.families.churn.timing.survival import silence_curves
from training.ladder.tables import spreadsheet
from training.ladder.tested import whole_tests
from training.learners.boosting import BoostedModel
from training.learners.trees import BoostingSettings
from training.measures.levels import HeldLevels
from training.measures.metrics import reliability
from training.plots.curves import (
    decay_plot,
    gains_plot,
    lift_plot,
    profit_plot,
    reliability_plot,
)
from training.plots.levels import levels_plot
from training.plots.style import ships_last
from training.plots.survival import survival_plot
from training.recipe.report import Report, as_table, numbers_of, rung_runs
from training.registry.runs.record import ChildRun
from training.safeguards.fairness.words import (
    called_lawful,
    fairness_markdown,
    groups_markdown,
)
from training.safeguards.leaks.gate import spoken_for
from training.safeguards.leaks.words import leak_tables
from training.safeguards.trust.table import trust_markdown


@dataclass(frozen=True)
class EvaluatedChurn:
    """A churn model with what was found of it beyond the ladder."""

    learned: Learned
    evaluation: Evaluation


def churn_report(
    evaluated: EvaluatedChurn,
    manifest: Manifest[ChurnTask],
    *,
    company: CompanySettings,
    campaign: CampaignSettings,
    has_shap_plots: bool,
) -> Report:
    """What is said of a churn model: first what a marketer asks, then how it was measured."""
    learned, evaluation = evaluated.learned, evaluated.evaluation
    return Report(
        card=model_card(manifest, learned.origins, company=company.name),
        parameters=_parameters(learned)
        | {f"campaign.{key}": value for key, value in asdict(campaign).items()},
        metrics=_metrics(learned) | dict(evaluation.figures),
        child_runs=[*_tests(learned), *rung_runs(manifest, learned.ladder.rungs)],
        customers=learned.customers,
        rows=learned.rows,
        features=learned.model.columns.names,
        outcome=manifest.task.question.kind,
        headlines=("auc", "gain", "ece", "latest/bias", "list/profit_cents"),
        ladder=churn_ladder(manifest.ladder),
        tables=_tables(learned, manifest),
        plots=partial(_plots, learned, evaluation, company, has_shap_plots=has_shap_plots),
        tags={
            "grade": evaluation.grade.word.value,
            **spoken_for(manifest),
            **called_lawful(manifest.evaluation["fairness"]),
        },
        origins=learned.origins,
        booster=learned.model.booster if isinstance(learned.model, BoostedModel) else None,
        learned_from=_learned_from(learned),
        predictions=churn_predictions(learned, evaluation, list_size=campaign.list_size),
        passed_over=learned.ladder.passed_over,
    )


def _learned_from(learned: Learned) -> list[str]:
    ids = learned.pack.customer_ids
    return [ids[int(key)] for key in np.unique(learned.dataset.vectors.customer_keys)]


def _tables(learned: Learned, manifest: Manifest) -> dict[str, str]:
    evaluated = manifest.evaluation
    tested = [
        {"rung": one.rung, "test": one.test, "customers": len(one.outcomes)}
        | {"bins": [asdict(each) for each in reliability(one.outcomes, one.probability)]}
        for one in learned.ladder.tested
    ]
    return {
        "evaluation.json": as_table(evaluated),
        "lists.csv": lists_csv(evaluated),
        "lists.md": lists_markdown(evaluated),
        "slices.csv": spreadsheet(evaluated["slices"]),
        "slices.md": slices_markdown(evaluated["slices"]),
        "when.csv": spreadsheet(evaluated["when"]["rows"]) if evaluated["when"] else "",
        "decay.csv": spreadsheet(evaluated["decay"]),
        "trust.md": trust_markdown(evaluated["trust"]),
        "trust.json": as_table(evaluated["trust"]),
        "leaks.json": as_table(evaluated["leaks"]),
        **leak_tables(evaluated["leaks"]),
        "fairness.md": fairness_markdown(evaluated["fairness"]),
        "groups.md": groups_markdown(evaluated["fairness"]),
        "origins.json": as_table(learned.origins),
        "settings_tried.json": as_table(
            {name: one.as_dict() for name, one in learned.tuned.items()}
        ),
        "reliability.json": as_table(tested),
    }


def _plots(
    learned: Learned, evaluation: Evaluation, company: CompanySettings, *, has_shap_plots: bool
) -> dict[str, bytes]:
    title, worth = learned.manifest.title, evaluation.campaign
    tests = {
        name: whole_tests(learned.ladder.of(name))
        for name in ships_last(RECENCY, worth.rule, title)
    }
    shown = {name: found[0] for name, found in tests.items() if found}
    latest = shown[title]
    place = f"tested at {latest.name}"
    pairs = {name: (one.outcomes, one.probability) for name, one in shown.items()}
    plots = {
        "reliability.png": reliability_plot(
            latest.outcomes, latest.probability, f"{title}, {place}"
        ),
        "gains.png": gains_plot(pairs, f"Gains, {place}"),
        "lift.png": lift_plot(pairs, f"Lift, {place}"),
        "calibration_by_cutoff.png": _level_plot(learned.manifest),
    }
    if evaluation.when is not None:
        when = evaluation.when
        curves_of_thirds = silence_curves(when.told, learned.manifest.horizon_days)
        plots["survival.png"] = survival_plot(
            curves_of_thirds, f"Time to the next order, tested at {when.cutoff}"
        )
    if worth.kept_value_is_known:
        curves = {name: profit_curve(one, worth.costs) for name, one in shown.items()}
        plots["profit.png"] = profit_plot(
            curves, worth.size, f"Worth of a list, {place}", company.currency
        )
    if evaluation.decay:
        rows = [one.as_dict() for one in evaluation.decay]
        plots["decay.png"] = decay_plot(rows, f"{title}, as it ages")
    if has_shap_plots:
        latest_rows = learned.splits.shipped.calibration_rows(learned.dataset)
        plots |= shap_plots(learned.model, latest_rows.vectors)
    return plots


def _level_plot(manifest: Manifest) -> bytes:
    """How the level held cutoff by cutoff; of a small company the next one is as open as the manifest says."""
    metrics = manifest.metrics
    low, high = (metrics.get(f"level_{end}") for end in ("low", "high"))
    return levels_plot(
        HeldLevels.from_dict(metrics["by_cutoff"]),
        (math.nan if low is None else low, math.nan if high is None else high),
        f"{manifest.title}: calibration by cutoff",
    )


def _parameters(learned: Learned) -> dict[str, Any]:
    manifest, winner = learned.manifest, learned.ladder.winner
    params = {
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "outcome": manifest.task.question.kind,
        **manifest.population,
        "title": manifest.title,
        "family": manifest.learner,
        "plan_hash": manifest.plan_hash,
        "data_digest": manifest.data_digest,
        "data_cut": manifest.data_cut,
        "features": len(learned.model.columns.names),
        "customers": learned.customers,
        "rows": learned.rows,
        "calibration": learned.calibration.kind,
        "test_cutoffs": ", ".join(split.name for split in learned.splits.tests),
        "reserved_cutoff": "" if learned.splits.reserved is None else learned.splits.reserved.name,
    }
    trees = [one for one in (*winner.parts, winner) if one.family == BoostedModel.family]
    if trees:
        settings = trees[-1].settings or BoostingSettings()
        params |= {f"lightgbm.{key}": one for key, one in asdict(settings).items()}
        params["lightgbm.trees"] = learned.model.rounds
    return params


def _metrics(learned: Learned) -> dict[str, float]:
    """The shipped model's figures; those of the other rungs stand in nested runs."""
    figures = {key: one for key, one in learned.manifest.metrics.items() if isinstance(one, float)}
    figures |= HeldLevels.from_dict(learned.manifest.metrics["by_cutoff"]).figures
    at_reserved = numbers_of(learned.manifest.metrics["at_reserved"])
    figures |= {f"reserved/{key}": one for key, one in at_reserved.items()}
    # Of a small company the range of the next level is wider than its cutoffs tell by themselves.
    ends = {place: learned.manifest.metrics.get(f"level_{place}") for place in ("low", "high")}
    figures |= {f"level/{place}": end for place, end in ends.items() if end is not None}
    return figures | {"base_rate": learned.manifest.base_rate}


def _said(told: Any) -> str:
    return ", ".join(map(str, told)) if isinstance(told, list | tuple) else str(told)


def _tests(learned: Learned) -> list[ChildRun]:
    splits = {split.name: split.as_dict() for split in learned.splits.tests}
    levels = learned.manifest.metrics["by_cutoff"]
    return [
        ChildRun(
            name=f"test at {one.test}",
            metrics=numbers_of({**levels.get(one.test, {}), **one.figures}),
            params={key: _said(told) for key, told in splits.get(one.test, {}).items()},
        )
        for one in learned.ladder.of(learned.manifest.title)
    ]
