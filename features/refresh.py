"""Everybody's behaviour vectors at one cutoff, published for scoring."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.errors import WorkspaceRefused
from features.pack import Pack
from features.plan import Plan
from features.progress import Progress, silent
from features.store import open_store
from features.vectors import build_vectors, open_vectors, write_vectors
from features.vocabulary import DAY_SECONDS, Cutoff
from features.workspace import Workspace

_SUMMARY = "refresh.json"


@dataclass(frozen=True)
class VectorsSummary:
    """What was published: how many customers, by which definitions, as of when, from which data."""

    customers: int
    features: int
    cutoff: str
    plan_hash: str
    data_digest: str
    reused: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)


def natural_cutoff(last_known_seconds: int) -> Cutoff:
    """The first midnight (UTC) by which everything in the store was known.

    >>> str(natural_cutoff(Cutoff.parse("2026-03-01T23:59:59").seconds))
    '2026-03-02'
    """
    return Cutoff((last_known_seconds // DAY_SECONDS + 1) * DAY_SECONDS)


def refresh_vectors(
    workspace: Workspace,
    cutoff: Cutoff | None = None,
    *,
    plan_for: Callable[[Pack], Plan],
    threads: int = 2,
    progress: Progress = silent,
) -> VectorsSummary:
    """Compute every customer's vector at a cutoff and publish them; unchanged ones are kept.

    Without a cutoff the natural one is taken: the midnight after the last known event. ``plan_for``
    chooses the plan for the events in the store.
    """
    store = open_store(workspace)
    pack = store.pack()
    plan = plan_for(pack)
    cutoff = cutoff or natural_cutoff(pack.last_known)
    wanted = {"cutoff": str(cutoff), "plan_hash": plan.hash, "data_digest": pack.digest}
    current = workspace.vectors.current
    if current is not None and (published := _summary_of(current)) is not None:
        known = published.as_dict()
        if all(known[key] == value for key, value in wanted.items()):
            return VectorsSummary(**{**known, "reused": True})
    with workspace.writing(), workspace.vectors.draft() as draft:
        vectors = build_vectors(pack, plan, [cutoff], threads=threads, progress=progress)
        summary = VectorsSummary(
            customers=vectors.rows,
            features=len(plan.features),
            cutoff=str(cutoff),
            plan_hash=plan.hash,
            data_digest=pack.digest,
        )
        write_vectors(vectors, draft)
        (draft / _SUMMARY).write_text(json.dumps(summary.as_dict()), encoding="utf-8")
    return summary


def published_vectors(workspace: Workspace) -> VectorsSummary | None:
    """What the current vectors say about themselves; None when there are none."""
    current = workspace.vectors.current
    return None if current is None else _summary_of(current)


def _summary_of(generation: Path) -> VectorsSummary | None:
    try:
        return VectorsSummary(**json.loads((generation / _SUMMARY).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def export_vectors(workspace: Workspace, path: Path) -> int:
    """Write the published vectors to a Parquet file, one column a feature; returns the rows written.

    ``customer_id`` and ``cutoff`` come first; a missing value is null.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    generation = workspace.vectors.current
    if generation is None:
        raise WorkspaceRefused(
            expected="published vectors", found="none", remedy="Run `regulars vectors` first."
        )
    vectors = open_vectors(generation)
    ids = open_store(workspace).pack().customer_ids
    instants = vectors.cutoff_seconds.astype("datetime64[s]")
    columns = {
        "customer_id": pa.array([ids[int(key)] for key in vectors.customer_keys], pa.string()),
        "cutoff": pa.array(instants, pa.timestamp("s", "UTC")),
    }
    for name in vectors.feature_names:
        column = vectors.column(name)
        columns[name] = pa.array(column, pa.float32(), mask=np.isnan(column))
    beside = path.with_name(path.name + ".draft")
    parquet.write_table(pa.table(columns), beside, compression="zstd")
    beside.replace(path)
    return vectors.rows
