"""How a value model comes to be: store → amounts → ladder → level → bundle → register → promote."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.bundles.bundle import write
from training.bundles.manifest import Manifest
from training.bundles.plans import champion_plan, plan_in_use
from training.bundles.promoted import Shelf
from training.families.value.bundle import (
    VALUE_KIND,
    ValueBundle,
    ValueTask,
)
from training.families.value.checks import value_gate
from training.families.value.dataset import first_purchase, value_splits
from training.families.value.learning import LearnedValue, learn_value
from training.families.value.margins import line_margins
from training.families.value.measures import value_bins
from training.families.value.models import RATE
from training.families.value.report import value_card, value_csv, value_markdown
from training.ladder.plots import decile_plot, gains_plot
from training.questions.origins import end_of_data
from training.recipe.summary import TrainingSummary
from training.registry.publication import Steps, publish
from training.registry.registry import BUNDLE_FOLDER, ChildRun, RunRecord
from training.trust.table import trust_markdown

_DESCRIPTION = "What customers will bring: expected margin or spend, with ranges."


def value_is_current(settings: Settings, workspace: Workspace) -> bool:
    """Whether the value model in use was trained on today's data, features and question."""
    champion, churn = Shelf(workspace, VALUE_KIND).champion_manifest(), champion_plan(workspace)
    if champion is None or churn is None:
        return False
    pack = open_store(workspace).pack()
    try:
        splits, _ = value_splits(first_purchase(pack), end_of_data(pack), settings.value)
    except ModelRefused:
        return False
    return (
        champion.data_digest == pack.digest
        and champion.plan_hash == churn.plan_hash
        and champion.horizon_days == splits.horizon.days
    )


def train_value(
    settings: Settings,
    workspace: Workspace,
    *,
    threads: int = 2,
    promote: bool = True,
    progress: Progress = silent,
) -> TrainingSummary:
    """Learn what customers will bring, measure it, and put the model to use if it passes the gate.

    It reads the features of the churn model in use, so that one vector a customer serves both. Raises
    ``WorkspaceRefused`` without ingested data, and ``ModelRefused`` when the data cannot carry a model;
    then nothing is registered.
    """
    steps = Steps()
    store = open_store(workspace)
    pack = store.pack()
    plan = plan_in_use(workspace, pack, settings.churn).plan
    margins = line_margins(store, pack.streams.get("purchases"))
    learned = learn_value(pack, plan, settings.value, margins, threads=threads, progress=progress)
    steps.done("learning")
    published = publish(
        settings,
        workspace,
        VALUE_KIND,
        lambda draft: _write_run(draft, learned, settings),
        gate=value_gate,
        description=_DESCRIPTION,
        promote=promote,
        steps=steps,
        progress=progress,
    )
    return TrainingSummary.of(
        published,
        customers=learned.customers,
        rows=learned.rows,
        features=len(learned.value.model.columns.names),
        origins=learned.origins,
    )


def _write_run(
    folder: Path, learned: LearnedValue, settings: Settings
) -> tuple[Manifest[ValueTask], RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    bundle = ValueBundle(learned.manifest, learned.value, learned.reference, learned.declarations)
    manifest = write(VALUE_KIND, learned.manifest, bundle, folder / BUNDLE_FOLDER)
    card = value_card(manifest, learned.origins, company=settings.company.name)
    (folder / "card.md").write_text(card, encoding="utf-8")
    _write_tables(folder / "tables", learned)
    _write_plots(folder / "plots", learned)
    tested = learned.ladder.of(manifest.title)
    record = RunRecord(
        name=f"value: {manifest.title}",
        params=_params(learned),
        metrics=_metrics(learned),
        tags={"digest": manifest.digest, "title": manifest.title},
        children=[
            ChildRun(
                name=f"test at {one.cutoff}",
                metrics={key: value for key, value in one.figures.items() if value == value},
            )
            for one in tested
        ],
        folder=folder,
        description=card,
    )
    return manifest, record


def _write_tables(folder: Path, learned: LearnedValue) -> None:
    folder.mkdir()
    rows, trust = learned.manifest.ladder, learned.manifest.evaluation["trust"]
    deciles = [
        {"rung": one.rung, "cutoff": str(one.cutoff), "customers": len(one.brought)}
        | {"bins": [asdict(each) for each in value_bins(one.brought, one.expected)]}
        for one in learned.ladder.tested
    ]
    for name, content in (
        ("ladder.json", json.dumps(rows, indent=1)),
        ("ladder.csv", value_csv(rows)),
        ("ladder.md", value_markdown(rows)),
        ("trust.md", trust_markdown(trust)),
        ("trust.json", json.dumps(trust, indent=1)),
        ("origins.json", json.dumps(learned.origins, indent=1)),
        ("deciles.json", json.dumps(deciles, indent=1)),
    ):
        (folder / name).write_text(content, encoding="utf-8")


def _write_plots(folder: Path, learned: LearnedValue) -> None:
    folder.mkdir()
    title = learned.manifest.title
    latest = learned.ladder.of(title)[0]
    place = f"tested at {latest.cutoff}"
    bins = [(one.expected, one.observed) for one in value_bins(latest.brought, latest.expected)]
    (folder / "deciles.png").write_bytes(decile_plot(bins, f"{title}, {place}"))
    curves = {
        name: (learned.ladder.of(name)[0].brought, learned.ladder.of(name)[0].expected)
        for name in dict.fromkeys((RATE, title))
    }
    axes = ("share of customers, most valuable first", "share of the money found")
    gains = gains_plot(curves, f"Gains, {place}", across_and_up=axes)
    (folder / "gains.png").write_bytes(gains)


def _params(learned: LearnedValue) -> dict[str, Any]:
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
    """The shipped model's figures and those of its reasons, and the Gini and bias of every rung."""
    figures = {key: one for key, one in learned.manifest.metrics.items() if isinstance(one, float)}
    figures |= learned.manifest.evaluation["trust"]["figures"]
    for row in learned.manifest.ladder:
        place = "ladder/" + "".join(one if one.isalnum() else "_" for one in row["name"])
        figures |= {f"{place}/{key}": row[key] for key in ("gini", "bias") if row[key] is not None}
    return figures | {"base_rate": learned.manifest.base_rate}
