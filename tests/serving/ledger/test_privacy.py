"""Objections and erasures: absolute, at once, everywhere, and not undone by anything that comes later."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from serving.contract.privacy_messages import ErasureAnswer, ObjectionsAnswer
from serving.job_runner import JobRunner
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.database import TABLES
from serving.ledger.decisions import Decision
from serving.ledger.idempotency import StoredAnswer
from serving.ledger.ledger import Ledger
from serving.ledger.offer_decisions import DECIDED, OfferDecision
from serving.ledger.privacy import Withheld
from serving.ledger.reported_events import ReportedEvent
from serving.pages.churn_list import matching
from serving.pages.figures import customer_link
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot
from tests.holding import files_holding, kept_answers
from tests.serving.calling import Caller, Service, answer_as
from tests.serving.company import Company


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def answer_about(customer: str) -> StoredAnswer:
    content = orjson.dumps({"rows": [{"customer_id": customer, "probability": 0.9}]})
    return StoredAnswer(200, "application/json", content)


def filled(ledger: Ledger, customer: str) -> None:
    """Something of a customer in every table that can hold anything of one."""
    ledger.append([Decision(f"d {customer}", customer, "ok", 0.5, "1", "m", 1, 2)])
    shown = OfferDecision(f"o {customer}", 1, customer, "TEA", DECIDED, 1.0, 1.0, 1, "m", 2)
    ledger.offers.append([shown])
    ledger.events.keep([ReportedEvent(f"e {customer}", customer, "contacts", {}, 1, 1)])
    name = f"c{len(ledger.campaigns.all())}"
    campaign = FrozenCampaign(name, name, "", "", 0, 30, 10, True, {}, 1)
    member = CampaignMember(name, customer, "d", "call", False, "active", 0.1, 0.1, 1, 1, 1, 1)
    ledger.campaigns.freeze(campaign, [member])
    ledger.campaigns.report([ContactOutcome(name, customer, 1, "reached", 1)])
    ledger.privacy.decide([(customer, True)], at=1)
    ledger.repeats.begin("crm", customer, b"", at=1)
    ledger.repeats.end("crm", customer, answer_about(customer))


def holders(ledger: Ledger, customer: str) -> set[str]:
    """The tables in which a customer's number stands, in whatever column."""
    with sqlite3.connect(ledger.path) as connection:
        rows = {
            one.name: connection.execute(f"SELECT * FROM {one.name}").fetchall()
            for one in TABLES.sorted_tables
        }
    rows["kept_contents"] = kept_answers(ledger.path)
    return {name for name, some in rows.items() if customer in str(some)}


def test_an_erasure_takes_everything_of_those_it_names_and_nothing_of_others(
    ledger: Ledger,
) -> None:
    for one in ("anna", "bert", "carl"):
        filled(ledger, one)
    everything = {"decisions", "offer_decisions", "events", "objections", "kept_contents"}
    everything |= {"campaign_members", "campaign_outcomes"}
    of_people = {one.name for one in TABLES.sorted_tables if "customer_id" in one.columns}
    assert everything == (of_people | {"kept_contents"}) - {"to_be_erased"}
    assert holders(ledger, "anna") == everything
    erasure = ledger.privacy.erase(["anna", "carl"], at=5)
    assert (erasure.customers, erasure.status, erasure.requested_at) == (2, "pending", 5)
    assert holders(ledger, "anna") == holders(ledger, "carl") == {"to_be_erased"}
    assert holders(ledger, "bert") == everything
    assert ledger.privacy.withheld == Withheld(frozenset({"bert"}), frozenset({"anna", "carl"}))
    assert ledger.privacy.erased_among(["anna", "bert"]) == {"anna"}
    assert ledger.privacy.erased_among([]) == frozenset()


def test_an_erasure_is_done_when_none_of_its_customers_is_left(ledger: Ledger) -> None:
    both, other = (
        ledger.privacy.erase(some, at=at).erasure_id
        for some, at in ((["anna", "bert"], 1), (["carl"], 2))
    )
    assert ledger.privacy.finish(frozenset({"bert", "carl", "dora"}), at=3) == []
    assert ledger.privacy.finish(frozenset({"bert"}), at=4) == [other]
    assert ledger.privacy.withheld.erased == {"anna", "bert"}
    done, waiting = ledger.privacy.erasure(other), ledger.privacy.erasure(both)
    assert done is not None and (done.status, done.done_at) == ("done", 4)
    assert waiting is not None and (waiting.status, waiting.done_at) == ("pending", None)
    assert ledger.privacy.finish(frozenset(), at=5) == [both]
    assert ledger.privacy.finish(frozenset(), at=6) == []
    assert ledger.privacy.withheld.erased == frozenset()
    # Whoever knows a number can still ask whether it was erased, long after.
    assert ledger.privacy.erased_among(["bert"]) and ledger.privacy.erasure("unknown") is None


def test_who_is_named_in_two_erasures_is_withheld_until_both_are_done(ledger: Ledger) -> None:
    for at in (1, 2):
        ledger.privacy.erase(["anna"], at=at)
    assert ledger.privacy.withheld.erased == {"anna"}
    assert len(ledger.privacy.finish(frozenset(), at=3)) == 2


def test_an_objection_says_whether_it_changes_anything(ledger: Ledger) -> None:
    said = [("anna", True), ("anna", True), ("bert", False), ("anna", False), ("anna", False)]
    assert ledger.privacy.decide(said, at=1) == [True, False, False, True, False]
    assert not ledger.privacy.withheld


@pytest.fixture
def officer(service: Service) -> Caller:
    return service.caller("privacy")


@pytest.fixture
def risky(snapshot: Snapshot) -> str:
    return snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]


def objects(officer: Caller, customer: str, *, objects: bool = True) -> str:
    answer = officer.post(
        "/v1/objections", json={"rows": [{"customer_id": customer, "objects": objects}]}
    )
    answer_as(ObjectionsAnswer, answer.content)
    return str(answer.json()["rows"][0]["status"])


def erased(officer: Caller, *customers: str) -> dict[str, Any]:
    answer = officer.post("/v1/erasures", json={"customer_ids": customers})
    assert answer.status_code == 202, answer.text
    answer_as(ErasureAnswer, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def listed(service: Service) -> set[str]:
    """Everybody on the churn list."""
    assert service.models_in_use.in_use is not None
    snapshot = service.models_in_use.in_use.snapshot
    places = matching(snapshot, ListQuery(consent="all"))
    return {snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[places]}


def test_an_objection_counts_from_its_answer_on_everywhere(
    service: Service, caller: Caller, officer: Caller, snapshot: Snapshot, risky: str
) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    link, old_link = customer_link(in_use, 0), "/churn/customer?row=0&g=" + snapshot.name
    browser = service.browser()
    assert browser.get(link).status_code == 200 and risky in listed(service)
    assert objects(officer, risky) == "recorded" and objects(officer, risky) == "unchanged"
    assert caller.score(customer_id=risky)["rows"][0]["status"] == "no_consent"
    contact = {"contacted_at": "2025-06-01T00:00:00Z", "channel": "web", "kind": "visit"}
    for more in (
        {"vector": {"days_since_order": 3.0}},
        {"events": {"contacts": [contact]}},
        {},
    ):
        row = caller.score(rows=[{"customer_id": risky} | more])["rows"][0]
        assert row["status"] == "no_consent" and row["warnings"] == []
        said = {"row_id", "customer_id", "status", "warnings", "decision_id"}
        assert set(row) <= said | {"vector_as_of", "expires_at"}
    view = caller.post("/v1/customer", json={"customer_id": risky}).json()
    assert view == {"customer_id": risky, "status": "no_consent"}
    change = {"rows": [{"customer_id": risky}], "since": "2025-01-01"}
    assert caller.post("/v1/changes", json=change).json()["rows"][0]["status"] == "no_consent"
    assert risky not in listed(service)
    assert browser.get(old_link).status_code == 404
    page = browser.get(link).text
    assert "declined to be scored" in page and "What happened" not in page
    assert risky not in browser.get("/churn").text and risky not in browser.get("/churn.csv").text


def test_a_withdrawn_objection_is_none(
    service: Service, caller: Caller, officer: Caller, risky: str
) -> None:
    objects(officer, risky)
    assert objects(officer, risky, objects=False) == "recorded"
    assert objects(officer, risky, objects=False) == "unchanged"
    assert caller.score(customer_id=risky)["rows"][0]["status"] == "ok"
    assert risky in listed(service)


def test_another_process_knows_of_an_objection_at_once(
    demo_workspace: Company, service: Service, officer: Caller, risky: str, tmp_path: Path
) -> None:
    other = Service(demo_workspace, tmp_path)
    try:
        asked = other.caller("score")
        assert asked.score(customer_id=risky)["rows"][0]["status"] == "ok"
        objects(officer, risky)
        assert asked.score(customer_id=risky)["rows"][0]["status"] == "no_consent"
    finally:
        other.close()


def test_an_erased_customer_is_answered_about_as_one_who_never_was(
    service: Service, caller: Caller, officer: Caller, risky: str
) -> None:
    service.caller("score").score(customer_id=risky)
    erased(officer, risky)
    event = {"contacted_at": "2025-06-01T00:00:00Z", "channel": "web", "kind": "visit"}
    for path, question in (
        ("/v1/score", {"customer_id": "{}"}),
        ("/v1/score", {"rows": [{"customer_id": "{}", "events": {"contacts": [event]}}]}),
        ("/v1/customer", {"customer_id": "{}"}),
        ("/v1/changes", {"rows": [{"customer_id": "{}"}], "since": "2025-01-01"}),
        ("/v1/what-if", {"customer_id": "{}"}),
    ):
        gone, never = (
            caller.post(path, json=_named(question, name)).text.replace(name, "NAME")
            for name in (risky, "N" * len(risky))
        )
        assert _without_ids(gone) == _without_ids(never), path
    assert risky not in listed(service)


def _named(question: Any, name: str) -> Any:
    if isinstance(question, dict):
        return {key: _named(one, name) for key, one in question.items()}
    if isinstance(question, list):
        return [_named(one, name) for one in question]
    return name if question == "{}" else question


def _without_ids(text: str) -> str:
    import re

    return re.sub(r'"(decision|correlation)_id":"[0-9a-f]+"', "", text)


def test_an_erasure_leaves_nothing_in_the_services_own_files(
    service: Service, caller: Caller, officer: Caller, risky: str, tmp_path: Path
) -> None:
    headers = {"idempotency-key": "k"}
    assert caller.post("/v1/score", json={"customer_id": risky}, headers=headers).status_code == 200
    contact = {"contacted_at": "2025-06-01T00:00:00Z", "channel": "web", "kind": "visit"}
    told = {"rows": [{"customer_id": risky, "contact": contact}]}
    service.caller("events").post("/v1/events", json=told)
    caller.post("/v1/jobs", json={"customer_ids": [risky]})
    while JobRunner(service.models_in_use).step():
        pass
    objects(officer, risky)
    assert files_holding(tmp_path, risky)
    receipt = erased(officer, risky)
    # Its number stands in one place until the files of the workspace are made anew.
    service.models_in_use.ledger.privacy.finish(frozenset(), at=1)
    assert files_holding(tmp_path, risky) == []
    status = officer.post("/v1/erasures/status", json={"erasure_id": receipt["erasure_id"]}).json()
    assert status["status"] == "done" and status["done_at"]
    # What is told of them later is answered alike and kept nowhere.
    assert (
        service.caller("events").post("/v1/events", json=told).json()["rows"][0]["status"]
        == "stored"
    )
    assert files_holding(tmp_path, risky) == []


def test_the_names_of_the_erased_cannot_be_read_and_are_their_owners_alone(
    officer: Caller, risky: str, tmp_path: Path
) -> None:
    erased(officer, risky)
    file = tmp_path / "erased.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one for one in files_holding(tmp_path, risky) if "erased.db" in one] == []


class Demands(RuleBasedStateMachine):
    """Any order of scoring, objecting, withdrawing and erasing: who objected or was erased is nowhere."""

    service: Service

    @initialize()
    def begin(self) -> None:
        folder = Path(self.folder) / f"run{next(self.runs)}"
        folder.mkdir()
        self.service.begin(folder)
        self.caller = self.service.caller("score")
        self.officer = self.service.caller("privacy")
        self.objected: set[str] = set()
        self.gone: set[str] = set()

    @rule(who=some.integers(0, 4))
    def object(self, who: int) -> None:
        said = objects(self.officer, self.people[who])
        # Of who was erased nothing is kept, and nobody can tell that from the answer.
        if said == "recorded" and self.people[who] not in self.gone:
            self.objected.add(self.people[who])

    @rule(who=some.integers(0, 4))
    def withdraw(self, who: int) -> None:
        objects(self.officer, self.people[who], objects=False)
        self.objected.discard(self.people[who])

    @precondition(lambda self: len(self.gone) < 3)
    @rule(who=some.integers(0, 4))
    def erase(self, who: int) -> None:
        erased(self.officer, self.people[who])
        self.gone.add(self.people[who])
        self.objected.discard(self.people[who])

    @rule()
    def restart(self) -> None:
        self.service.models_in_use.refresh()

    @invariant()
    def nobody_withheld_is_answered_about(self) -> None:
        if not hasattr(self, "caller"):
            return
        asked = [{"customer_id": one} for one in self.people]
        rows = self.caller.score(rows=asked, reasons=False)["rows"]
        for one, row in zip(self.people, rows, strict=True):
            expected = "ok"
            if one in self.objected:
                expected = "no_consent"
            elif one in self.gone:
                expected = "unknown_id"
            assert row["status"] == expected
        hidden = self.gone | self.objected
        assert not hidden & listed(self.service)
        assert set(self.people) - hidden <= listed(self.service)

    people: list[str]
    folder: str
    runs: Iterator[int]


def _demands(service: Service, snapshot: Snapshot, folder: Path, examples: int) -> None:
    from itertools import count

    from hypothesis.stateful import run_state_machine_as_test

    people = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:5]]

    class Here(Demands):
        pass

    Here.service, Here.people, Here.folder, Here.runs = service, people, str(folder), count()
    chosen = settings(max_examples=examples, stateful_step_count=12)
    run_state_machine_as_test(Here, settings=chosen)


def test_whoever_objected_or_was_erased_is_in_no_answer_and_on_no_list(
    service: Service, snapshot: Snapshot, tmp_path: Path
) -> None:
    _demands(service, snapshot, tmp_path, 15)


@pytest.mark.slow
def test_the_same_over_many_more_sequences(
    service: Service, snapshot: Snapshot, tmp_path: Path
) -> None:
    _demands(service, snapshot, tmp_path, 300)


def test_nothing_is_known_of_a_key_beyond_the_snapshot(snapshot: Snapshot) -> None:
    assert np.all(snapshot.withheld_places == np.empty(0))


def test_what_was_demanded_before_a_company_ignored_case_stays_demanded(ledger: Ledger) -> None:
    ledger.privacy.decide([("Anna@X.de", True), ("bert", True)], at=1)
    ledger.privacy.erase(["Carl"], at=2)
    assert ledger.privacy.withheld == Withheld(
        frozenset({"Anna@X.de", "bert"}), frozenset({"Carl"})
    )
    for _ in range(2):
        ledger.privacy.count_in_small()
        assert ledger.privacy.withheld == Withheld(
            frozenset({"Anna@X.de", "anna@x.de", "bert"}), frozenset({"Carl", "carl"})
        )
    assert ledger.privacy.erased_among(["carl", "Carl"]) == {"Carl"}
    assert ledger.privacy.erased_among(["carl", "dora"], ignore_case=True) == {"carl"}


@pytest.mark.parametrize("ignore_case", [False, True])
def test_an_erasure_forgets_every_spelling_where_case_is_ignored(
    ledger: Ledger, ignore_case: bool
) -> None:
    for one in ("Anna", "anna", "bert"):
        filled(ledger, one)
    ledger.privacy.erase(["anna"], at=5, ignore_case=ignore_case)
    left = holders(ledger, "Anna") - {"to_be_erased"}
    assert bool(left) is not ignore_case
    assert holders(ledger, "bert") and not holders(ledger, "anna") - {"to_be_erased"}
