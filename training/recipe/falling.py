"""Where the gate keeps out what a ladder chose, the best rung that it lets through takes its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic

from training.bundles.bundle import write
from training.bundles.kind import Asked, Model
from training.bundles.manifest import Manifest
from training.predictions.kept import KeptPredictions
from training.recipe.family import Family, Given, Learned, Own
from training.recipe.report import Report, write_report
from training.registry.gate import Check, failed_of, said_of
from training.registry.registry import BUNDLE_FOLDER


@dataclass(frozen=True)
class PassedOver:
    """A model that was better at the tests and is kept out by the gate on its own: its title and what it failed."""

    title: str
    failed: tuple[Check, ...]


@dataclass(frozen=True)
class WrittenRun(Generic[Asked]):
    """What a training leaves in a folder, and what was passed over for it, the best first.

    Where it is not sound the gate keeps it out on its own, and all else that was tried with it. ``predictions`` lie
    beside the folder, for all that stands in it is logged.
    """

    manifest: Manifest[Asked]
    report: Report
    folder: Path
    passed_over: tuple[PassedOver, ...] = ()
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
    passed_over: list[PassedOver] = []
    first: WrittenRun[Asked] | None = None
    trying: Learned | None = learned
    while trying is not None:
        place = folder / str(len(passed_over))
        place.mkdir()
        run = WrittenRun(*write_run(family, given, trying, place), place, tuple(passed_over))
        failed = failed_of(family.checks(place / BUNDLE_FOLDER, None))
        if not failed:
            return run
        first = first or run
        if any(check.asks_a_person for check in failed):
            break
        passed_over.append(PassedOver(run.manifest.title, tuple(failed)))
        trying = family.next_best(given, trying, said_of(failed))
    assert first is not None
    # What came after it is no better: it is the gate that lets none through.
    return replace(first, is_sound=False)


def write_run(
    family: Family[Own, Learned, Model, Asked], given: Given[Own], learned: Learned, folder: Path
) -> tuple[Manifest[Asked], Report]:
    """Write the bundle and the report of a run into a folder, and hand both back as data."""
    drafted, model = family.model(learned)
    manifest = write(family.kind, drafted, model, folder / BUNDLE_FOLDER)
    report = family.report(given, learned, manifest)
    write_report(report, folder)
    if report.predictions is not None:
        kept = KeptPredictions(given.workspace)
        kept.write(_predictions_of(folder), report.predictions, given.pack.customer_ids)
    # What is in a file by now does not go through the pipe to whoever waits for this process.
    return manifest, replace(report, predictions=None)


def _predictions_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-predictions.parquet")
