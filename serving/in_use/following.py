"""Waiting until a running service answers from a model that it was pointed at."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from features.company.workspace import Workspace
from serving.in_use.attendance import NamedModel, attending
from training.bundles.manifest import Manifest

LOOK_EVERY_SECONDS = 0.1
LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class Followed:
    """What became of a model that was put to use: how many processes serve, how many of them by it, and why not all.

    ``seconds`` is how long that took.
    """

    processes: int
    by_it: int
    fault: str
    seconds: float

    @property
    def is_followed(self) -> bool:
        """Whether everything that serves answers from it; so it is where nothing serves."""
        return self.by_it == self.processes

    def as_dict(self) -> dict[str, Any]:
        """The same for scripts: ``served`` is None where nothing serves."""
        is_served = self.is_followed if self.processes else None
        return {"served": is_served, "processes": self.processes, "service_fault": self.fault}

    @property
    def said(self) -> str:
        """The same in words."""
        if not self.processes:
            return "no service runs; it answers from the next start on"
        if self.is_followed:
            who = "the service" if self.processes == 1 else f"all {self.processes} processes"
            return f"{who} answered from it after {self.seconds:.1f} s"
        others = f"{self.processes - self.by_it} of {self.processes} processes"
        why = self.fault or f"they have not taken it up in {self.seconds:.0f} s"
        return f"{others} still answer from the model before: {why}"


def followed(
    workspace: Workspace,
    manifest: Manifest[Any],
    *,
    longest_seconds: float = LONGEST_SECONDS,
    ticks: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Followed:
    """Wait until every process that serves a workspace answers from a bundle, or one refuses it, or time is up."""
    begun, wanted = ticks(), NamedModel.of(manifest).name
    while True:
        there = attending(workspace)
        by_it = sum(one.answering.get(manifest.name) == wanted for one in there)
        faults = [
            one.faults[manifest.name]
            for one in there
            if one.pointed_at.get(manifest.name) == manifest.digest
            and one.answering.get(manifest.name) != wanted
            if manifest.name in one.faults
        ]
        seconds = ticks() - begun
        if by_it + len(faults) == len(there) or seconds >= longest_seconds:
            return Followed(len(there), by_it, faults[0] if faults else "", seconds)
        pause(LOOK_EVERY_SECONDS)
