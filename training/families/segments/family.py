"""How segments come to be and stay: kept frozen as long as they fit, else found, registered and promoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import PlanRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Horizon
from training.families.segments.bundle import SEGMENT_KIND, SegmentBundle, segments_in_use
from training.families.segments.checks import segments_gate
from training.families.segments.learning import LearnedSegments, learn_segments
from training.families.segments.now.today import Cutoffs, Today, see_today, segment_cutoffs
from training.families.segments.report import write_segments_run
from training.learners.columns import SHARED_BY
from training.registry.gate import Check
from training.registry.publication import publish

MOST_DRIFT = 1.25
_LEAST_DISTANCE = 0.01
_DESCRIPTION = "Who buys alike: behaviour segments with frozen centres and lasting names."


@dataclass(frozen=True)
class SegmentsSummary:
    """What a training of segments came to.

    ``kept`` says that the segments in use stayed as they are, and ``why`` in a sentence why so or not.
    """

    title: str
    version: str
    digest: str
    run_id: str
    kept: bool
    promoted: bool
    why: str
    metrics: Mapping[str, Any]
    tried: Sequence[Mapping[str, Any]]
    checks: Sequence[Check]
    notes: Sequence[str]
    today: Today

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return {
            "title": self.title,
            "version": self.version,
            "digest": self.digest,
            "run_id": self.run_id,
            "kept": self.kept,
            "promoted": self.promoted,
            "why": self.why,
            "metrics": dict(self.metrics),
            "tried": [dict(one) for one in self.tried],
            "checks": [asdict(one) for one in self.checks],
            "notes": list(self.notes),
            "cutoff": str(self.today.cutoff),
            "segments": [one.as_dict() for one in self.today.profiles],
            "migration": self.today.migration.as_dict(),
            "standing": self.today.standing.rows(),
        }


def train_segments(
    settings: Settings,
    workspace: Workspace,
    *,
    refit: bool = False,
    promote: bool = True,
    threads: int = 2,
    progress: Progress = silent,
) -> SegmentsSummary:
    """Sort customers by how they buy; segments in use stay frozen unless ``refit`` or they fit no more.

    Raises ``WorkspaceRefused`` without ingested data, and ``ModelRefused`` when the data cannot carry
    segments; then nothing is registered.
    """
    pack = open_store(workspace).pack()
    previous, horizon = segments_in_use(workspace), settings.churn.horizon
    why = "there were none before"
    if previous is not None:
        cutoffs = segment_cutoffs(pack, horizon)
        why = "a refit was asked for" if refit else unfit(previous, pack, cutoffs)
        if not why:
            return _kept(previous, pack, cutoffs, horizon, threads)
    learned = learn_segments(pack, horizon, previous=previous, threads=threads, progress=progress)
    return _published(learned, settings, workspace, promote=promote, why=why, progress=progress)


def unfit(bundle: SegmentBundle, pack: Pack, cutoffs: Cutoffs) -> str:
    """Why frozen segments describe today's customers no more; empty while they do.

    They do not when a table or column they read is gone, when a segment has lost nearly all its
    customers, or when customers are a quarter farther from their centres than those they were fitted on.
    """
    try:
        plan = bundle.compiled(pack)
    except PlanRefused as fault:
        return f"the old ones cannot be given their features any more: found {fault.found}"
    model = bundle.model
    vectors = build_vectors(pack, plan, [cutoffs.now])
    vectors = vectors.select(model.has_segment(vectors))
    size = np.bincount(model.places(vectors), minlength=len(model.ids))
    least = max(SHARED_BY, vectors.rows // 100)
    if size.min() < least:
        lost = model.names[int(size.argmin())]
        return f"of the old ones “{lost}” has {size.min():,} customers left, under one in a hundred"
    # Customers of a few exact kinds lie on their centres, and nothing can be a share of no distance.
    before = max(float(bundle.manifest.metrics["mean_distance"]), _LEAST_DISTANCE)
    farther = float(model.distances(vectors).mean()) / before
    if farther > MOST_DRIFT:
        return (
            f"customers are {farther:.2f} times as far from the old centres as when those were made"
        )
    return ""


def _kept(
    bundle: SegmentBundle, pack: Pack, cutoffs: Cutoffs, horizon: Horizon, threads: int
) -> SegmentsSummary:
    manifest = bundle.manifest
    today = see_today(bundle.model, bundle.compiled(pack), pack, cutoffs, horizon, threads=threads)
    return SegmentsSummary(
        title=manifest.title,
        version=manifest.version,
        digest=manifest.digest,
        run_id=manifest.run_id,
        kept=True,
        promoted=True,
        why=f"the centres of {manifest.metrics['fitted_at']} still fit; --refit finds new ones",
        metrics=manifest.metrics,
        tried=manifest.ladder,
        checks=(),
        notes=manifest.notes,
        today=today,
    )


def _published(
    learned: LearnedSegments,
    settings: Settings,
    workspace: Workspace,
    *,
    promote: bool,
    why: str,
    progress: Progress,
) -> SegmentsSummary:
    published = publish(
        settings,
        workspace,
        SEGMENT_KIND,
        lambda draft: write_segments_run(draft, learned),
        gate=segments_gate,
        description=_DESCRIPTION,
        promote=promote,
        progress=progress,
    )
    manifest, gate = published.manifest, published.gate
    return SegmentsSummary(
        title=manifest.title,
        version=published.version,
        digest=manifest.digest,
        run_id=published.run_id,
        kept=False,
        promoted=published.is_promoted,
        why=f"{why}; {learned.continues} of {len(learned.model.ids)} continue earlier ones",
        metrics=manifest.metrics,
        tried=manifest.ladder,
        checks=gate.checks if gate is not None else (),
        notes=manifest.notes,
        today=learned.today,
    )
