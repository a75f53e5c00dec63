"""From a written bundle to a registered version, and through the gate: how every training ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.progress import Progress, silent
from training.bundles.kind import Kind
from training.bundles.manifest import Manifest
from training.bundles.signature import Signing
from training.learners.boosting import BoostedModel
from training.registry.gate import Gate
from training.registry.promotion import PromotionSummary, judge
from training.registry.registry import BUNDLE_FOLDER, Registry, RunRecord


@dataclass
class Steps:
    """How long each step of a training took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter, repr=False)

    def done(self, step: str) -> None:
        """End a step; the next begins."""
        now = time.perf_counter()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now


@dataclass(frozen=True)
class Publication:
    """A registered version: its manifest, what its run logged, and what the gate said where it was asked."""

    manifest: Manifest
    record: RunRecord
    run_id: str
    version: str
    gate: PromotionSummary | None
    seconds: Mapping[str, float]

    @property
    def is_promoted(self) -> bool:
        """Whether the version is in use now."""
        return self.gate is not None and self.gate.promoted


def publish(
    settings: Settings,
    workspace: Workspace,
    kind: Kind[Any, Any],
    write: Callable[[Path], tuple[Manifest, RunRecord]],
    *,
    gate: Gate,
    description: str,
    booster: BoostedModel | None = None,
    promote: bool = True,
    steps: Steps | None = None,
    progress: Progress = silent,
) -> Publication:
    """Write a run into a folder, log and register it, and put it to use if it is to be and may be.

    ``write`` fills the folder and says what to log; ``gate`` is that of the family; ``booster`` is logged natively as well.
    """
    steps = steps or Steps()
    with workspace.scratch("training") as draft:
        manifest, record = write(draft)
        Signing(workspace).sign(record.folder / BUNDLE_FOLDER)
        steps.done("bundle and report")
        progress("recording the run", 0, 1)
        registry = Registry(settings, workspace, kind.name)
        steps.done("opening MLflow")
        run_id = registry.record(record)
        if booster is not None:
            registry.log_booster(run_id, booster)
        version = registry.register(run_id, manifest, description)
        progress("recording the run", 1, 1)
        steps.done("MLflow")
    promotion: PromotionSummary | None = None
    if promote:
        reason = "trained, and passed every check"
        promotion = judge(registry, workspace, version, kind=kind, gate=gate, reason=reason)
        steps.done("promotion")
    return Publication(manifest, record, run_id, version, promotion, steps.seconds)
