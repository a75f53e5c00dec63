"""What this week is beside the weeks before, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from features.vocabulary.errors import RegularsError
from features.vocabulary.time import Cutoff
from regulars.call import Call, tomorrow, verb
from regulars.narrator import Outcome
from regulars.options import again_option, as_of_option


@click.command()
@as_of_option
@again_option
@verb
def monitor(call: Call, as_of: Cutoff | None, again: bool) -> Outcome:
    """Say what this week differs in from the weeks before: inputs, scores, feeds, and how good the model still is."""
    return look_at_the_week(call, as_of, again=again)


def look_at_the_week(call: Call, as_of: Cutoff | None = None, *, again: bool = False) -> Outcome:
    """Look at inputs, scores, feeds and quality, as ``monitor`` does and a night; nothing is trained by it."""
    from serving.findings.wording import headline
    from serving.nightly.monitoring.look import look

    found, reused = look(
        call.workspace, as_of=as_of or tomorrow(), again=again, progress=call.narrator.progress
    )
    return Outcome(
        said=headline(found) + _into_mlflow(call, found),
        lines=(
            *(line for one in found["alarms"] for line in _alarm_lines(one)),
            *(f"  {one}" for one in how_good(found)),
        ),
        data={**found, "reused": reused},
    )


def _alarm_lines(alarm: Mapping[str, Any]) -> tuple[str, str]:
    """An alarm: what was found, and since when and what to do."""
    return f"  ! {alarm['sentence']}", f"    Since {alarm['since']}. {alarm['to_do']}"


def how_good(found: Mapping[str, Any]) -> list[str]:
    """How good the model is, as realised and as estimated, or why that cannot be said."""
    from serving.findings.wording import NO_SEASON, estimated_sentence, realised_sentence

    said = []
    if found.get("cannot"):
        said.append(f"Cannot say anything of {found['cannot']}.")
    if found.get("knows_season") is False:
        said.append(NO_SEASON)
    said += filter(None, [realised_sentence(found)])
    if found.get("cannot_estimate"):
        said.append(f"Cannot estimate how good the model is now: {found['cannot_estimate']}.")
    return [*said, *filter(None, [estimated_sentence(found)])]


def _into_mlflow(call: Call, found: Mapping[str, Any]) -> str:
    """Have MLflow know of a look through a model, once; what keeps it from that is said and stops nothing."""
    if not found.get("run_id"):
        return ""
    try:
        from training.families.churn.bundle import CHURN_KIND
        from training.registry.registry import Registry
        from training.registry.weeks import Weeks

        Weeks(Registry(call.settings, call.workspace, CHURN_KIND.name), call.workspace).note(found)
    except Exception as fault:
        said = fault.found if isinstance(fault, RegularsError) else type(fault).__name__
        return f"; MLflow could not be told: found {said}"
    return ""
