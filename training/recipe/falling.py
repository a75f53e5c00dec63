"""Where the gate keeps out what a ladder chose, the best rung that it lets through takes its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic

from training.bundles.bundle import write
from training.bundles.kind import Asked, Model
from training.bundles.manifest import Manifest
from training.measures.predictions.stored import StoredPredictions
from training.recipe.data_sheet import DATA_SHEET_FILE, data_sheet
from training.recipe.family import Family, Given, Learned, Own
from training.recipe.report import Report, draw_plots, no_plots, write_report
from training.registry.gate import failed_of, said_of
from training.registry.registry import BUNDLE_FOLDER


@dataclass(frozen=True)
class WrittenRun(Generic[Asked]):
    """What a training leaves in a folder.

    Where it is not sound the gate keeps it out on its own, and all else that was tried with it. ``predictions`` lie
    beside the folder, for all that stands in it is logged.
    """

    manifest: Manifest[Asked]
    report: Report
    folder: Path
    is_sound: bool = True

    @property
    def predictions(self) -> Path:
        """Where the predictions were written, if the family has any."""
        return _predictions_of(self.folder)


def best_that_passes(
    family: Family[Own, Learned, Model, Asked], given: Given[Own], learned: Learned, folder: Path
) -> WrittenRun[Asked]:
    """Write what was learned, or the best that is left of it where the gate keeps that out on its own.

    How it does against the champion is not asked here: no rung below would do better. Where the gate lets none
    through, the first is handed back, for a person to overrule the gate for or not.
    """
    tried: list[WrittenRun[Asked]] = []
    trying: Learned | None = learned
    while trying is not None:
        place = folder / str(len(tried))
        place.mkdir()
        run = WrittenRun(*write_run(family, given, trying, place), place)
        failed = failed_of(family.checks(place / BUNDLE_FOLDER, None))
        if not failed:
            return _drawn(run)
        tried.append(run)
        if any(check.asks_a_person for check in failed):
            break
        trying = family.next_best(given, trying, said_of(failed))
    # What came after the first is no better: it is the gate that lets none through.
    return replace(_drawn(tried[0]), is_sound=False)


def _drawn(run: WrittenRun[Asked]) -> WrittenRun[Asked]:
    """The run with its plots in files, and no longer in what goes through the pipe to whoever waits."""
    draw_plots(run.report, run.folder)
    return replace(run, report=replace(run.report, plots=no_plots))


def write_run(
    family: Family[Own, Learned, Model, Asked], given: Given[Own], learned: Learned, folder: Path
) -> tuple[Manifest[Asked], Report]:
    """Write the bundle and the report of a run into a folder, and hand both back as data."""
    drafted, model = family.model(learned)
    manifest = write(family.kind, drafted, model, folder / BUNDLE_FOLDER)
    report = family.report(given, learned, manifest)
    write_report(report, manifest, folder)
    (folder / DATA_SHEET_FILE).write_text(data_sheet(given.store), encoding="utf-8")
    if report.predictions is not None:
        kept = StoredPredictions(given.workspace)
        kept.write(_predictions_of(folder), report.predictions, given.pack.customer_ids)
    # What is in a file by now does not go through the pipe to whoever waits for this process.
    return manifest, replace(report, predictions=None)


def _predictions_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-predictions.parquet")
