"""What this week is beside the weeks before, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

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
    from serving.nightly.monitoring.look import look

    found, reused = look(
        call.workspace, as_of=as_of or tomorrow(), again=again, progress=call.narrator.progress
    )
    alarms = found["alarms"]
    count = "1 thing" if len(alarms) == 1 else f"{len(alarms)} things"
    said = f"{count} to look at" if alarms else "Nothing is out of the ordinary"
    return Outcome(
        said=f"{said} in the week before {found['end']}",
        lines=(
            *(f"  ! {one['sentence']}" for one in alarms),
            *(f"  {one}" for one in quality_sentences(found)),
        ),
        data={**found, "reused": reused},
    )


def quality_sentences(found: Mapping[str, Any]) -> list[str]:
    """How good the model is, as realised and as estimated, or why that cannot be said."""
    said = []
    if found.get("cannot"):
        said.append(f"Cannot say anything of {found['cannot']}.")
    for one in found.get("realised", ())[:1]:
        left_out = f", {one['treated']:,} treated ones left out" if one["treated"] else ""
        said.append(
            f"As of {one['as_of']} {_figures(one)} of {one['customers']:,} customers{left_out}; "
            f"expected were {_figures(one['estimated'])}."
        )
    if found.get("cannot_estimate"):
        said.append(f"Cannot estimate how good the model is now: {found['cannot_estimate']}.")
    if found.get("estimated"):
        said.append(f"Now estimated before anybody knows: {_figures(found['estimated'])}.")
    return said


def _figures(one: Mapping[str, Any]) -> str:
    """Share, AUC and share of the riskiest tenth in words."""
    auc = "no AUC" if one["auc"] is None else f"AUC {one['auc']:.3f}"
    return f"{_share(one['share'])}, of the riskiest tenth {_share(one['share_of_list'])}, {auc}"


def _share(share: float | None) -> str:
    return "nobody" if share is None else f"{share:.1%}"
