"""What every answer is made from: the model and the scores in use, followed as they are replaced.

The ``CURRENT`` pointers are looked at at most once a second. When one has moved the new model or scores are opened
beside the old ones and then a single reference is swapped, so a call sees the old pair or the new one. When the new
ones cannot be opened the last good ones keep answering, and ``/v1/version`` says what is wrong. Every few seconds the
files that are in use are looked at as well: after anybody wrote to them nothing is answered from them.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.customers.other_ids import OtherIds
from features.vocabulary.errors import RegularsError
from serving.findings.findings import LatestFindings
from serving.in_use.attendance import Attendance, Attending, NamedModel
from serving.in_use.newest_store import NewestStore
from serving.in_use.pair import InUse, open_pair
from serving.in_use.previous_models import PreviousModels, basis_of
from serving.in_use.served import (
    CHURN,
    OFFERS,
    RECOMMENDATIONS,
    SERVED,
    Opened,
    Pointers,
    Served,
    pointers_of_all,
    promoted_digests,
)
from serving.in_use.slot import ModelSlot
from serving.items.recommending import Recommending
from serving.ledger.decisions import Decision
from serving.ledger.job_files import JobFiles
from serving.ledger.ledger import Ledger
from serving.ledger.reported_events import ReportedEvent
from serving.offers.offering import Offering
from serving.process.garbage_collection import settle
from serving.process.pacing import paced
from serving.process.without_training import libraries_hidden
from serving.snapshot.scores_of_model import ready_beside
from training.bundles.admission import earlier_folders
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND
from training.reasons.languages.known import language_of
from training.reasons.languages.language import Language

__all__ = ["LOOK_EVERY_SECONDS", "RETRY_SECONDS", "InUse", "ModelsInUse"]

LOOK_EVERY_SECONDS = 1.0
WATCH_EVERY_SECONDS = 5.0
RETRY_SECONDS = 30.0

_logger = logging.getLogger("regulars.desk")


class ModelsInUse:
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
        if self.ignores_case:
            self.ledger.privacy.count_in_small()
        self.workspace = workspace
        self.findings = LatestFindings(workspace)
        self._ticks = ticks
        self._in_use: InUse | None = None
        self._store = NewestStore(workspace)
        self._slots: dict[str, ModelSlot[Any]] = {
            one.name: ModelSlot(one, one.opens) for one in SERVED if one.opens is not None
        }
        self._fault: Mapping[str, str] | None = None
        self._seen: Pointers | None = None
        self._next_look = ticks() + LOOK_EVERY_SECONDS
        self._next_watch = ticks() + WATCH_EVERY_SECONDS
        self._next_retry = float("inf")
        self._previous: PreviousModels[InUse] = PreviousModels()
        self._looks_beside = True
        self._looking = threading.Lock()
        self._is_closed = False
        self._swapping = threading.Lock()
        self._attendance = Attendance(workspace)
        self.promoted: NamedModel | None = None
        """The churn model that was put to use last, whether it answers or not."""
        self.refresh()

    @property
    def job_files(self) -> JobFiles:
        """The files of jobs."""
        return self.ledger.job_files

    @property
    def currency(self) -> str:
        """The currency amounts are shown in."""
        return self.settings.company.currency

    @property
    def language(self) -> Language:
        """The language reasons are told in where nobody asks for another."""
        return language_of(self.settings.company.language)

    @property
    def ignores_case(self) -> bool:
        """Whether customer numbers that differ in capitals alone are one customer."""
        return bool(self.settings.company.ignore_case)

    @property
    def other_ids(self) -> OtherIds:
        """By which further ids the customers are known who are answered about."""
        found = self._in_use
        return self._store.other_ids if found is None else found.snapshot.other_ids

    def all_ids_of(self, customer_ids: Iterable[str]) -> list[str]:
        """Customers by all of their ids, by the scores in use and by the store, which may be newer."""
        named = ids = list(customer_ids)
        for other in (self.other_ids, self._store.other_ids) * 2:
            ids = other.all_of(ids) if len(other.ids) else ids
        return list(dict.fromkeys([*named, *ids]))

    def newer_events(self, named: Iterable[str], after: int) -> dict[str, list[ReportedEvent]]:
        """The events told of customers by any of their ids, known at ``after`` or later, oldest first."""
        ids, other_ids = list(dict.fromkeys(named)), self.other_ids
        further = {two: one for one in ids for two in other_ids.beside(one)}
        found = self.ledger.events.newer([*ids, *further], after)
        for two, one in further.items():
            if events := found.pop(two, None):
                every = [*found.get(one, ()), *events]
                found[one] = sorted(every, key=lambda event: (event.known_at, event.event_id))
        return found

    def latest_decisions(self, customer_id: str, most: int) -> list[Decision]:
        """The last answers about one customer by any of their ids, newest first."""
        found = [
            decision
            for one in (customer_id, *self.other_ids.beside(customer_id))
            for decision in self.ledger.latest_decisions(one, most)
        ]
        return sorted(found, key=lambda one: (-one.decided_at, one.decision_id))[:most]

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
        return self._opened_for(RECOMMENDATIONS)

    @property
    def offering(self) -> Offering | None:
        """What decides about offers now; None while nothing does."""
        return self._opened_for(OFFERS)

    @property
    def fault(self) -> Mapping[str, str] | None:
        """Why the newest model or scores could not be opened, None when they were."""
        return self._fault

    @property
    def further_faults(self) -> Mapping[str, str]:
        """What else cannot be used just now and why: families beside or behind the scores, and the store."""
        found = {name: slot.fault for name, slot in self._slots.items() if slot.fault}
        return found | ({} if self._in_use is None else dict(self._in_use.faults))

    @property
    def manifests(self) -> Sequence[Manifest]:
        """What is said of every model that answers now."""
        found = [] if self._in_use is None else list(self._in_use.manifests)
        opened = [slot.opened for slot in self._slots.values()]
        return [*found, *(one.manifest for one in opened if one is not None)]

    @property
    def faults(self) -> Mapping[str, str]:
        """By family, and of the store, why the newest there is cannot be used; nothing of those that can."""
        found = {} if self._fault is None else {CHURN.name: f"found {self._fault.get('found', '')}"}
        return found | dict(self.further_faults)

    @property
    def answering(self) -> NamedModel | None:
        """The churn model that answers; None while none does."""
        found = self._in_use
        return None if found is None else NamedModel.of(found.scorer.bundle.manifest)

    def refresh(self) -> None:
        """Open what the pointers name, unless it is in use already, and say what answers now."""
        self._seen = pointers_of_all(self.workspace)
        pointed_at = promoted_digests(self.workspace)
        self.promoted = _promoted(self.workspace, pointed_at.get(CHURN.name, ""))
        self._follow()
        answering = {one.name: NamedModel.of(one).name for one in self.manifests}
        self._attendance.say(Attending(answering, pointed_at, self.faults))

    def _follow(self) -> None:
        self._store.follow(self.ledger.privacy)
        for slot in self._slots.values():
            slot.follow(self.settings, self.workspace)
        try:
            opened = self._previous_or_opened()
            self.ledger.privacy.count_for_all_ids(opened.snapshot.other_ids.all_of)
            with self._swapping:
                self._in_use = replace(opened, names=self._store.names)
            self._fault = None
        except RegularsError as refused:
            self._refused(refused.as_dict())
            self._fall_back()
        except Exception as fault:
            # Whatever a damaged folder does, the last good pair goes on answering.
            self._refused({"fault": type(fault).__name__, "found": "a fault while opening"})
        is_sound = self._fault is None and not self.further_faults
        self._next_retry = float("inf") if is_sound else self._ticks() + RETRY_SECONDS

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Wait for a refresh under way; none begins meanwhile."""
        with self._looking:
            yield

    def close(self) -> None:
        """Wait for a refresh under way and let go of the ledger; who asks after that starts none."""
        with self.at_rest():
            self._is_closed = True
            self._attendance.leave()
            self.ledger.close()

    def _opened_for(self, served: Served[Opened]) -> Opened | None:
        self._look()
        slot: ModelSlot[Opened] = self._slots[served.name]
        return slot.opened

    def _fall_back(self) -> None:
        """At a start with a model that cannot be used: the latest one that can, and the fault stays told."""
        if self._in_use is not None:
            return
        for folder in earlier_folders(self.workspace):
            with suppress(RegularsError):
                opened = open_pair(self.settings, self.workspace, folder, self.ledger.links)
                with self._swapping:
                    self._in_use = replace(opened, names=self._store.names)
                return

    def _previous_or_opened(self) -> InUse:
        """The pair of before where the pointers are back at it; otherwise opened, and kept."""
        with libraries_hidden():
            basis = basis_of(self.workspace)
            previous = self._previous.of(basis)
            if previous is not None and previous.is_sound:
                pair = previous
            else:
                pair = open_pair(self.settings, self.workspace, None, self.ledger.links)
            # A pointer that moved in between would give the pair the name of another.
            if basis is not None and basis == basis_of(self.workspace):
                self._previous.keep(basis, pair)
        return pair

    def _is_touched(self) -> bool:
        """Whether anybody has written to what is in use."""
        pair, slots = self._in_use, self._slots.values()
        files = [*([] if pair is None else [pair.files]), *(one.files for one in slots)]
        return not all(one.are_untouched for one in files)

    def _open_beside(self) -> None:
        """Have the pair at hand that a promotion or rollback would lead to, where its scores stand ready."""
        if self.answering is None:
            return
        digest = ready_beside(self.workspace, self.answering.digest)
        folder = self.workspace.bundles / CHURN.name / digest
        # Nobody waits for it: what is wrong with it is told when it is put to use.
        with suppress(RegularsError, OSError), libraries_hidden():
            basis = basis_of(self.workspace, folder) if digest and folder.is_dir() else None
            if basis is not None and self._previous.of(basis) is None:
                pair = open_pair(self.settings, self.workspace, folder, self.ledger.links)
                self._previous.keep(basis, pair)

    def _refused(self, fault: Mapping[str, str]) -> None:
        self._fault = fault
        if self._in_use is not None and not self._in_use.files.are_untouched:
            with self._swapping:
                self._in_use = None
        _logger.error("The newest model or scores cannot be used: %s", fault.get("found", ""))

    def _look(self) -> None:
        if self._ticks() < self._next_look or not self._looking.acquire(blocking=False):
            return
        self._next_look = self._ticks() + LOOK_EVERY_SECONDS
        is_watched = self._ticks() < self._next_watch
        is_seen = pointers_of_all(self.workspace) == self._seen and self._ticks() < self._next_retry
        if self._is_closed or (is_seen and is_watched and not self._looks_beside):
            self._looking.release()
            return
        self._next_watch = self._ticks() + WATCH_EVERY_SECONDS
        threading.Thread(
            target=self._refresh_aside, args=(is_seen,), name="regulars-refresh", daemon=True
        ).start()

    def _refresh_aside(self, is_seen: bool) -> None:
        try:
            with paced():
                is_news = not is_seen or self._is_touched()
                if is_news:
                    self.refresh()
                if is_news := is_news or self._looks_beside:
                    self._looks_beside = False
                    self._open_beside()
            if is_news:
                settle()
        finally:
            self._looking.release()


def _promoted(workspace: Workspace, digest: str) -> NamedModel | None:
    """What is pointed at; of a damaged bundle nothing but its digest is known."""
    manifest = PromotedBundles(workspace, CHURN_KIND).champion_manifest() if digest else None
    if manifest is not None and manifest.digest == digest:
        return NamedModel.of(manifest)
    return NamedModel("", digest, "") if digest else None
