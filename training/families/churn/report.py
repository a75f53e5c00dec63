"""What a training run leaves behind: the bundle, the card, tables and plots, as one folder."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.families.churn.card import model_card
from training.families.churn.evaluation.campaign import profit_curve, whole_tests
from training.families.churn.evaluation.evaluation import Evaluation, evaluate
from training.families.churn.evaluation.plots import shap_plots
from training.families.churn.evaluation.tables import (
    churn_csv,
    churn_markdown,
    lists_markdown,
    slices_markdown,
)
from training.families.churn.learning import Learned
from training.families.churn.rungs import RECENCY
from training.ladder.plots import (
    decay_plot,
    gains_plot,
    lift_plot,
    profit_plot,
    reliability_plot,
)
from training.ladder.tables import spreadsheet
from training.learners.boosting import BoostedModel
from training.learners.trees import BoostingSettings
from training.measures.metrics import reliability
from training.registry.registry import BUNDLE_FOLDER, ChildRun, RunRecord
from training.trust.table import trust_markdown


def write_run(
    folder: Path, learned: Learned, settings: Settings, *, threads: int = 1
) -> tuple[Manifest[ChurnTask], RunRecord]:
    """Evaluate what was learned, write its bundle and report into a folder, and say what to log."""
    currency = settings.company.currency
    evaluation = evaluate(learned, settings.campaign, currency=currency, threads=threads)
    bundle = Bundle(
        replace(learned.manifest, evaluation=evaluation.as_dict()),
        learned.model,
        learned.calibration,
        learned.reference,
        evaluation.hazard,
        learned.declarations,
    )
    manifest = write(CHURN_KIND, bundle.manifest, bundle, folder / BUNDLE_FOLDER)
    card = model_card(manifest, learned.origins, company=settings.company.name)
    (folder / "card.md").write_text(card, encoding="utf-8")
    _write_tables(folder / "tables", learned, manifest)
    _write_plots(folder / "plots", learned, evaluation, settings)
    record = RunRecord(
        name=f"churn: {manifest.title}",
        params=_params(learned)
        | {f"campaign.{key}": one for key, one in asdict(settings.campaign).items()},
        metrics=_metrics(learned) | dict(evaluation.figures),
        tags={
            "digest": manifest.digest,
            "title": manifest.title,
            "grade": evaluation.grade.word.value,
        },
        children=_children(learned),
        folder=folder,
        description=card,
    )
    return manifest, record


def _write_tables(folder: Path, learned: Learned, manifest: Manifest) -> None:
    folder.mkdir()
    rows, evaluated = manifest.ladder, manifest.evaluation
    tested = [
        {"rung": one.rung, "test": one.test, "customers": len(one.outcomes)}
        | {"bins": [asdict(each) for each in reliability(one.outcomes, one.probability)]}
        for one in learned.ladder.tested
    ]
    for name, content in (
        ("ladder.json", json.dumps(rows, indent=1)),
        ("ladder.csv", churn_csv(rows)),
        ("ladder.md", churn_markdown(rows)),
        ("evaluation.json", json.dumps(evaluated, indent=1)),
        ("lists.csv", spreadsheet(evaluated["campaign"]["rows"])),
        ("lists.md", lists_markdown(evaluated)),
        ("slices.csv", spreadsheet(evaluated["slices"])),
        ("slices.md", slices_markdown(evaluated["slices"])),
        ("when.csv", spreadsheet(evaluated["when"]["rows"]) if evaluated["when"] else ""),
        ("decay.csv", spreadsheet(evaluated["decay"])),
        ("trust.md", trust_markdown(evaluated["trust"])),
        ("trust.json", json.dumps(evaluated["trust"], indent=1)),
        ("origins.json", json.dumps(learned.origins, indent=1)),
        ("reliability.json", json.dumps(tested, indent=1)),
    ):
        if content:
            (folder / name).write_text(content, encoding="utf-8")


def _write_plots(
    folder: Path, learned: Learned, evaluation: Evaluation, settings: Settings
) -> None:
    folder.mkdir()
    title, worth = learned.manifest.title, evaluation.campaign
    tests = {
        name: whole_tests(learned.ladder.of(name))
        for name in dict.fromkeys((RECENCY, worth.rule, title))
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
    }
    if worth.kept_value_is_known:
        curves = {name: profit_curve(one, worth.costs) for name, one in shown.items()}
        plots["profit.png"] = profit_plot(
            curves, worth.size, f"Worth of a list, {place}", settings.company.currency
        )
    if evaluation.decay:
        rows = [one.as_dict() for one in evaluation.decay]
        plots["decay.png"] = decay_plot(rows, f"{title}, as it ages")
    if settings.mlflow.shap_plots:
        latest_rows = learned.splits.shipped.calibration_rows(learned.dataset)
        plots |= shap_plots(learned.model, latest_rows.vectors)
    for name, content in plots.items():
        (folder / name).write_bytes(content)


def _params(learned: Learned) -> dict[str, Any]:
    manifest = learned.manifest
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
    }
    if isinstance(learned.model, BoostedModel):
        params |= {f"lightgbm.{key}": one for key, one in asdict(BoostingSettings()).items()}
        params["lightgbm.trees"] = learned.model.booster.num_trees()
    return params


def _metrics(learned: Learned) -> dict[str, float]:
    """The shipped model's figures, and the AUC and log loss of every rung."""
    figures = {key: one for key, one in learned.manifest.metrics.items() if isinstance(one, float)}
    for row in learned.manifest.ladder:
        place = "ladder/" + row["name"].replace(" ", "_")
        figures |= {
            f"{place}/{key}": row[key]
            for key in ("auc", "log_loss", "empc")
            if row.get(key) is not None
        }
    return figures | {"base_rate": learned.manifest.base_rate}


def _children(learned: Learned) -> list[ChildRun]:
    return [
        ChildRun(
            name=f"test at {one.test}",
            metrics={key: value for key, value in one.figures.items() if value == value},
        )
        for one in learned.ladder.of(learned.manifest.title)
    ]
