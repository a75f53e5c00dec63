"""What a training run leaves behind: the bundle, the card, tables and plots, as one folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.settings import Settings
from training.boosting import BoostedModel, BoostingSettings
from training.bundle import write_bundle
from training.card import model_card
from training.learned import Learned
from training.manifest import Manifest
from training.metrics import reliability
from training.registry import BUNDLE_FOLDER, ChildRun, RunRecord
from training.report import gains_plot, ladder_csv, ladder_markdown, reliability_plot


def write_run(folder: Path, learned: Learned, settings: Settings) -> tuple[Manifest, RunRecord]:
    """Write the bundle and the report of a run into a folder, and say what to log of it."""
    manifest = write_bundle(
        folder / BUNDLE_FOLDER,
        learned.manifest,
        model=learned.model,
        calibration=learned.calibration,
        reference=learned.reference,
        declarations=learned.declarations,
    )
    card = model_card(manifest, learned.origins, company=settings.company.name)
    (folder / "card.md").write_text(card, encoding="utf-8")
    _write_tables(folder / "tables", learned)
    _write_plots(folder / "plots", learned)
    record = RunRecord(
        name=f"churn: {manifest.title}",
        params=_params(learned),
        metrics=_metrics(learned),
        tags={"digest": manifest.digest, "title": manifest.title},
        children=_children(learned),
        folder=folder,
        description=card,
    )
    return manifest, record


def _write_tables(folder: Path, learned: Learned) -> None:
    folder.mkdir()
    rows = learned.manifest.ladder
    tested = [
        {"rung": one.rung, "test": one.test, "customers": len(one.outcomes)}
        | {"bins": [asdict(each) for each in reliability(one.outcomes, one.probability)]}
        for one in learned.ladder.tested
    ]
    for name, content in (
        ("ladder.json", json.dumps(rows, indent=1)),
        ("ladder.csv", ladder_csv(rows)),
        ("ladder.md", ladder_markdown(rows)),
        ("origins.json", json.dumps(learned.origins, indent=1)),
        ("reliability.json", json.dumps(tested, indent=1)),
    ):
        (folder / name).write_text(content, encoding="utf-8")


def _write_plots(folder: Path, learned: Learned) -> None:
    folder.mkdir()
    title = learned.manifest.title
    latest = learned.ladder.of(title)[0]
    place = f"tested at {latest.test}"
    reliable = reliability_plot(latest.outcomes, latest.probability, f"{title}, {place}")
    (folder / "reliability.png").write_bytes(reliable)
    shown = dict.fromkeys((learned.ladder.winning_row.rule, title))
    curves = {name: learned.ladder.of(name)[0] for name in shown}
    pairs = {name: (one.outcomes, one.probability) for name, one in curves.items()}
    (folder / "gains.png").write_bytes(gains_plot(pairs, f"Gains, {place}"))


def _params(learned: Learned) -> dict[str, Any]:
    manifest = learned.manifest
    params = {
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "outcome": manifest.question["kind"],
        **manifest.population,
        "title": manifest.title,
        "family": manifest.family,
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
        figures |= {f"{place}/auc": row["auc"], f"{place}/log_loss": row["log_loss"]}
    return figures | {"base_rate": learned.manifest.base_rate}


def _children(learned: Learned) -> list[ChildRun]:
    return [
        ChildRun(
            name=f"test at {one.test}",
            metrics={key: value for key, value in one.figures.items() if value == value},
        )
        for one in learned.ladder.of(learned.manifest.title)
    ]
