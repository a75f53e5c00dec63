"""The work of a night: every step that single verbs do, in order, under one lock, and what each came to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from features.vocabulary.errors import RegularsError
from regulars.call import Call, error_of_fault, verb
from regulars.narrator import Outcome
from regulars.night_steps import STEPS, NightStep, files_of_a_night, refuse_wrong_files

DONE, UNCHANGED, OFF, FAILED, NOT_REACHED = "done", "unchanged", "off", "failed", "not reached"
_AFTERWARDS = "mend that, then `regulars nightly` goes on from there"


@dataclass
class StepResult:
    """What became of a step of a night."""

    step: str
    state: str = NOT_REACHED
    seconds: float = 0.0
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The step in a few words."""
        done = f"{self.seconds:.1f} s" if self.state == DONE else self.state
        alarms = self.counts.get("alarms")
        told = self.counts.get("told")
        return f"{self.step} {done}" + (
            f" with {_alarms(alarms)}" if alarms else f" ({told})" if told else ""
        )


def _alarms(count: int) -> str:
    return f"{count} alarm{'' if count == 1 else 's'}, which `regulars monitor` tells"


@click.command()
@verb
def nightly(call: Call) -> Outcome:
    """Do all the work of a night in order, and of what was done before only what has changed."""
    asked = call.settings.nightly
    refuse_wrong_files(asked)
    results = [StepResult(one.name) for one in STEPS]
    with call.workspace.night():
        files_of_a_night(call).set_aside((*asked.lists, *asked.exports))
        for step, result in zip(STEPS, results, strict=True):
            fault = _do(step, result, call)
            if fault is not None:
                return _stopped(result, results, fault)
    said = ", ".join(one.said for one in results)
    return Outcome(said=f"The night is done: {said}", data=_as_data(results))


def _do(step: NightStep, result: StepResult, call: Call) -> RegularsError | None:
    """Do a step and note what became of it; what it was stopped by, if it was."""
    if not step.is_asked(call.settings):
        result.state = OFF
        return None
    started = time.perf_counter()
    result.state = FAILED
    try:
        outcome = step.run(call)
    except RegularsError as fault:
        return fault
    except Exception as fault:
        told = error_of_fault(call, "nightly", fault)
        if told is None:
            # A mistake of the program shows itself, and where it was met.
            fault.add_note(f"In the step {step.name} of the night.")
            raise
        return told
    finally:
        result.seconds = round(time.perf_counter() - started, 2)
    result.state = UNCHANGED if outcome.data.get("reused") else DONE
    found = {name: outcome.data[name] for name in step.figures if name in outcome.data}
    result.counts = {
        name: len(one) if isinstance(one, list) else one for name, one in found.items()
    }
    return None


def _stopped(stopped: StepResult, results: Sequence[StepResult], fault: RegularsError) -> Outcome:
    """A night that did not come to its end: where and why, and what was done before."""
    before = ", ".join(one.said for one in results[: results.index(stopped)])
    done = f" Before it: {before}." if before else ""
    return Outcome(
        said=f"The night stopped at {stopped.step}. {fault}{done}",
        next=_AFTERWARDS,
        data={**_as_data(results), "stopped_at": stopped.step, "refused": fault.as_dict()},
        exit_code=fault.exit_code,
    )


def _as_data(results: Sequence[StepResult]) -> dict[str, Any]:
    return {
        "steps": [
            {"step": one.step, "state": one.state, "seconds": one.seconds, "counts": one.counts}
            for one in results
        ]
    }
