"""What every answer is made from: the model and the scores in use, followed as they are replaced.

The desk looks at the two ``CURRENT`` pointers at most once a second. When one has moved it opens the new
model or scores beside the old ones and then swaps a single reference, so a call sees the old pair or the
new one. When the new ones cannot be opened the last good ones keep answering, and ``/v1/version`` says
what is wrong.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from features.company.settings.reading import Settings
from features.company.workspace import CURRENT, Workspace
from features.store.store import open_store
from features.vocabulary.errors import RegularsError
from serving.in_use.previous_models import Kept, basis_of
from serving.items.recommending import Recommending, recommending_in
from serving.ledger.job_files import JobFiles
from serving.ledger.ledger import Ledger
from serving.ledger.privacy import Withheld
from serving.offers.offering import Offering, offering_in
from serving.process.garbage_collection import settle
from serving.process.pacing import unhurried
from serving.process.without_training import kept_out
from serving.scores.changes import Changes
from serving.scores.earlier_vector import Past
from serving.scores.live_values import Valuer
from serving.scores.score import Status
from serving.scores.scoring import Scorer
from serving.scores.what_if import WhatIfs
from serving.snapshot.customer_values import tendency_among, value_in_use
from serving.snapshot.reading import Snapshot, of_the_model, open_snapshot
from serving.snapshot.unjudged import unjudged_snapshot
from training.bundles.admission import admitted, earlier_folders
from training.bundles.manifest import Manifest
from training.families.churn.bundle import Bundle, bundle_in, current_bundle
from training.families.items.bundle import RECOMMENDATIONS
from training.families.offers.bundle import OFFERS
from training.families.segments.bundle import segments_in_use
from training.reasons.languages.known import language_of
from training.reasons.languages.language import Language
from training.reasons.wording import Wording

CHURN = "churn"
LOOK_EVERY_SECONDS = 1.0
RETRY_SECONDS = 30.0

_logger = logging.getLogger("regulars.desk")

Pointers = tuple[tuple[str, int], ...]
Opened = TypeVar("Opened")


@dataclass(frozen=True)
class InUse:
    """The model that answers and the scores the pages show; always a pair."""

    scorer: Scorer
    snapshot: Snapshot
    wording: Wording
    """The words of the scores shown, which an older model may have made."""
    values: NDArray[np.float32]
    """Everybody's vectors, one column a feature of that wording."""
    manifests: tuple[Manifest, ...]
    """The models behind the scores: of risk, and of value and segments where they are in use."""

    @property
    def past(self) -> Past | None:
        """Customers at other times; None where the store holds other events than the scores were made from."""
        return self.scorer.past

    def without(self, withheld: Withheld) -> InUse:
        """The same for readers who must not see some customers."""
        snapshot = self.snapshot.without(withheld)
        return replace(self, snapshot=snapshot, scorer=self.scorer.over(snapshot))

    @property
    def changes(self) -> Changes | None:
        """What changed of a customer; None where other times cannot be had."""
        return None if self.past is None else Changes(self.scorer, self.past)

    @property
    def what_ifs(self) -> WhatIfs | None:
        """What the model would say of a customer; None where no vector can be computed anew."""
        return None if self.past is None else WhatIfs(self.scorer, self.past)


class Desk:
    """The state of one service process; safe to use from many threads.

    ``now`` tells the time in whole UTC seconds; ``ticks`` counts seconds that only run forward.
    """

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace,
        *,
        now: Callable[[], int],
        ticks: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.now = now
        self.ledger = Ledger(workspace.ledger)
        self.job_files = JobFiles(workspace.jobs)
        self.workspace = workspace
        self._ticks = ticks
        self._in_use: InUse | None = None
        self._recommending: Recommending | None = None
        self._recommended_from: Pointers | None = None
        self._offering: Offering | None = None
        self._offered_from: Pointers | None = None
        self._fault: Mapping[str, str] | None = None
        self._seen: Pointers | None = None
        self._next_look = ticks() + LOOK_EVERY_SECONDS
        self._next_retry = float("inf")
        self._kept: Kept[InUse] = Kept()
        self._looking = threading.Lock()
        self._swapping = threading.Lock()
        self.refresh()

    @property
    def currency(self) -> str:
        """The currency amounts are shown in."""
        return self.settings.company.currency

    @property
    def language(self) -> Language:
        """The language reasons are told in where nobody asks for another."""
        return language_of(self.settings.company.language)

    @property
    def in_use(self) -> InUse | None:
        """The pair to answer from now, None while there is none; never waits for a new one."""
        self._look()
        found = self._in_use
        if found is not None and found.snapshot.withheld is not (
            withheld := self.ledger.privacy.withheld
        ):
            masked = found.without(withheld)
            with self._swapping:
                if self._in_use is found:
                    self._in_use = masked
            return masked
        return found

    @property
    def recommending(self) -> Recommending | None:
        """What recommends items now; None while nothing does."""
        self._look()
        return self._recommending

    @property
    def offering(self) -> Offering | None:
        """What decides about offers now; None while nothing does."""
        self._look()
        return self._offering

    @property
    def fault(self) -> Mapping[str, str] | None:
        """Why the newest model or scores could not be opened, None when they were."""
        return self._fault

    def refresh(self) -> None:
        """Open what the pointers name, unless it is in use already."""
        pointers = self._pointers()
        self._seen = pointers
        self._refresh_proposals()
        try:
            opened = self._kept_or_opened()
            with self._swapping:
                self._in_use = opened
            self._fault = None
            self._next_retry = float("inf")
        except RegularsError as refused:
            self._refused(refused.as_dict())
            self._fall_back()
        except Exception as fault:
            # Whatever a damaged folder does, the last good pair goes on answering.
            self._refused({"fault": type(fault).__name__, "found": "a fault while opening"})

    def _refresh_proposals(self) -> None:
        """Open the models of items and of offers that the pointers name."""
        self._recommended_from, self._recommending = self._newest(
            RECOMMENDATIONS,
            self._recommended_from,
            self._recommending,
            lambda: recommending_in(self.workspace),
        )
        self._offered_from, self._offering = self._newest(
            OFFERS,
            self._offered_from,
            self._offering,
            lambda: offering_in(self.workspace, self.settings.offers),
        )

    def _newest(
        self,
        name: str,
        seen: Pointers | None,
        last: Opened | None,
        opened: Callable[[], Opened | None],
    ) -> tuple[Pointers, Opened | None]:
        """What the pointers name, unless it and the store are those in use; the old one stays if it fails."""
        pointers = self._pointers_of(name)
        if pointers == seen:
            return pointers, last
        try:
            return pointers, opened()
        except RegularsError as refused:
            told = refused.expected, refused.found
            _logger.error("The model of %s cannot be used: expected %s, found %s", name, *told)
        except Exception as fault:
            # Whatever a damaged folder does, what answers goes on answering.
            _logger.error("The model of %s cannot be opened: %s", name, type(fault).__name__)
        return pointers, last

    def _pointers_of(self, name: str) -> Pointers:
        """Which model of a name and which store are in use."""
        folders = self.workspace.bundles / name, self.workspace.store.folder
        return tuple(_pointer(folder / CURRENT) for folder in folders)

    def close(self) -> None:
        """Wait for a refresh under way and let go of the ledger."""
        with self._looking:
            self.ledger.close()

    def _fall_back(self) -> None:
        """At a start with a model that cannot be used: the latest one that can, and the fault stays told."""
        if self._in_use is not None:
            return
        for folder in earlier_folders(self.workspace):
            with suppress(RegularsError):
                opened = self._opened(folder)
                with self._swapping:
                    self._in_use = opened
                return

    def _kept_or_opened(self) -> InUse:
        """The pair of before where the pointers are back at it; otherwise opened, and kept."""
        with kept_out():
            basis = basis_of(self.workspace)
            kept = self._kept.of(basis)
            pair = self._opened() if kept is None else kept
            # A pointer that moved in between would give the pair the name of another.
            if basis is not None and basis == basis_of(self.workspace):
                self._kept.keep(basis, pair)
        return pair

    def _opened(self, earlier: Path | None = None) -> InUse:
        """The pair the pointers name, or with an earlier model."""
        with kept_out():
            if earlier is None:
                bundle = current_bundle(self.workspace)
            else:
                bundle = bundle_in(admitted(self.workspace, CHURN, earlier))
        snapshot = self._snapshot(bundle)
        past, valuer = self._past_of(bundle, snapshot), self._valuer_of(bundle, snapshot)
        scorer = Scorer(bundle, snapshot, self.currency, past=past, valuer=valuer)
        words = snapshot.wording(self.currency, self.language)
        manifests = self._manifests(bundle, snapshot, valuer)
        return InUse(scorer, snapshot, words, snapshot.values, manifests)

    def _manifests(
        self, bundle: Bundle, snapshot: Snapshot, valuer: Valuer | None
    ) -> tuple[Manifest, ...]:
        found = [bundle.manifest]
        if valuer is not None and valuer.in_use.bundle is not None:
            found.append(valuer.in_use.bundle.manifest)
        segments, said = segments_in_use(self.workspace), snapshot.manifest["segments"]
        if segments is not None and said and said["digest"] == segments.manifest.digest:
            found.append(segments.manifest)
        return tuple(found)

    def _snapshot(self, bundle: Bundle) -> Snapshot:
        """The scores that are published; nobody's where the settings allow to do without."""
        if self.settings.service.without_scores and self.workspace.scores.current is None:
            return unjudged_snapshot(bundle, self.workspace, of_the_model(bundle))
        return open_snapshot(self.workspace)

    def _valuer_of(self, bundle: Bundle, snapshot: Snapshot) -> Valuer | None:
        """What values newer behaviour, where the model that valued everybody is still in use."""
        in_use = value_in_use(self.workspace, snapshot.vectors)
        said = snapshot.manifest["value"]
        if in_use.bundle is None or said is None or said["digest"] != in_use.digest:
            return None
        declined = snapshot.status == Status.NO_CONSENT
        return Valuer(in_use, bundle.manifest, tendency_among(in_use, snapshot.vectors, declined))

    def _past_of(self, bundle: Bundle, snapshot: Snapshot) -> Past | None:
        """The store's events, as long as they are those the scores were made from."""
        try:
            store = open_store(self.workspace)
            pack = store.pack()
            if pack.digest != snapshot.data_digest:
                return None
            return Past(bundle, pack, store.manifest.timezone)
        except RegularsError:
            return None

    def _refused(self, fault: Mapping[str, str]) -> None:
        self._fault = fault
        self._next_retry = self._ticks() + RETRY_SECONDS
        _logger.error("The newest model or scores cannot be used: %s", fault.get("found", ""))

    def _look(self) -> None:
        if self._ticks() < self._next_look or not self._looking.acquire(blocking=False):
            return
        self._next_look = self._ticks() + LOOK_EVERY_SECONDS
        if self._pointers() == self._seen and self._ticks() < self._next_retry:
            self._looking.release()
            return
        threading.Thread(target=self._refresh_aside, name="regulars-refresh", daemon=True).start()

    def _refresh_aside(self) -> None:
        try:
            with unhurried():
                self.refresh()
            settle()
        finally:
            self._looking.release()

    def _pointers(self) -> Pointers:
        folders = (
            self.workspace.bundles / CHURN,
            self.workspace.scores.folder,
            self.workspace.bundles / RECOMMENDATIONS,
            self.workspace.bundles / OFFERS,
            self.workspace.store.folder,
        )
        return tuple(_pointer(folder / CURRENT) for folder in folders)


def _pointer(path: Path) -> tuple[str, int]:
    try:
        return path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
    except OSError:
        return "", 0
