"""Somebody known by several ids is one person in every call, page, objection and erasure."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import refresh_vectors
from serving.access.cookies import FORM_TOKEN
from serving.ledger.ledger import Ledger
from serving.ledger.reported_events import ReportedEvent
from serving.nightly.run import score_everybody
from serving.snapshot.forgetting import finish_erasures, forget_old_generations, still_held
from serving.snapshot.reading import open_snapshot
from tests.holding import files_holding
from tests.serving.calling import ADDRESS, Service
from tests.serving.company import Company, company_in

CARD = "till-000777"
"""An id that no row is written with: a card that was issued and never shown."""


@dataclass(frozen=True)
class Merged:
    """A company in which two customers became one: by whom they are kept, and by which id else."""

    company: Company
    person: str
    old: str
    before: Pack


@pytest.fixture(scope="module")
def merged(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Merged:
    folder = tmp_path_factory.mktemp("merged") / "own"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    before = open_store(company_in(folder).workspace).pack()
    judged = sorted(open_snapshot(company_in(folder).workspace).ranking.customer_keys.tolist())
    old, person = before.customer_ids[judged[3]], before.customer_ids[judged[4]]
    (folder / "same.csv").write_text(f"id,person\n{old},{person}\n{CARD},{old}\n", encoding="utf-8")
    settings = folder / "regulars.toml"
    said = '\n[tables.identities]\nsource = "same.csv"\n'
    said += 'columns = { customer_id = "id", person_id = "person" }\n'
    settings.write_text(settings.read_text(encoding="utf-8") + said, encoding="utf-8")
    made_anew(company_in(folder))
    return Merged(company_in(folder), person, old, before)


def made_anew(company: Company) -> None:
    ingest(company.settings, company.workspace)
    refresh_vectors(company.workspace, plan_for=standard_plan, threads=1)
    score_everybody(company.settings, company.workspace)


@pytest.fixture
def service(merged: Merged, tmp_path: Path) -> Iterator[Service]:
    opened = Service(merged.company, tmp_path)
    yield opened
    opened.close()


def lines(pack: Pack, customer: str) -> int:
    key = pack.customer_ids.find(customer)
    offsets = pack.streams["purchases"].offsets
    return 0 if key < 0 else int(offsets[key + 1] - offsets[key])


def test_the_store_has_one_customer_with_the_lines_of_both(merged: Merged) -> None:
    now = open_store(merged.company.workspace).pack()
    assert now.customers == merged.before.customers - 1
    assert now.customer_ids.find(merged.old) == -1
    both = lines(merged.before, merged.old) + lines(merged.before, merged.person)
    assert lines(now, merged.person) == both > lines(merged.before, merged.person)


def test_scores_that_were_made_with_these_ids_are_not_made_again(merged: Merged) -> None:
    company = merged.company
    assert score_everybody(company.settings, company.workspace).reused


def test_a_person_is_answered_about_by_each_of_their_ids(merged: Merged, service: Service) -> None:
    sent = [merged.person, f" {merged.old}", CARD]
    rows = [{"customer_id": one} for one in sent]
    answer = service.caller("score").score(rows=rows, reasons=False)
    first = answer["rows"][0]
    assert first["status"] != "unknown_id"
    for row in answer["rows"]:
        assert (row["customer_id"], row["status"], row["probability"]) == (
            *(merged.person, first["status"], first["probability"]),
        )
    shown = service.caller("score").post("/v1/customer", json={"customer_id": CARD}).json()
    assert shown["customer_id"] == merged.person and shown["profile"]


def test_the_pages_find_a_person_by_an_old_id(merged: Merged, service: Service) -> None:
    browser = service.browser()
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": ADDRESS}
    places = [
        browser.post(
            "/churn/find", content=f"q={one}&{FORM_TOKEN}={browser.form_token}", headers=headers
        )
        for one in (merged.person, merged.old)
    ]
    assert places[0].status_code == 303, places[0].text
    assert places[0].headers["location"] == places[1].headers["location"]


def test_an_event_of_an_old_id_is_the_persons_whenever_it_was_told(
    merged: Merged, service: Service
) -> None:
    caller = service.caller("score", "events")
    cutoff = open_snapshot(merged.company.workspace).cutoff_seconds
    content = {"contacted_at": "2009-12-01T00:00:00Z", "channel": "web", "kind": "visit"}
    # Told before anybody knew that they are one.
    service.models_in_use.ledger.events.keep(
        [ReportedEvent("early", merged.old, "contacts", content, cutoff, cutoff)]
    )
    told = {"customer_id": CARD, "contact": {**content, "contacted_at": "2009-12-02T00:00:00Z"}}
    assert caller.post("/v1/events", json={"rows": [told]}).json()["rows"][0]["status"] == "stored"
    found = service.models_in_use.newer_events([merged.person], cutoff)
    assert list(found) == [merged.person] and len(found[merged.person]) == 2
    assert {one.customer_id for one in found[merged.person]} == {merged.old, merged.person}


def test_an_objection_by_an_old_id_is_the_persons_and_is_taken_back_by_any(
    merged: Merged, service: Service
) -> None:
    caller = service.caller("score", "privacy")
    told = {"rows": [{"customer_id": merged.old}]}
    answer = caller.post("/v1/objections", json=told).json()["rows"][0]
    assert (answer["customer_id"], answer["status"]) == (merged.person, "recorded")
    asked = [{"customer_id": one} for one in (merged.person, CARD)]
    assert {one["status"] for one in caller.score(rows=asked)["rows"]} == {"no_consent"}
    kept = service.models_in_use.ledger.privacy.withheld.objected
    assert kept == {merged.person, merged.old, CARD}
    back = {"rows": [{"customer_id": CARD, "objects": False}]}
    assert caller.post("/v1/objections", json=back).json()["rows"][0]["status"] == "recorded"
    assert not service.models_in_use.ledger.privacy.withheld


def test_an_objection_from_before_the_merge_is_the_persons(merged: Merged, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.privacy.decide([(merged.old, True), ("somebody else", True)], at=1)
    ledger.close()
    opened = Service(merged.company, tmp_path)
    try:
        withheld = opened.models_in_use.ledger.privacy.withheld
        assert withheld.objected == {merged.person, merged.old, CARD, "somebody else"}
        row = opened.caller("score").score(customer_id=merged.person)["rows"][0]
        assert row["status"] == "no_consent"
    finally:
        opened.close()


def test_an_erasure_by_an_old_id_forgets_the_person_by_all_ids_for_good(
    merged: Merged, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    shutil.copytree(merged.company.settings_path.parent, folder)
    company = company_in(folder)
    opened = Service(company, company.workspace.ledger.parent)
    ids = {merged.person, merged.old, CARD}
    try:
        answer = opened.caller("privacy").post("/v1/erasures", json={"customer_ids": [CARD]})
        assert answer.status_code == 202 and answer.json()["customers"] == 1
        rows = [{"customer_id": one} for one in sorted(ids)]
        asked = opened.caller("score").score(rows=rows)["rows"]
        assert {one["status"] for one in asked} == {"unknown_id"}
        assert opened.models_in_use.ledger.privacy.withheld.erased == ids
        assert still_held(company.workspace, ids) == ids
        made_anew(company)
        forget_old_generations(company.workspace)
        assert still_held(company.workspace, ids) == set()
    finally:
        opened.close()
    assert files_holding(company.workspace.folder / "store", CARD) == []
    # Nor do they come back where nothing says any more that they are one.
    text = company.settings_path.read_text(encoding="utf-8")
    company.settings_path.write_text(text.partition("\n[tables.identities]")[0], encoding="utf-8")
    company = company_in(folder)
    known = ingest(company.settings, company.workspace).store.pack().customer_ids
    assert all(known.find(one) < 0 for one in ids)
    assert len(finish_erasures(company.workspace, at=3)) == 1
