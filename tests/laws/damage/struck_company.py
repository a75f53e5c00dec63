"""A company of its own, what its service answers when all is well, and what it answers now."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from features.company.workspace import CURRENT, Workspace
from features.store.store import open_store
from features.vocabulary.errors import RegularsError
from serving.nightly.night_vectors import NightVectors
from serving.nightly.verification import Verified, verify
from serving.snapshot.reading import open_snapshot
from tests.laws.damage.strikes import Strike
from tests.serving.calling import NOW, Caller, Service
from tests.serving.company import Company, company_in
from training.bundles.admission import HISTORY_FILE
from training.bundles.bundle import current
from training.bundles.kind import Kind
from training.families.churn.bundle import CHURN_KIND
from training.families.segments.bundle import SEGMENT_KIND
from training.families.value.bundle import VALUE_KIND

ASKED = 24
REMEDY = re.compile(
    r"[Rr]un `regulars (ingest|vectors|score)|[Pp]romote the model|[Rr]estore it from a backup"
)
_OF_A_CALL = ("decision_id", "correlation_id", "decisions")
_UNKNOWN_KEY = 401

Answers = dict[str, tuple[int, Any]]


@dataclass(frozen=True)
class StruckCompany:
    """A company whose files are struck, with its own ledger in its workspace."""

    company: Company
    headers: Mapping[str, str]
    questions: Mapping[str, tuple[str, Any]]

    @classmethod
    def copied(cls, company: Company, folder: Path) -> StruckCompany:
        """A copy of a company, with a key and two customers who objected."""
        shutil.copytree(company.settings_path.parent, folder / "company")
        own = company_in(folder / "company")
        for pointer in own.workspace.bundles.glob(f"*/{CURRENT}"):
            # As a promotion leaves it.
            entry = dict.fromkeys(("version", "run_id", "reason"), "1") | {"action": "promote"}
            entry["digest"] = pointer.read_text(encoding="utf-8").strip()
            pointer.with_name(HISTORY_FILE).write_text(json.dumps([entry]), encoding="utf-8")
        snapshot = open_snapshot(own.workspace)
        ids = [snapshot.customer_ids[key] for key in range(ASKED)]
        top = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
        service = Service(own, own.workspace.folder)
        headers = service.caller("score").headers
        service.models_in_use.ledger.privacy.decide([(ids[0], True), (ids[1], True)], at=NOW)
        service.close()
        visit = {"contacted_at": "2030-01-01T00:00:00Z", "channel": "web", "kind": "visit"}
        told = [{"customer_id": top, "events": {"contacts": [visit]}}]
        questions: dict[str, tuple[str, Any]] = {
            "scores": ("/v1/score", {"rows": [{"customer_id": one} for one in ids]}),
            "scores with events": ("/v1/score", {"rows": told}),
            "customer": ("/v1/customer", {"customer_id": top}),
            "changes": ("/v1/changes", {"since": "2025-01-01", "rows": [{"customer_id": top}]}),
            "what if": ("/v1/what-if", {"customer_id": top, "play": "order"}),
        }
        return cls(own, headers, questions)

    @property
    def workspace(self) -> Workspace:
        """Where everything of it lies."""
        return self.company.workspace

    def answers(self) -> Answers:
        """What a service that starts now answers to every question."""
        service = Service(self.company, self.workspace.folder)
        try:
            return self.asked(service)
        finally:
            service.close()

    def asked(self, service: Service) -> Answers:
        """What a service answers to every question."""
        caller = Caller(service.application, dict(self.headers))
        answered = {
            name: caller.post(path, json=body) for name, (path, body) in self.questions.items()
        }
        return {name: (one.status_code, _plain(one.json())) for name, one in answered.items()}

    def faults(self) -> list[Verified]:
        """What is found to be wrong with the workspace."""
        return [one for one in verify(self.workspace) if one.fault]


def through_the_service(found: StruckCompany, sound: Answers) -> Counter[str]:
    """How many questions a service that starts now answers as ever, refuses with a remedy, or answers wrongly."""
    try:
        now = found.answers()
    except RegularsError as refused:
        return Counter([refusal(refused)])
    return Counter(outcome(sound[name], now[name]) for name in sound)


def through_the_doors(found: StruckCompany, strike: Strike) -> Counter[str]:
    """The same of every door the files of a workspace are read through: what is read must be what was written."""
    kind, generation, *_ = strike.file.relative_to(found.workspace.folder).parts
    doors = _bundles if kind == "bundles" else _doors
    outcomes = [_through(door) for door in doors(found.workspace)]
    is_read = generation[0] == "g" and "refused" not in outcomes
    return Counter(["wrong"] if is_read else outcomes)


def _doors(workspace: Workspace) -> list[Callable[[], object]]:
    try:
        store = open_store(workspace)
    except RegularsError:
        return [partial(open_store, workspace), partial(open_snapshot, workspace)]
    tables = [partial(store.table, name) for name in store.manifest.rows]
    return [
        partial(open_snapshot, workspace),
        lambda: NightVectors.published(workspace, store.pack()),
        store.other_ids,
        store.contact_details,
        *tables,
    ]


def _bundles(workspace: Workspace) -> list[Callable[[], object]]:
    kinds: tuple[Kind[Any, Any], ...] = (CHURN_KIND, VALUE_KIND, SEGMENT_KIND)
    return [partial(current, kind, workspace) for kind in kinds]


def _through(door: Callable[[], object]) -> str:
    try:
        door()
    except RegularsError as refused:
        return refusal(refused)
    return "opened"


def outcome(sound: tuple[int, Any], now: tuple[int, Any]) -> str:
    """What became of one question."""
    if now == sound:
        return "as ever"
    status, said = now
    if status == _UNKNOWN_KEY:
        return "refused"
    if status >= 400:
        return refusal(said.get("detail"))
    # Newer events do not count while the store is damaged, and the row says so.
    warnings = [one["message"] for row in said.get("rows", ()) for one in row["warnings"]]
    return "refused" if any(REMEDY.search(one) for one in warnings) else "wrong"


def refusal(why: object) -> str:
    """Whether a refusal names the remedy."""
    return "refused" if REMEDY.search(str(why)) else f"no remedy: {why}"


def _plain(answer: Any) -> Any:
    """An answer without what names the call."""
    if isinstance(answer, dict):
        return {name: _plain(one) for name, one in answer.items() if name not in _OF_A_CALL}
    return [_plain(one) for one in answer] if isinstance(answer, list) else answer
