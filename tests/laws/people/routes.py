"""What the service answers, shows and keeps of people, asked once about everybody in the world."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import orjson

from serving.contract.quick_route import read
from serving.contract.score_messages import ScoreRequest
from serving.contract.score_routes import scored
from serving.job_runner import JobRunner
from tests.laws.people.files import EVERYBODYS, everybody_in_a_campaign
from tests.laws.people.world import CAMPAIGN, Seen, World, event, offered, status
from tests.serving.calling import NOW, Browser

Writer = Callable[[World], Seen]
ROUTES: dict[str, tuple[str, Writer]] = {}
"""Each with the world it is asked in."""


def writer(name: str, company: str = "demo") -> Callable[[Writer], Writer]:
    def kept(function: Writer) -> Writer:
        ROUTES[name] = company, function
        return function

    return kept


@writer("POST /v1/score")
def _score(world: World) -> Seen:
    by_id = world.rows("/v1/score", status, campaign=CAMPAIGN)
    assert world.rows("/v1/score", status, reasons=False) == by_id
    return by_id


@writer("POST /score")
def _score_for_bento(world: World) -> Seen:
    question = {"rows": [{"customer_id": one} for one in world.people.values()]}
    answer = scored(world.service.models_in_use, read(ScoreRequest, orjson.dumps(question)))
    return world.told(orjson.loads(orjson.dumps(answer["rows"])), status)


@writer("POST /invocations")
def _invocations(world: World) -> Seen:
    return _predicted(world, "/invocations")


@writer("POST /serving-endpoints/")
def _endpoint_invocations(world: World) -> Seen:
    in_use = world.service.models_in_use.in_use
    assert in_use is not None
    return _predicted(world, f"/serving-endpoints/{in_use.scorer.bundle.manifest.name}/invocations")


@writer("POST /v1/customers")
def _listed(world: World) -> Seen:
    told: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.asked("/v1/customers", count=200, fields=[], reasons=False, **cursor)
        told += page["rows"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    return world.told(told, lambda row: "shown")


def _predicted(world: World, path: str) -> Seen:
    answer = world.asked(path, inputs={"customer_id": list(world.people.values())})
    return world.told(answer["predictions"], flat_status)


@writer("POST /v1/hubspot/webhook/")
def _hubspot_webhook(world: World) -> Seen:
    path = "/v1/hubspot/webhook/number"
    rows = [world.asked(path, properties={"number": one}) for one in world.people.values()]
    return world.told(rows, flat_status)


@writer("POST /v1/hubspot/action/")
def _hubspot_action(world: World) -> Seen:
    path = "/v1/hubspot/action/number"
    rows = [world.asked(path, inputFields={"number": one}) for one in world.people.values()]
    return world.told([one["outputFields"] for one in rows], flat_status)


@writer("POST /v1/dataverse/webhook/")
def _dataverse_webhook(world: World) -> Seen:
    path, table = "/v1/dataverse/webhook/contactid", "contact"
    rows = [
        world.asked(path, PrimaryEntityName=table, PrimaryEntityId=one)
        for one in world.people.values()
    ]
    return world.told(rows, flat_status)


@writer("POST /v1/salesforce/score")
def _salesforce(world: World) -> Seen:
    records = [{"customer_id": one} for one in world.people.values()]
    answer = world.asked("/v1/salesforce/score", inputs=records)
    return world.told([one["outputValues"] for one in answer], flat_status)


def flat_status(row: dict[str, Any]) -> str:
    """What became of a flat row, which says by which model and when it was answered, and how a workflow goes on."""
    of_nobody = ("model_version", "scored_at", "hs_execution_state")
    return status({name: value for name, value in row.items() if name not in of_nobody})


def _job(world: World, **question: Any) -> tuple[str, str]:
    """A job's id and its result."""
    job = world.asked("/v1/jobs", **question)["job_id"]
    runner = JobRunner(world.service.models_in_use)
    while runner.step():
        pass
    return job, world.caller.get(f"/v1/jobs/{job}/result").text


@writer("POST /v1/jobs")
def _job_of_a_list(world: World) -> Seen:
    _, result = _job(world, customer_ids=list(world.people.values()))
    return world.told(map(orjson.loads, result.splitlines()), status)


@writer("GET /v1/jobs/")
@writer("result of a job in jsonl")
def _job_of_everybody(world: World) -> Seen:
    _, result = _job(world, everybody=True)
    return world.told(map(orjson.loads, result.splitlines()), status)


@writer("result of a job in csv")
def _job_as_csv(world: World) -> Seen:
    _, result = _job(world, everybody=True, format="csv", reasons=False)
    return world.told(csv.DictReader(result.splitlines()), status)


@writer("DELETE /v1/jobs/")
def _job_cancelled(world: World) -> Seen:
    job = world.asked("/v1/jobs", everybody=True, reasons=False)["job_id"]
    return world.seen(world.caller.request("DELETE", f"/v1/jobs/{job}").text)


def _one_by_one(path: str, **more: Any) -> Writer:
    def asked(world: World) -> Seen:
        people = world.people.items()
        return {state: status(world.asked(path, customer_id=one, **more)) for state, one in people}

    return asked


writer("POST /v1/customer")(_one_by_one("/v1/customer"))
writer("POST /v1/what-if")(_one_by_one("/v1/what-if", play="order"))


@writer("POST /v1/changes")
def _changes(world: World) -> Seen:
    return world.rows("/v1/changes", status, since="2025-01-01")


@writer("POST /v1/recommendations", "items")
def _recommendations(world: World) -> Seen:
    def said(row: dict[str, Any]) -> str:
        # One who never was is told what most customers buy, and so is who was erased.
        assert (row["status"] == "unknown_id") == bool(row["fallback"])
        assert (row["status"] == "no_consent") == (row["items"] == [])
        return str(row["status"])

    return world.rows("/v1/recommendations", said)


@writer("POST /v1/similar-items", "items")
def _similar(world: World) -> Seen:
    return world.seen(world.caller.post("/v1/similar-items", json={"item_ids": ["a00"]}).text)


@writer("POST /v1/item-customers", "items")
def _takers(world: World) -> Seen:
    customers = world.asked("/v1/item-customers", item_id="a00", count=1_000)["customers"]
    return world.told(customers, lambda row: "shown")


@writer("POST /v1/offers", "offers")
def _offers(world: World) -> Seen:
    return world.rows("/v1/offers", offered, is_shown=False)


@writer("POST /v1/events")
def _events(world: World) -> Seen:
    asked: list[dict[str, Any]] = [
        {"customer_id": one, "contact": event()} for one in world.people.values()
    ]
    if world.caller is world.repeating:
        # Told before without a name, and known by what they say.
        rows = world.asked("/v1/events", rows=asked)
        assert {row["status"] for row in rows["rows"]} <= {"stored", "duplicate"}
    else:
        named = [one | {"event_id": f"{world.told_of}/{one['customer_id']}"} for one in asked]
        world.told_of += 1
        rows = world.asked("/v1/events", rows=named)
        assert {row["status"] for row in rows["rows"]} == {"stored"}
    kept = world.ledger.events.of_customer
    return {state: "kept" if kept(one) else "kept nowhere" for state, one in world.people.items()}


@writer("POST /v1/feedback")
def _feedback(world: World) -> Seen:
    row = world.asked("/v1/score", customer_id=world.people["anybody"])["rows"][0]
    verdict = {"decision_id": row["decision_id"], "group": row["reasons"][0]["group"]}
    answer = world.caller.post("/v1/feedback", json={"rows": [verdict | {"verdict": "wrong"}]})
    assert answer.status_code == 200
    return world.seen(answer.text)


@writer("POST /v1/objections")
def _objections(world: World) -> Seen:
    withdrawn = [
        {"customer_id": one, "objects": state == "objected"} for state, one in world.people.items()
    ]
    rows = world.officer.post("/v1/objections", json={"rows": withdrawn}).json()["rows"]
    return world.told(rows, lambda row: str(row["status"]))


@writer("POST /v1/erasures")
@writer("POST /v1/erasures/status")
def _erasures(world: World) -> Seen:
    receipt = world.officer.post("/v1/erasures", json={"customer_ids": ["nobody at all"]})
    asked = {"erasure_id": receipt.json()["erasure_id"]}
    return world.seen(receipt.text + world.officer.post("/v1/erasures/status", json=asked).text)


@writer("GET /churn")
def _list(world: World) -> Seen:
    """Everybody on the list, page by page."""
    text, page = "", 1
    while True:
        answer = world.browser.get(f"/churn?size=100&page={page}").text
        text, page = text + answer, page + 1
        if f"page={page}" not in answer:
            return world.seen(text)


@writer("GET /churn.csv")
def _file(world: World) -> Seen:
    return world.seen(world.browser.get("/churn.csv").text)


@writer("GET /churn.xlsx")
def _workbook(world: World) -> Seen:
    content = world.browser.get("/churn.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return world.seen(str([*sheet.values]))


@writer("POST /churn/find")
def _find(world: World) -> Seen:
    answers = [world.browser.post("/churn/find", data={"q": one}) for one in world.people.values()]
    return world.seen("".join(f"{one.text}{one.headers}" for one in answers))


@writer("GET /churn/customer")
def _customer_page(world: World) -> Seen:
    found = {}
    for state, one in world.people.items():
        page = world.browser.get(world.link(state))
        assert page.status_code in (200, 404)
        assert (one in page.text) == (page.status_code == 200)
        is_told_of = "What happened" in page.text
        found[state] = "shown" if is_told_of else "no_consent" if one in page.text else "absent"
        if found[state] == "no_consent":
            # A no says nothing else of the person.
            assert "declined to be scored" in page.text
            assert not any(part in page.text for part in ("<dl", "<table", "<ol", "badges"))
        # A link of before leads to those alone whom a list shows.
        old = world.browser.get(f"/churn/customer?row={world.place(state)}&g={world.generation}")
        assert (old.status_code == 303) == (found[state] == "shown" and world.place(state) >= 0)
    return found


@writer("POST /account/sessions")
def _end_sessions(world: World) -> Seen:
    return world.seen(_with_account(world).post("/account/sessions", data={"others": "yes"}).text)


@writer("POST /account/password")
def _change_password(world: World) -> Seen:
    return world.seen(_with_account(world).post("/account/password", data={"current": "x"}).text)


def _with_account(world: World) -> Browser:
    """Somebody of the company who signed in, and no customer of it."""
    accounts = world.ledger.accounts
    found = accounts.find("anna") or accounts.create("anna", "", "admin", None, at=NOW)
    return world.service.browser(found.account_id)


def _campaign_page(world: World) -> str:
    """The address of a campaign that everybody is in."""
    everybody_in_a_campaign(world)
    return f"/campaigns/{world.ledger.campaigns.named(EVERYBODYS).campaign_id}"


@writer("POST /campaigns")
def _start(world: World) -> Seen:
    sent = {"name": f"started {len(world.ledger.campaigns.all())}", "most": "5", "hold_out": "0"}
    answer = world.browser.post("/campaigns", data=sent | {"without_measurement": "yes"})
    return world.seen(f"{answer.text}{answer.headers}")


@writer("GET /campaigns/")
def _campaign(world: World) -> Seen:
    page = world.browser.get(_campaign_page(world)).text
    file = world.browser.get(f"{_campaign_page(world)}/list.csv").text
    assert world.seen(page) == world.seen(file)
    return world.seen(page)


@writer("POST /campaigns/")
def _outcomes(world: World) -> Seen:
    """A list without an outcome changes nothing, and the page is shown again."""
    lines = ["customer_id,outcome", *(f"{world.people['anybody']}," for _ in range(2))]
    sent = {"list": ("list.csv", "\n".join(lines).encode())}
    answer = world.browser.post(f"{_campaign_page(world)}/outcomes", files=sent)
    assert answer.status_code == 200
    return world.seen(answer.text)


@writer("POST /sign-out")
def _sign_out(world: World) -> Seen:
    return world.seen(world.service.browser().post("/sign-out", data={"x": "1"}).text)
