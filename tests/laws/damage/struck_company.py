"""A company of its own, what its service answers when all is well, and what it answers now."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError
from serving.nightly.verification import Verified, verify
from serving.snapshot.reading import open_snapshot
from tests.laws.damage.strikes import struck
from tests.serving.calling import NOW, Caller, Service
from tests.serving.company import Company, company_in

ASKED = 24
REMEDY = re.compile(
    r"[Rr]un `regulars (ingest|vectors|score)|[Pp]romote the model|[Rr]estore it from a backup|Use a new key"
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
        """A copy of a company with a key, somebody who objected and an event that was told."""
        shutil.copytree(company.settings_path.parent, folder / "company")
        own = company_in(folder / "company")
        snapshot = open_snapshot(own.workspace)
        ids = [snapshot.customer_ids[key] for key in range(ASKED)]
        top = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
        rows = [{"customer_id": one} for one in ids]
        # Without a ledger of its own the company has no demands yet.
        service = Service(own, own.workspace.folder)
        headers = service.caller("score").headers
        service.models_in_use.ledger.privacy.decide([(ids[0], True), (ids[1], True)], at=NOW)
        service.close()
        visit = {"contacted_at": "2030-01-01T00:00:00Z", "channel": "web", "kind": "visit"}
        told = [{"customer_id": top, "events": {"contacts": [visit]}}]
        questions: dict[str, tuple[str, Any]] = {
            "scores": ("/v1/score", {"rows": rows}),
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
            caller = Caller(service.application, dict(self.headers))
            answered = {
                name: caller.post(path, json=body) for name, (path, body) in self.questions.items()
            }
            return {name: (one.status_code, _plain(one.json())) for name, one in answered.items()}
        finally:
            service.close()

    def outcomes(self, sound: Answers) -> Counter[str]:
        """How many questions are answered as ever, refused with a remedy, or wrongly."""
        try:
            now = self.answers()
        except RegularsError as refused:
            return Counter({"refused" if REMEDY.search(str(refused)) else "no remedy": 1})
        return Counter(_outcome(sound[name], now[name]) for name in sound)

    def faults(self) -> list[Verified]:
        """What is found to be wrong with the workspace."""
        return [one for one in verify(self.workspace) if one.fault]


def _outcome(sound: tuple[int, Any], now: tuple[int, Any]) -> str:
    if now == sound:
        return "as ever"
    status, said = now
    if status == _UNKNOWN_KEY:
        return "refused"
    if status >= 400:
        return "refused" if REMEDY.search(str(said.get("detail"))) else f"no remedy: {said}"
    return "wrong"


def _plain(answer: Any) -> Any:
    """An answer without what names the call."""
    if isinstance(answer, dict):
        return {name: _plain(one) for name, one in answer.items() if name not in _OF_A_CALL}
    return [_plain(one) for one in answer] if isinstance(answer, list) else answer


def trial(found: StruckCompany, sound: Answers, place: str, number: int) -> tuple[Counter[str], list[Verified]]:
    """Strike once; what was answered, and what was found by looking; then all is as it was."""
    strike = struck(found.workspace, place, number)
    try:
        return found.outcomes(sound), found.faults()
    finally:
        strike.undo()
