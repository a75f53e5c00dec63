"""Everybody's behaviour vectors at the end of the data, published for scoring."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.company.block_digests import damage_in
from features.company.workspace import Workspace
from features.plan.plan import Plan
from features.store.pack import Pack
from features.store.store import Store, open_store
from features.vectors.vectors import build_for_scoring, write_vectors
from features.vocabulary.errors import UsageRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff

_SUMMARY = "refresh.json"


@dataclass(frozen=True)
class VectorsSummary:
    """What was published: how many customers, by which definitions, as of when, from which data."""

    customers: int
    features: int
    cutoff: str
    plan_hash: str
    data_digest: str
    fitted: str = ""
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


def end_of_data(pack: Pack) -> Cutoff:
    """The first midnight (UTC) after the last row became known."""
    return natural_cutoff(pack.last_known)


def allowed_cutoffs(store: Store, cutoffs: Sequence[Cutoff]) -> list[Cutoff]:
    """The cutoffs in their order, each once; the natural one where none is given.

    Raises ``UsageRefused`` for one at which nothing had happened yet, or that lies after the midnight
    by which everything in the store was known.
    """
    last = natural_cutoff(store.manifest.last_known_seconds)
    first = Cutoff(store.manifest.first_seconds)
    wrong = [one for one in cutoffs if not first < one <= last]
    if wrong:
        raise UsageRefused(
            expected=f"a cutoff after {first} and up to {last}, where the data are",
            found=", ".join(map(str, wrong)),
            remedy="Give a date in that range, or none for the end of the data.",
        )
    return sorted(set(cutoffs)) or [last]


def refresh_vectors(
    workspace: Workspace,
    *,
    plan_for: Callable[[Pack], Plan],
    threads: int = 2,
    progress: Progress = silent,
    again: bool = False,
) -> VectorsSummary:
    """Compute every customer's vector at the end of the data and publish them; unchanged ones are kept.

    Those that are damaged are made anew, and so are all when they are wanted ``again``. No other cutoff is
    published: scores, lists and pages speak of today. ``plan_for`` chooses the plan for the events in the store.
    """
    store = open_store(workspace)
    pack = store.pack()
    plan = plan_for(pack)
    [cutoff] = allowed_cutoffs(store, [])
    wanted = {"cutoff": str(cutoff), "plan_hash": plan.hash, "data_digest": pack.digest}
    wanted |= {"fitted": plan.fitted}
    current = workspace.vectors.current
    if current is not None and (published := _summary_of(current)) is not None and not again:
        known = published.as_dict()
        if all(known[key] == value for key, value in wanted.items()) and not damage_in(current):
            return VectorsSummary(**{**known, "reused": True})
    with workspace.writing(), workspace.vectors.draft() as draft:
        vectors = build_for_scoring(pack, plan, cutoff, threads=threads, progress=progress)
        summary = VectorsSummary(
            customers=vectors.rows,
            features=len(plan.features),
            cutoff=str(cutoff),
            plan_hash=plan.hash,
            data_digest=pack.digest,
            fitted=plan.fitted,
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
