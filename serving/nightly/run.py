"""Everybody's scores at one cutoff: computed in one go, written beside the last and published at once.

A snapshot is complete in itself (``published`` says what it holds): it carries the vectors it was made
from along as links, not copies, so a reader needs one folder and never sees half of an update.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import ReasonSettings, Settings
from features.company.workspace import Generations, Workspace
from features.lifecycle.stages import LifecycleSettings, lifecycle_of_everybody
from features.store.pack import Pack, let_go
from features.store.store import Store, open_store
from features.vectors.refresh import published_vectors
from features.vectors.vectors import Vectors, open_vectors
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.progress import Progress, silent
from serving.ledger.administration import withheld_in
from serving.ledger.privacy import Withheld
from serving.nightly.customer_facts import history
from serving.nightly.offer_catalogue import offers_of
from serving.nightly.risks import rank_everybody
from serving.process.without_training import kept_out
from serving.scores.score import Status
from serving.snapshot.checkpoints import Arrays, Checkpoints
from serving.snapshot.consent import refused_profiling
from serving.snapshot.customer_values import (
    UNKNOWN,
    ValueInUse,
    Worth,
    WorthShares,
    value_in_use,
    worth_of_everybody,
)
from serving.snapshot.earlier_risks import has_jumped, risk_before, usual_start
from serving.snapshot.reading import (
    DECLINED,
    MANIFEST_FILE,
    OFFERS_FILE,
    VALUE_SHARES,
    VECTORS_FOLDER,
    Ranking,
    Snapshot,
    of_the_model,
    open_snapshot,
)
from serving.snapshot.segments import SegmentsInUse, memberships_of_everybody, segments_for
from training.bundles.manifest import Manifest
from training.families.churn.bundle import Bundle, current_bundle
from training.families.segments.membership import Membership
from training.families.segments.model import NO_SEGMENT

SCHEMA_VERSION = 8
CHECKPOINTS = ".run"
_THREADS = 2

__all__ = ["ScoreSummary", "Snapshot", "open_snapshot", "score_everybody"]


@dataclass(frozen=True)
class ScoreSummary:
    """What a scoring run published: which model, as of when, and how many customers got what."""

    model: str
    model_version: str
    cutoff_seconds: int
    judged: int
    base: float
    expected_leavers: float
    statuses: Mapping[str, int]
    valued: int = 0
    value_cents: int = 0
    value_days: int = 0
    value_fault: str = ""
    segmented: int = 0
    segments_fault: str = ""
    earlier_seconds: int = 0
    compared: int = 0
    jumped: int = 0
    act: str = "leave"
    reused: bool = False

    @property
    def said(self) -> str:
        """What was done, in a sentence."""
        others = sum(self.statuses.values()) - self.judged
        did = "These scores stand already" if self.reused else "Scored everybody"
        return (
            f"{did}: {self.judged:,} customers judged by {self.model}, "
            f"{self.expected_leavers:,.0f} expected to {self.act}; {others:,} not judged"
        )

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)


def score_everybody(
    settings: Settings, workspace: Workspace, progress: Progress = silent
) -> ScoreSummary:
    """Score and explain every customer the model judges, and publish the result.

    A snapshot of the same model, data and cutoff is kept as it is. Raises ``WorkspaceRefused`` when
    data, vectors or a model are absent or do not belong together, ``BundleRefused`` for a bad bundle.
    """
    with kept_out():
        bundle = current_bundle(workspace)
    store = open_store(workspace)
    pack = store.pack()
    folder, vectors = _matching_vectors(workspace, pack)
    value = value_in_use(workspace, vectors)
    segments = segments_for(workspace, pack)
    withheld = withheld_in(workspace)
    identity = {
        "schema_version": SCHEMA_VERSION,
        "model_digest": bundle.manifest.digest,
        "model_version": bundle.manifest.version,
        "value": value.identity(),
        "value_fault": value.fault,
        "segments": segments.identity(),
        "segments_fault": segments.fault,
        "plan_hash": vectors.plan_hash,
        "data_digest": pack.digest,
        "cutoff_seconds": int(vectors.cutoff_seconds[0]) if vectors.rows else 0,
        "compared_days": settings.reasons.compared_days,
        "objections": _named(withheld.objected),
    }
    published = _published(workspace)
    if published is not None and identity.items() <= published.items():
        return _summary(published, reused=True)
    scores = Generations(workspace.scores.folder, keep=max(1, settings.service.kept_generations))
    with workspace.writing(), scores.draft() as draft:
        checkpoints = Checkpoints(workspace.scores.folder / CHECKPOINTS, identity)
        manifest = identity | _write(
            draft,
            checkpoints,
            bundle,
            value,
            segments,
            store,
            pack,
            vectors,
            settings.reasons,
            withheld,
            progress,
        )
        _link_vectors(folder, draft / VECTORS_FOLDER)
        offers = json.dumps(offers_of(store), ensure_ascii=False)
        (draft / OFFERS_FILE).write_text(offers, encoding="utf-8")
        (draft / MANIFEST_FILE).write_text(
            json.dumps(manifest, ensure_ascii=False), encoding="utf-8"
        )
    checkpoints.done()
    return _summary(manifest)


def _named(customer_ids: Collection[str]) -> str:
    """A name for some customers that names none of them."""
    said = json.dumps(sorted(customer_ids)).encode()
    return hashlib.sha256(said).hexdigest() if customer_ids else ""


def _matching_vectors(workspace: Workspace, pack: Pack) -> tuple[Path, Vectors]:
    """The published vectors, which must have been made from the present data."""
    folder = workspace.vectors.current
    summary = published_vectors(workspace)
    if folder is None or summary is None:
        raise WorkspaceRefused(
            expected="behaviour vectors in the workspace",
            found="none",
            remedy="Run `regulars vectors` first.",
        )
    if summary.data_digest != pack.digest:
        raise WorkspaceRefused(
            expected="behaviour vectors of the present data",
            found="vectors of earlier data",
            remedy="Run `regulars vectors` again.",
        )
    return folder, open_vectors(folder)


def _write(
    draft: Path,
    checkpoints: Checkpoints,
    bundle: Bundle,
    value: ValueInUse,
    segments: SegmentsInUse,
    store: Store,
    pack: Pack,
    vectors: Vectors,
    reasons: ReasonSettings,
    withheld: Withheld,
    progress: Progress,
) -> dict[str, Any]:
    values = bundle.bind(vectors)
    cutoff_seconds = int(vectors.cutoff_seconds[0]) if vectors.rows else 0
    past = history(pack, cutoff_seconds)
    vector_rows = np.full(pack.customers, -1, np.int32)
    vector_rows[vectors.customer_keys] = np.arange(vectors.rows, dtype=np.int32)
    status = _statuses(bundle.eligible(values), vectors, store, pack, withheld)
    rules = LifecycleSettings(horizon_days=bundle.manifest.horizon_days)
    standing = lifecycle_of_everybody(pack, vectors, cutoff_seconds, rules)
    let_go(pack)
    # Who declined to be scored is not sorted into a stage either.
    declined = status == Status.NO_CONSENT
    keys = np.flatnonzero(status == Status.OK).astype(np.int32)
    earlier_seconds = usual_start(
        cutoff_seconds, bundle.manifest.horizon_days, reasons.compared_days
    )
    before = (
        risk_before(
            bundle,
            pack,
            keys,
            earlier_seconds,
            checkpoints=checkpoints,
            threads=_THREADS,
            progress=progress,
        )
        if reasons.compared_days
        else np.full(len(keys), np.nan)
    )
    worth, why = _worth(checkpoints, value, bundle.manifest, vectors, pack.customers, declined)
    membership = _membership(checkpoints, segments, pack, cutoff_seconds, declined)
    ranking = rank_everybody(
        checkpoints,
        bundle,
        values,
        vector_rows[keys],
        keys,
        past.spend_cents[keys],
        worth.value_if_kept_cents[keys],
        before,
        progress,
    )
    columns = {
        **{name: getattr(ranking, name) for name in Ranking.__dataclass_fields__},
        "customer_ids.offsets": pack.customer_ids.offsets,
        "customer_ids.content": pack.customer_ids.content,
        "status": status,
        "stage": np.where(declined, DECLINED, standing.stage).astype(np.int8),
        "lifecycle_status": np.where(declined, DECLINED, standing.status).astype(np.int8),
        "vector_rows": vector_rows,
        **{name: getattr(worth, name) for name in Worth.__dataclass_fields__},
        **{name: getattr(why, name) for name in VALUE_SHARES},
        **{
            f"segment_{name}": getattr(membership, name) for name in Membership.__dataclass_fields__
        },
        "spend_cents": past.spend_cents,
        "last_order_seconds": past.last_order_seconds,
        "last_order_day": past.last_order_day,
        "typical": bundle.reference.peers.typical,
    }
    for name, column in columns.items():
        np.save(draft / f"{name}.npy", column)
    return of_the_model(bundle) | {
        "expected_leavers": float(ranking.probability.sum()),
        "earlier_seconds": earlier_seconds,
        "compared": int(np.count_nonzero(~np.isnan(before))),
        "jumped": int(np.count_nonzero(has_jumped(ranking.probability, ranking.risk_before))),
        "valued": int(np.count_nonzero(worth.value_cents != UNKNOWN)),
        "value_cents": int(np.maximum(worth.value_cents, 0).sum()),
        "value_base_cents": why.base_cents,
        "value_parts": list(why.parts),
        "segmented": int(np.count_nonzero(membership.segment != NO_SEGMENT)),
        "statuses": {one.word: int(np.count_nonzero(status == one)) for one in Status},
    }


def _worth(
    checkpoints: Checkpoints,
    value: ValueInUse,
    risk: Manifest,
    vectors: Vectors,
    customers: int,
    declined: NDArray[np.bool_],
) -> tuple[Worth, WorthShares]:
    """What everybody is worth and why, as one piece of the run."""
    amounts, shares = tuple(Worth.__dataclass_fields__), VALUE_SHARES

    def compute() -> Arrays:
        worth, why = worth_of_everybody(value, risk, vectors, customers, declined, threads=_THREADS)
        return {
            **{name: getattr(worth, name) for name in amounts},
            **{name: getattr(why, name) for name in shares},
            "base_cents": np.array(why.base_cents),
            "parts": np.array(why.parts, np.str_),
        }

    piece = checkpoints.piece("worth", compute)
    columns: dict[str, Any] = {name: piece[name] for name in shares}
    why = WorthShares(
        **columns,
        base_cents=float(piece["base_cents"]),
        parts=tuple(str(one) for one in piece["parts"]),
    )
    return Worth(*(piece[name] for name in amounts)), why


def _membership(
    checkpoints: Checkpoints,
    segments: SegmentsInUse,
    pack: Pack,
    cutoff_seconds: int,
    declined: NDArray[np.bool_],
) -> Membership:
    """Everybody's segment and why, as one piece of the run."""
    names = tuple(Membership.__dataclass_fields__)

    def compute() -> Arrays:
        found = memberships_of_everybody(segments, pack, cutoff_seconds, declined, threads=_THREADS)
        return {name: getattr(found, name) for name in names}

    piece = checkpoints.piece("segments", compute)
    return Membership(**{name: piece[name] for name in names})


def _statuses(
    judged: NDArray[np.bool_], vectors: Vectors, store: Store, pack: Pack, withheld: Withheld
) -> NDArray[np.int8]:
    """What becomes of each customer; ``judged`` has one entry a vector."""
    status = np.full(pack.customers, Status.INSUFFICIENT_DATA, np.int8)
    status[vectors.customer_keys] = np.where(judged, Status.OK, Status.NOT_ELIGIBLE)
    status[refused_profiling(store, pack)] = Status.NO_CONSENT
    objected = [pack.customer_ids.find(one) for one in withheld.objected]
    status[[key for key in objected if key >= 0]] = Status.NO_CONSENT
    return status


def _link_vectors(vectors: Path, into: Path) -> None:
    into.mkdir(mode=0o700)
    for file in vectors.iterdir():
        try:
            os.link(file, into / file.name)
        except OSError:
            shutil.copy2(file, into / file.name)


def _published(workspace: Workspace) -> dict[str, Any] | None:
    folder = workspace.scores.current
    if folder is None:
        return None
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content


def _summary(manifest: Mapping[str, Any], *, reused: bool = False) -> ScoreSummary:
    return ScoreSummary(
        model=manifest["model_title"],
        model_version=manifest["model_version"],
        cutoff_seconds=manifest["cutoff_seconds"],
        judged=manifest["statuses"]["ok"],
        base=manifest["base"],
        expected_leavers=manifest["expected_leavers"],
        act=manifest["act"],
        statuses=manifest["statuses"],
        valued=manifest["valued"],
        value_cents=manifest["value_cents"],
        value_days=0 if manifest["value"] is None else manifest["value"]["horizon_days"],
        value_fault=manifest["value_fault"],
        segmented=manifest["segmented"],
        segments_fault=manifest["segments_fault"],
        earlier_seconds=manifest["earlier_seconds"],
        compared=manifest["compared"],
        jumped=manifest["jumped"],
        reused=reused,
    )
