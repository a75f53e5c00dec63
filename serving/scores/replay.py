"""A served score once more: the model of then, the behaviour known then, and whether the answer is the same.

The bundle is found by its digest, the customer's vector is built anew from the store at the decision's cutoff
by the bundle's own plan, and scored. Where the answers differ, it is said what has changed since.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import Store, open_store
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import BundleRefused, PlanRefused
from features.vocabulary.time import Cutoff
from serving.ledger.administration import find_decision
from serving.ledger.decisions import Decision
from serving.process.without_training import libraries_hidden
from serving.scores.judgements import digest_of_vector
from serving.scores.score import Status
from serving.snapshot.consent import refused_profiling
from training.bundles.bundle import opened
from training.families.churn.bundle import CHURN_KIND, Bundle

TOLERANCE = 1e-9

Fetch = Callable[[str, str, Path], Path | None]
"""Copies the bundle of a model name and digest from the registry into a folder; None where it has none."""


@dataclass(frozen=True)
class ReplayedAnswer:
    """What one customer is answered: a status, with a probability where it is ``ok``."""

    status: str
    probability: float | None
    vector_digest: str = ""


@dataclass(frozen=True)
class Replay:
    """A decision beside its repetition; ``changed`` says in sentences what is not as it was then."""

    decision: Decision
    again: ReplayedAnswer | None
    changed: tuple[str, ...]

    @property
    def difference(self) -> float | None:
        """The probability now less the one answered; None where there are not both."""
        if self.again is None or self.again.probability is None:
            return None
        if self.decision.probability is None:
            return None
        return self.again.probability - self.decision.probability

    @property
    def is_reproduced(self) -> bool:
        """Whether the status is the same and the probability within 1e-9."""
        if self.again is None or self.again.status != self.decision.status:
            return False
        return self.decision.probability is None or (
            self.difference is not None and abs(self.difference) <= TOLERANCE
        )

    @property
    def said(self) -> str:
        """The outcome in sentences."""
        answered = _said(self.decision.status, self.decision.probability)
        if self.is_reproduced:
            exact = "" if self.difference is None else f", difference {self.difference:g}"
            first = f"Reproduced: {answered}{exact}"
        elif self.again is None:
            first = f"Not reproduced: {answered} was answered"
        else:
            again = _said(self.again.status, self.again.probability)
            first = f"Not reproduced: {answered} was answered, {again} comes out now"
        return ". ".join((first, *self.changed))


def replay(workspace: Workspace, decision_id: str, fetch: Fetch) -> Replay:
    """Score the customer of a decision again, as of its cutoff and by its model.

    Raises ``UsageRefused`` for an unknown decision and ``WorkspaceRefused`` without a store. A model
    or customer that is gone is no fault: the replay says so.
    """
    decision = find_decision(workspace, decision_id)
    store = open_store(workspace)
    pack = store.pack()
    changed: list[str] = []
    if decision.data_digest and decision.data_digest != pack.digest:
        changed.append(
            f"The data have changed since: {decision.data_digest[:12]} then, {pack.digest[:12]} now"
        )
    with workspace.scratch("replay", work="replaying a decision") as draft:
        bundle = _bundle_of(workspace, decision.model_digest, fetch, draft)
    if bundle is None:
        changed.append(
            f"The model {decision.model_digest[:12]} (version {decision.model_version}) is neither in "
            "the workspace nor in the registry"
        )
        return Replay(decision, None, tuple(changed))
    key = pack.customer_ids.find(decision.customer_id)
    if key < 0:
        changed.append("The customer is in the store no more: erased, or left out of the tables")
        return Replay(decision, None, tuple(changed))
    try:
        again = _answer(bundle, store, pack, key, decision.cutoff_seconds)
    except PlanRefused as fault:
        changed.append(f"The model cannot be given its features any more: {fault.found}")
        return Replay(decision, None, tuple(changed))
    return Replay(decision, again, (*changed, *_of_the_vector(decision, again)))


def _of_the_vector(decision: Decision, again: ReplayedAnswer) -> list[str]:
    """Whether the customer's own behaviour before the cutoff is known as it was."""
    if not decision.vector_digest:
        return ["The ledger keeps no digest of the vector scored then"] if again.probability else []
    if decision.vector_digest != again.vector_digest:
        return ["This customer's behaviour before the cutoff is known otherwise now"]
    is_moved = decision.probability is not None and again.probability is not None
    if is_moved and decision.probability != again.probability:
        return ["The customer's behaviour is as it was: the program computes otherwise"]
    return []


def _answer(
    bundle: Bundle, store: Store, pack: Pack, key: int, cutoff_seconds: int
) -> ReplayedAnswer:
    vectors = build_vectors(
        pack,
        bundle.plan.compiled(pack),
        [Cutoff(cutoff_seconds)],
        threads=1,
        customers=np.array([key], np.int32),
    )
    values = bundle.bind(vectors)
    digest = digest_of_vector(values[0]) if vectors.rows else ""
    if key in refused_profiling(store, pack):
        return ReplayedAnswer(Status.NO_CONSENT.word, None, digest)
    if not vectors.rows:
        return ReplayedAnswer(Status.INSUFFICIENT_DATA.word, None)
    if not bundle.eligible(values)[0]:
        return ReplayedAnswer(Status.NOT_ELIGIBLE.word, None, digest)
    probability = float(bundle.probability(bundle.log_odds(values))[0])
    return ReplayedAnswer(Status.OK.word, probability, digest)


def _bundle_of(workspace: Workspace, digest: str, fetch: Fetch, draft: Path) -> Bundle | None:
    """The bundle of a digest, from the workspace or else the registry."""
    here = workspace.bundles / "churn" / digest
    found = _opened(here, digest) if here.is_dir() else None
    if found is not None:
        return found
    fetched = fetch("churn", digest, draft)
    return None if fetched is None else _opened(fetched, digest)


def _opened(folder: Path, digest: str) -> Bundle | None:
    try:
        with libraries_hidden():
            bundle = opened(CHURN_KIND, folder)
    except BundleRefused:
        return None
    if bundle.manifest.digest != digest:
        return None
    return bundle


def _said(status: str, probability: float | None) -> str:
    return status if probability is None else f"{probability:.4f}"
