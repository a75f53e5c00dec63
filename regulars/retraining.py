"""Retraining in the night: whether it is due, and what became of it; by hand unless the settings say otherwise.

What is learned always goes through the gate: what passes is put to use, what does not waits for a person, and the model of before
stays. Nothing is learned from tables whose feeds are broken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from features.vocabulary.errors import RegularsError
from features.vocabulary.time import Cutoff
from regulars.call import Call
from regulars.narrator import Outcome

if TYPE_CHECKING:
    from features.company.settings.service import NightlySettings
    from features.company.workspace import Workspace

BY_HAND, ON_SCHEDULE, ON_ALARM = "by_hand", "on_schedule", "on_alarm"
CALLS_FOR_IT = ("input", "scores")
"""The kinds of findings that say customers are not what they were."""
FORBID_IT = ("stopped", "fell", "rose", "emptied", "shrank")
"""Those that say tables are not what they were; of one that is late what is there is whole."""

ANOTHER_DAY_KNOWN = 28
"""After so many days of data the outcomes of a day more are looked at, and a training may find something new in them."""


@dataclass(frozen=True)
class Due:
    """Whether a model is to be trained tonight, and why or why not, as of the data and not of the clock."""

    is_due: bool
    why: str


def due(asked: NightlySettings, look: Mapping[str, Any], learned: Cutoff | None) -> Due:
    """Whether to train on what the night's look found; ``learned`` is the end of the data learned from last, if any."""
    end = Cutoff.parse(look["end"])
    found = look["alarms"]
    broken = [one for one in found if one["kind"] in FORBID_IT]
    reason = _on_schedule(asked, end, learned)
    if asked.retrain == ON_ALARM:
        reason = _on_alarm(look, end, learned)
    if reason.is_due and broken:
        about = ", ".join(sorted({one["about"] for one in broken}))
        return Due(False, f"{reason.why}, but nothing is learned before {about} is mended")
    return reason


def _on_schedule(asked: NightlySettings, end: Cutoff, learned: Cutoff | None) -> Due:
    if learned is None:
        return Due(True, "nothing was learned yet")
    next_end = learned.plus_days(asked.retrain_every_days)
    if end.seconds < next_end.seconds:
        return Due(False, f"due with data until {next_end}")
    return Due(True, f"learned last from data until {learned}")


def _on_alarm(look: Mapping[str, Any], end: Cutoff, learned: Cutoff | None) -> Due:
    if learned is None:
        return Due(True, "nothing was learned yet")
    # What was found before the model learned is what it has learned.
    news = [
        str(one["about"])
        for one in look["alarms"]
        if one["kind"] in CALLS_FOR_IT and Cutoff.parse(one["since"]).seconds > learned.seconds
    ]
    if news:
        return Due(True, f"not what it was: {', '.join(news)}")
    is_known_again = end.seconds >= learned.plus_days(ANOTHER_DAY_KNOWN).seconds
    if look.get("realised") and look.get("cannot_estimate") and is_known_again:
        return Due(True, f"its risks did not come true: {look['cannot_estimate']}")
    return Due(False, "nothing that it reads or says has moved since it was learned")


def retrain(call: Call) -> Outcome:
    """Train the churn model where it is due, and put it to use where it passes the gate; says what became of it and why."""
    from serving.findings.findings import latest_look

    look, workspace = latest_look(call.workspace), call.workspace
    found = due(call.settings.nightly, look, learned_last(workspace))
    if not found.is_due:
        return _outcome(False, "not due", found.why, reused=True)
    try:
        trained = _trained(call)
    except RegularsError as fault:
        # Whoever scores tomorrow does so by the model of before; a training that failed is told and tried again.
        return _outcome(False, "not trained", f"{found.why}; found {fault.found}")
    _note(workspace, look["end"])
    version = str(trained["version"])
    if trained["promoted"]:
        result = f"promoted{trained['not_served']}"
        return _outcome(True, result, found.why, version=version, gate="passed")
    from training.registry.gate import said_of

    refused = said_of(trained["refused"])
    return _outcome(
        True,
        "waiting",
        f"{found.why}; the gate keeps it out: {refused}",
        version=version,
        gate="refused",
    )


def _trained(call: Call) -> Mapping[str, Any]:
    """What a training came to; its vectors are made where it was put to use."""
    from regulars.training import summary_of_training
    from regulars.vectors import compute_vectors

    summary, putting = summary_of_training(call, "churn")
    if summary.promoted:
        compute_vectors(call)
    followed = putting.followed
    refuses = followed is not None and not followed.is_followed
    return {
        "version": summary.version,
        "promoted": summary.promoted,
        "refused": summary.refused,
        "not_served": f" and not served, for {followed.said}" if followed and refuses else "",
    }


def learned_last(workspace: Workspace) -> Cutoff | None:
    """The end of the data the model in use, or a later one that waits, has learned from; None where there is none."""
    from training.bundles.promoted import PromotedBundles
    from training.families.churn.bundle import CHURN_KIND

    champion = PromotedBundles(workspace, CHURN_KIND).champion_manifest()
    known = [] if champion is None else [Cutoff.parse(champion.data_cut)]
    noted = _noted(workspace)
    known += [noted] if noted is not None else []
    return max(known, key=lambda one: one.seconds, default=None)


def _note(workspace: Workspace, end: str) -> None:
    from features.company.workspace import write_whole

    write_whole(workspace.retraining, json.dumps({"learned": end}))


def _noted(workspace: Workspace) -> Cutoff | None:
    try:
        return Cutoff.parse(json.loads(workspace.retraining.read_text(encoding="utf-8"))["learned"])
    except (OSError, ValueError, KeyError, TypeError, RegularsError):
        # Without a note the model in use alone says what was learned.
        return None


def _outcome(
    is_trained: bool,
    result: str,
    why: str,
    *,
    version: str = "",
    gate: str = "",
    reused: bool = False,
) -> Outcome:
    named = f"version {version} {result}" if version else result
    data = {
        "trained": is_trained,
        "version": version,
        "gate": gate,
        "result": result,
        "why": why,
        "told": f"{named}: {why}",
        "reused": reused,
    }
    return Outcome(said=f"Retraining: {named}: {why}", data=data)
