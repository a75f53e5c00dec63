"""One look at a company as its data end: what it found, kept in the workspace and made once a store, model and day."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from features.checks.journal import read_journal
from features.company.workspace import Workspace, write_whole
from features.store.store import Store, open_store
from features.vectors.refresh import natural_cutoff
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from serving.findings.findings import LATEST, Finding, Look, latest_look
from serving.nightly.monitoring.alarms import (
    RISK,
    as_alarm,
    break_alarms,
    loss_alarms,
    shift_alarms,
    since_when,
)
from serving.nightly.monitoring.judged_weeks import JudgedWeek, JudgedWeeks, SettledDay
from serving.process.without_training import libraries_hidden
from training.bundles.admission import current_folder
from training.families.churn.bundle import Bundle, current_bundle
from training.measures.monitoring.feeds import feed_breaks
from training.measures.monitoring.quality import (
    LEVEL_OFF,
    Quality,
    calibration_fault,
    estimated_quality,
    realised_quality,
)
from training.measures.monitoring.shrinkage import Holdings, losses
from training.measures.monitoring.stability import LEAST_CUSTOMERS, Shift, shifts

FEAST_MOVES = 3
"""Columns, at least, that a feast on another day of the calendar moves: one alone is no feast."""
_HOLDINGS, _HELD_BEFORE = "holdings", "held_before"


def look(
    workspace: Workspace, *, as_of: Cutoff, again: bool = False, progress: Progress = silent
) -> tuple[Look, bool]:
    """Look at the week in which the data end; says what was found, and whether an earlier look found it already.

    ``as_of`` is the day of the look, by which a table that is silent is late. Raises ``WorkspaceRefused`` without a store; a
    model that is not there, or that the data do not suit, is told as what cannot be said.
    """
    store = open_store(workspace)
    model = current_folder(workspace)
    made_of = {
        "store": store.folder.name,
        "model": "" if model is None else model.name,
        "as_of": str(as_of),
    }
    before = latest_look(workspace)
    if before and not again and all(before.get(name) == one for name, one in made_of.items()):
        return without_holdings(before), True
    now = Holdings.of(store.manifest.rows, read_journal(store.folder))
    # Another look at the same store still tells what that store has lost.
    is_the_same = before.get("store") == store.folder.name
    held = before.get(_HELD_BEFORE if is_the_same else _HOLDINGS)
    lost = losses(Holdings(**held), now) if held else []
    end = natural_cutoff(store.manifest.last_known_seconds)
    found: dict[str, Any] = {"end": str(end), **made_of}
    breaks = feed_breaks(store.pack(), end.seconds, as_of_seconds=as_of.seconds)
    judged, moved = _of_the_model(workspace, store, end, progress)
    found |= judged
    alarms = [*loss_alarms(lost), *break_alarms(breaks), *moved]
    found["alarms"] = [as_alarm(one) for one in since_when(alarms, before, str(end))]
    found |= {_HOLDINGS: now.as_dict(), _HELD_BEFORE: held}
    _keep(workspace, found)
    return without_holdings(found), False


def without_holdings(found: Look) -> Look:
    """A look without what only the next one needs."""
    return {name: one for name, one in found.items() if name not in (_HOLDINGS, _HELD_BEFORE)}


def _of_the_model(
    workspace: Workspace, store: Store, end: Cutoff, progress: Progress
) -> tuple[dict[str, Any], list[Finding]]:
    """What there is to say of inputs, scores and quality, and which of them somebody should know."""
    try:
        with libraries_hidden():
            bundle = current_bundle(workspace)
        weeks = JudgedWeeks(bundle, store, progress=progress)
        judged = weeks.ending(end)
    except RegularsError as fault:
        return {"cannot": f"inputs, scores and quality: found {fault.found}"}, []
    inputs, scores = shifts_of(weeks, judged)
    said: dict[str, Any] = {
        "model_version": bundle.manifest.version,
        "run_id": bundle.manifest.run_id,
        "customers": len(judged[-1].risks) if judged else 0,
        "inputs": [_plain(one) for one in inputs],
        "scores": _plain(scores[0]) if scores else None,
        "knows_season": weeks.knows_season(end),
    }
    if not scores:
        said["cannot"] = "inputs and scores: too few weeks, or fewer than 100 customers in one"
    if judged:
        said |= _quality(bundle, judged[-1].risks, weeks.settled(end))
    return said, list(shift_alarms([*inputs, *scores], weeks.inputs))


def shifts_of(weeks: JudgedWeeks, judged: Sequence[JudgedWeek]) -> tuple[list[Shift], list[Shift]]:
    """Every input and the risks of the last of some weeks beside those before; empty where these are too few.

    Where any alarms it is held to the same weeks of last year, as far as the data reach back; where many do, as a feast makes
    them, also to the weeks around.
    """
    found = _shifts(weeks, judged, [])
    moved = sum(one.is_alarm for some in found for one in some)
    if not moved:
        return found
    around = moved >= FEAST_MOVES
    years = weeks.years_before(judged[-1].cutoff, around=around)
    enough = [one for one in years if _are_enough(one)]
    return _shifts(weeks, judged, enough) if enough else found


def _shifts(
    weeks: JudgedWeeks, judged: Sequence[JudgedWeek], years: Sequence[Sequence[JudgedWeek]]
) -> tuple[list[Shift], list[Shift]]:
    names, compared = tuple(weeks.inputs), len(weeks.inputs) + 1
    inputs = shifts(
        names,
        [one.inputs for one in judged],
        compared=compared,
        years_before=[[one.inputs for one in year] for year in years],
    )
    risks = shifts(
        [RISK],
        [one.risks[:, None] for one in judged],
        compared=compared,
        years_before=[[one.risks[:, None] for one in year] for year in years],
    )
    return inputs, risks


def _are_enough(year: Sequence[JudgedWeek]) -> bool:
    return min(len(one.risks) for one in year) >= LEAST_CUSTOMERS


def _quality(bundle: Bundle, risks: Any, settled: list[SettledDay]) -> dict[str, Any]:
    """How good the model is: as realised on the latest days that are known, and as estimated where that bears it out."""
    said: dict[str, Any] = {"estimated": None, "cannot_estimate": "", "realised": []}
    for day in settled:
        found = _plain(realised_quality(day.outcomes, day.risks))
        expected = _plain(estimated_quality(day.risks))
        said["realised"].append(
            {"as_of": str(day.cutoff), **found, "treated": day.treated, "estimated": expected}
        )
    if settled:
        outcomes = np.concatenate([day.outcomes for day in settled])
        fault = calibration_fault(outcomes, np.concatenate([day.risks for day in settled]))
    else:
        fault = _fault_of_training(bundle.manifest.metrics)
    if fault:
        said["cannot_estimate"] = fault
    else:
        said["estimated"] = _plain(estimated_quality(risks))
    return said


def _fault_of_training(metrics: Mapping[str, Any]) -> str:
    """Why the risks cannot be taken at their word by what the training found; nothing came of later days yet."""
    level = metrics.get("observed_over_expected")
    if level is None:
        return "what came of no day since the training is known, and the training says nothing of calibration"
    if not 1 - LEVEL_OFF <= float(level) <= 1 / (1 - LEVEL_OFF):
        return f"in its training {100 * float(level):.0f} left where 100 were expected"
    return ""


def _plain(found: Shift | Quality) -> dict[str, Any]:
    """Figures as JSON knows them: what cannot be said is null."""
    return {
        name: None if isinstance(one, float) and math.isnan(one) else one
        for name, one in asdict(found).items()
    }


def _keep(workspace: Workspace, found: Look) -> None:
    """Keep a look by the day of its data, and as the latest."""
    folder = workspace.monitoring
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    for name in (f"{found['end']}.json", LATEST):
        write_whole(folder / name, text)
