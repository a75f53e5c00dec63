"""One service with somebody in every state a person can be in, and what is seen of them in what it shows or writes."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from features.store.store import open_store
from serving.ledger.database import TABLES
from serving.ledger.hold_out import STANDING
from serving.snapshot.consent import refused_marketing, refused_profiling
from tests.holding import is_named_in, kept_answers
from tests.serving.calling import Caller, Service
from tests.serving.company import Company

Seen = dict[str, str]
"""Of each state what is seen of who is in it."""
STATES = ("objected", "erased", "declined", "unreachable", "held_out", "unjudged", "anybody")
"""Who said no to us, was erased, said no to scoring or to marketing in the company's own table, is held out of offers,
is one the model does not judge, and who is in none of these states."""
CAMPAIGN = "spring"
NOTHING_SAID = {
    *("row_id", "customer_id", "status", "status_before", "warnings", "decision_id", "hold_out"),
    *("vector_as_of", "expires_at", "model"),
}
EMPTY: tuple[Any, ...] = ([], {}, "", None)


class Repeating(Caller):
    """Sends every POST with a key of its own, so that sending it again is a repeat; counts what came back as one."""

    repeats = 0

    def request(self, method: str, path: str, **content: Any) -> Any:
        if method == "POST":
            said = json.dumps([path, content.get("json")], sort_keys=True)
            key = hashlib.sha256(said.encode()).hexdigest()
            content["headers"] = content.get("headers", {}) | {"idempotency-key": key}
        answer = super().request(method, path, **content)
        self.repeats += "idempotent-replayed" in answer.headers
        return answer


class World:
    """A service, and for each state the number of somebody who is in it and in no other."""

    def __init__(self, company: Company, folder: Path, *, hold_out_percent: int) -> None:
        self.company, self.folder = company, folder
        self.service = Service(company, folder)
        self.ledger = self.service.models_in_use.ledger
        self.officer = self.service.caller("privacy")
        self.caller = self.service.caller("score", "events")
        self.repeating = Repeating(self.caller._application, self.caller.headers)
        self.repeating_officer = Repeating(self.officer._application, self.officer.headers)
        self.browser = self.service.browser()
        self.workspace = self.service.models_in_use.workspace
        self.people = self._people(hold_out_percent)
        self.told_of = 0
        """How often everybody's events were told under names of their own."""

    def _people(self, percent: int) -> dict[str, str]:
        store = open_store(self.company.workspace)
        pack = store.pack()
        declined, unreachable = (
            set(of(store, pack).tolist()) for of in (refused_profiling, refused_marketing)
        )
        in_use = self.service.models_in_use.in_use
        judged = set(range(pack.customers))
        if in_use is not None:
            judged = set(in_use.snapshot.ranking.customer_keys.tolist())

        def state(key: int) -> str:
            states = {
                "declined": key in declined,
                "unreachable": key in unreachable,
                "held_out": self.ledger.hold_out.holds(pack.customer_ids[key], STANDING, percent),
                "unjudged": key not in judged | declined,
            }
            names = [name for name, holds in states.items() if holds] or ["anybody"]
            return names[0] if len(names) == 1 else ""

        found: dict[str, list[str]] = {}
        for key in range(pack.customers):
            found.setdefault(state(key), []).append(pack.customer_ids[key])
        # Who has bought most stands in the tables of past days too, whoever is held out by lot.
        lines = np.diff(pack.streams["purchases"].offsets)
        for some in found.values():
            some.sort(key=lambda one: -int(lines[pack.customer_ids.find(one)]))
        people = {name: some[0] for name, some in found.items() if name}
        people["objected"], people["erased"] = found["anybody"][1:3]
        return {name: people[name] for name in STATES if name in people}

    @contextmanager
    def repeatable(self) -> Iterator[Repeating]:
        """Whoever asks meanwhile sends a key with each call, the same with the same call."""
        before = self.caller, self.officer
        self.caller, self.officer = self.repeating, self.repeating_officer
        try:
            yield self.repeating
        finally:
            self.caller, self.officer = before

    def demand(self) -> None:
        """Let the one object and the other be erased."""
        objection = {"rows": [{"customer_id": self.people["objected"], "objects": True}]}
        assert self.officer.post("/v1/objections", json=objection).status_code == 200
        erasure = {"customer_ids": [self.people["erased"]]}
        assert self.officer.post("/v1/erasures", json=erasure).status_code == 202

    def asked(self, path: str, **question: Any) -> Any:
        """The answer to a question."""
        answer = self.caller.post(path, json=question)
        assert answer.is_success, answer.text
        return answer.json()

    def rows(self, path: str, said: Callable[[dict[str, Any]], str], **more: Any) -> Seen:
        """What a route answers of everybody, a row each, in the words of ``said``."""
        asked = [{"customer_id": one} for one in self.people.values()]
        return self.told(self.asked(path, rows=asked, **more)["rows"], said)

    def told(
        self, rows: Iterable[dict[str, Any]], said: Callable[[dict[str, Any]], str]
    ) -> dict[str, str]:
        """What rows say of each person; of who is in none of them that they are absent."""
        by_id = {str(row["customer_id"]): row for row in rows}
        return {
            state: said(by_id[one]) if one in by_id else "absent"
            for state, one in self.people.items()
        }

    def seen(self, text: str) -> dict[str, str]:
        """Whose number stands in a text."""
        return {
            state: "shown" if is_named_in(text, one) else "absent"
            for state, one in self.people.items()
        }

    def written(self, customer_id: str) -> set[str]:
        """The tables of the ledger that hold a customer's number, in whatever column."""
        found = set()
        with sqlite3.connect(self.ledger.path) as connection:
            for table in TABLES.sorted_tables:
                rows = connection.execute(f"SELECT * FROM {table.name}").fetchall()
                if is_named_in(json.dumps(rows, default=lambda one: str(one)), customer_id):
                    found.add(table.name)
        kept = b"\n".join(kept_answers(self.ledger.path)).decode(errors="replace")
        if is_named_in(kept, customer_id):
            found.add("kept_contents")
        return found

    @property
    def generation(self) -> str:
        """The name of the scores in use."""
        in_use = self.service.models_in_use.in_use
        assert in_use is not None
        return in_use.snapshot.name

    def link(self, state: str) -> str:
        """The page of somebody, whoever may see it."""
        in_use = self.service.models_in_use.in_use
        assert in_use is not None
        return f"/churn/customer?who={in_use.links.name(self.people[state])}"

    def place(self, state: str) -> int:
        """Where somebody stands in the ranking, whoever may see it; -1 of who is not in it."""
        in_use = self.service.models_in_use.in_use
        assert in_use is not None
        key = in_use.snapshot.customer_ids.find(self.people[state])
        return int(in_use.snapshot.places[key]) if key >= 0 else -1


def status(row: dict[str, Any]) -> str:
    """What became of a row; a no says nothing else of the person."""
    found = str(row["status"])
    if found in ("no_consent", "unknown_id"):
        told = {name for name, value in row.items() if value not in EMPTY}
        assert told <= NOTHING_SAID, told
    return found


def offered(row: dict[str, Any]) -> str:
    """What became of a row of offers, and whether anything is offered."""
    found = status(row)
    if found != "ok":
        assert not row["slots"] and not row["candidates"]
        return found
    arms = {slot["arm"] for slot in row["slots"]}
    shown = any(slot["offer_id"] for slot in row["slots"])
    return (
        "held out"
        if arms == {"hold_out"} and not shown
        else "may be offered"
        if row["candidates"]
        else "nothing"
    )


def event() -> dict[str, Any]:
    """A contact that anybody may have had."""
    return {"contacted_at": "2025-06-01T00:00:00Z", "channel": "web", "kind": "visit"}
