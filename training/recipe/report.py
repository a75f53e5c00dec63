"""What a training says of itself, as data, and the two places it goes: a folder, and a run in MLflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.bundles.manifest import Manifest
from training.ladder.tables import ladder_csv, ladder_markdown, spreadsheet
from training.measures.levels import HeldLevels
from training.measures.predictions.predictions import Predictions
from training.registry.runs.record import ChildRun, LoggedBooster, RunRecord


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

    ``tables`` are files by their names, and so is what ``plots`` draws, which takes long and is asked for only of what
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
    features: int
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


def write_report(report: Report, folder: Path) -> None:
    """Write card and tables into a run's folder; a table of nothing is not written."""
    (folder / "card.md").write_text(report.card, encoding="utf-8")
    ladder = {} if report.ladder is None else report.ladder.tables()
    (folder / "tables").mkdir()
    for name, content in {**ladder, **report.tables}.items():
        if content:
            (folder / "tables" / name).write_text(content, encoding="utf-8")


def draw_plots(report: Report, folder: Path) -> None:
    """Draw the plots of a report into a run's folder, where it has any."""
    drawn = report.plots()
    if drawn:
        (folder / "plots").mkdir()
    for name, image in drawn.items():
        (folder / "plots" / name).write_bytes(image)


def run_record(report: Report, manifest: Manifest, folder: Path) -> RunRecord:
    """What MLflow keeps of a training: the folder as it stands, and what runs are compared by."""
    return RunRecord(
        name=f"{manifest.name}: {manifest.title}",
        params=report.parameters,
        metrics=report.metrics,
        tags={"digest": manifest.digest, "title": manifest.title, **report.tags},
        children=report.child_runs,
        folder=folder,
        description=report.card,
    )


def as_table(content: Any) -> str:
    """Rows or fields as a JSON file."""
    return json.dumps(content, indent=1)


def ladder_figures(manifest: Manifest) -> dict[str, float]:
    """The figures of what ships and of its level, with how often it came true of those it was fitted on."""
    levels = HeldLevels.from_dict(manifest.metrics.get("by_cutoff", {})).figures
    return numbers_of(manifest.metrics) | levels | {"base_rate": manifest.base_rate}


def rung_runs(manifest: Manifest) -> list[ChildRun]:
    """A nested run a rung, where a ladder is tested once."""
    return [ChildRun(name=row["name"], metrics=numbers_of(row)) for row in manifest.ladder]


def numbers_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row that are any."""
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, float | int) and not isinstance(value, bool) and value == value
    }
