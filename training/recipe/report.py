"""What a training says of itself, as data, and the two places it goes: a folder, and a run in MLflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.bundles.manifest import Manifest, sha256
from training.ladder.rung import Rung
from training.ladder.tables import ladder_csv, ladder_markdown, spreadsheet
from training.measures.levels import HeldLevels
from training.measures.predictions.predictions import Predictions
from training.registry.runs.record import ChildRun, LearnedTable, LoggedBooster, RunRecord

_DIGEST_LETTERS = 12
"""So many letters of a digest tell tables apart; MLflow keeps 36 at most."""


@dataclass(frozen=True)
class ReportedLadder:
    """The rungs with the figures of each, and which of these are shown under which title.

    ``by_cutoff`` names the field with the figures of each test cutoff, of which a spreadsheet shows ``figure``;
    empty where a rung has one figure alone.
    """

    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[tuple[str, str]]
    cell: Callable[[Mapping[str, Any], str], str]
    figure: str = ""
    by_cutoff: str = ""

    def tables(self) -> dict[str, str]:
        """The ladder as JSON, for a spreadsheet and as Markdown, by the names of the files."""
        return {
            "ladder.json": as_table(self.rows),
            "ladder.csv": ladder_csv(self.rows, self.figure, by_cutoff=self.by_cutoff)
            if self.by_cutoff
            else spreadsheet(self.rows),
            "ladder.md": ladder_markdown(self.rows, self.columns, self.cell),
        }


def no_plots() -> Mapping[str, bytes]:
    """What a report without pictures draws."""
    return {}


@dataclass(frozen=True)
class Report:
    """Everything a training says of what it learned, and how much it learned from.

    ``features`` are those the model reads, ``outcome`` is what it tells in a word or two, and ``headlines`` are the
    figures by which trainings are compared first. ``tables`` are files by their names, and so is what ``plots`` draws, which takes long and is asked for only of what
    is registered; ``metrics`` are the figures compared from run to run;
    ``origins`` says which cutoffs fitted, calibrated and tested what. ``booster`` is logged natively as well.
    ``shown`` is what the family alone has to show, in a type of its own. ``learned_from`` are the customers, whom
    the workspace keeps in mind and nobody is told of; so are the ``predictions``, which lie in a file of their own
    and no longer here once that is written. ``passed_over`` says by its title why the gate keeps out what was as good
    or better at the tests, the best first.
    """

    card: str
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    child_runs: Sequence[ChildRun]
    customers: int
    rows: int
    features: Sequence[str]
    outcome: str
    headlines: Sequence[str]
    ladder: ReportedLadder | None = None
    tables: Mapping[str, str] = field(default_factory=dict)
    plots: Callable[[], Mapping[str, bytes]] = field(default=no_plots, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, Any] = field(default_factory=dict)
    booster: LoggedBooster | None = None
    shown: Any = None
    learned_from: Sequence[str] = field(default=(), repr=False)
    predictions: Predictions | None = field(default=None, repr=False)
    passed_over: Mapping[str, str] = field(default_factory=dict)


def write_report(report: Report, manifest: Manifest, folder: Path) -> None:
    """Write card and tables into a run's folder, the features among them; a table of nothing is not written."""
    (folder / "card.md").write_text(report.card, encoding="utf-8")
    ladder = {} if report.ladder is None else report.ladder.tables()
    (folder / "tables").mkdir()
    features = {"features.csv": spreadsheet(features_read(report, manifest))}
    for name, content in {**ladder, **features, **report.tables}.items():
        if content:
            (folder / "tables" / name).write_text(content, encoding="utf-8")


def features_read(report: Report, manifest: Manifest) -> list[dict[str, Any]]:
    """A row for each feature the model reads: its name, what it means, its unit and its group."""
    known = {one["name"]: one for one in manifest.features}
    told = ("name", "meaning", "unit", "group")
    return [{key: known[name][key] for key in told} for name in report.features if name in known]


def draw_plots(report: Report, folder: Path) -> None:
    """Draw the plots of a report into a run's folder, where it has any."""
    drawn = report.plots()
    if drawn:
        (folder / "plots").mkdir()
    for name, image in drawn.items():
        (folder / "plots" / name).write_bytes(image)


def run_record(
    report: Report, manifest: Manifest, folder: Path, *, seconds_before: float = 0.0
) -> RunRecord:
    """What MLflow keeps of a training: the folder as it stands, and what runs are compared by.

    ``seconds_before`` is how long was learned before anything is recorded.
    """
    return RunRecord(
        name=f"{manifest.name}: {manifest.title}",
        params=report.parameters,
        metrics=report.metrics,
        tags={
            "digest": manifest.digest,
            "title": manifest.title,
            "outcome": report.outcome,
            "horizon_days": str(manifest.horizon_days),
            "data_digest": manifest.data_digest,
            "data_cut": manifest.data_cut,
            **report.tags,
        },
        children=report.child_runs,
        folder=folder,
        description=report.card,
        command=f"regulars train {manifest.name}",
        learned_from=learned_table(report, manifest),
        headlines=report.headlines,
        seconds_before=seconds_before,
    )


def learned_table(report: Report, manifest: Manifest) -> LearnedTable:
    """What a model was learned from, by name, digest, columns and size: the same of the same features, data and cutoffs."""
    told = [manifest.data_digest, manifest.plan_hash, list(report.features), dict(report.origins)]
    digest = sha256(json.dumps(told, sort_keys=True, default=str).encode())[:_DIGEST_LETTERS]
    columns = [one["name"] for one in features_read(report, manifest)]
    name = f"{manifest.name} up to {manifest.data_cut}"
    return LearnedTable(name, digest, columns, report.rows, report.customers)


def as_table(content: Any) -> str:
    """Rows or fields as a JSON file."""
    return json.dumps(content, indent=1)


def ladder_figures(manifest: Manifest) -> dict[str, float]:
    """The figures of what ships and of its level, with how often it came true of those it was fitted on."""
    levels = HeldLevels.from_dict(manifest.metrics.get("by_cutoff", {})).figures
    return numbers_of(manifest.metrics) | levels | {"base_rate": manifest.base_rate}


def rung_runs(manifest: Manifest, rungs: Sequence[Rung] = ()) -> list[ChildRun]:
    """A nested run a rung, what shipped and what lost, with its figures and how it learned where that is known."""
    ways = {one.name: one.as_parameters() for one in rungs}
    return [
        ChildRun(row["name"], numbers_of(row), {"ships": row["ships"], **ways.get(row["name"], {})})
        for row in manifest.ladder
    ]


def numbers_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row that are any."""
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, float | int) and not isinstance(value, bool) and value == value
    }
