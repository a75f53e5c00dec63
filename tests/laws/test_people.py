"""Who is seen where: every state a person can be in, beside everything that shows or writes people.

What shows people is listed by the service's own registries. A new route, export or verb is missing in ``MEANING``
until somebody says what each state means there.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import get_args

import pytest

from features.exports.table_files import FORMATS
from regulars import OpenWorkspace
from regulars.main import VERBS
from serving.campaigns.contact_list import ENDINGS
from serving.contract.job_messages import JobRequest
from serving.exports.reasons import TARGETS
from tests.holding import files_holding
from tests.laws.people import files, routes, tables
from tests.laws.people.world import STATES, Seen, World, event
from tests.serving.calling import ROUTES
from tests.serving.company import Company


def meaning(*words: str) -> Seen:
    """What each state means, in the order of ``STATES``; - where the writer's company has nobody in it."""
    return {state: word for state, word in zip(STATES, words, strict=True) if word != "-"}


# In this order:     objected      erased        declined      unreachable   held_out      unjudged        anybody
ROWS = meaning("no_consent", "unknown_id", "no_consent", "ok", "ok", "not_eligible", "ok")
LISTED = meaning("absent", "absent", "absent", "shown", "shown", "absent", "shown")
# A list is for contacting people: who said no to marketing is on it only where they are asked for.
TO_CONTACT = meaning("absent", "absent", "absent", "absent", "shown", "absent", "shown")
# A campaign began with all of them in it; whoever may not be contacted by now is on no list of it.
CALLED = meaning("absent", "absent", "absent", "absent", "shown", "shown", "shown")
DRAWN = meaning("absent", "absent", "shown", "shown", "shown", "shown", "shown")
PAGES = meaning("no_consent", "absent", "no_consent", "shown", "shown", "shown", "shown")
NOBODY = meaning("absent", "absent", "absent", "absent", "absent", "absent", "absent")
ITEMS = meaning("no_consent", "unknown_id", "no_consent", "ok", "-", "-", "ok")
ITEM_LISTS = meaning("absent", "absent", "absent", "shown", "-", "-", "shown")
ITEM_OFFERS = meaning("absent", "absent", "absent", "absent", "-", "-", "shown")
OFFERS = meaning(
    "no_consent", "unknown_id", "no_consent", "nothing", "held out", "-", "may be offered"
)
PLANNED = meaning("absent", "absent", "absent", "absent", "absent", "-", "shown")
# Whom no model judges today may have been tested at an earlier cutoff.
TESTED = meaning("absent", "absent", "absent", "shown", "shown", "shown", "shown")
KEPT = meaning("kept", "kept nowhere", "kept", "kept", "kept", "kept", "kept")
EVERYBODY = ROWS | {"erased": "absent"}

MEANING: Mapping[str, Seen] = {
    "POST /v1/score": ROWS,
    "POST /score": ROWS,
    "POST /invocations": ROWS,
    "POST /serving-endpoints/": ROWS,
    "POST /v1/hubspot/webhook/": ROWS,
    "POST /v1/hubspot/action/": ROWS,
    "POST /v1/dataverse/webhook/": ROWS,
    "POST /v1/salesforce/score": ROWS,
    "POST /v1/jobs": EVERYBODY,
    "GET /v1/jobs/": EVERYBODY,
    "DELETE /v1/jobs/": NOBODY,
    "POST /v1/customer": ROWS,
    "POST /v1/customers": TO_CONTACT,
    "POST /v1/changes": ROWS,
    "POST /v1/what-if": ROWS,
    "POST /v1/recommendations": ITEMS,
    "POST /v1/similar-items": dict.fromkeys(ITEMS, "absent"),
    "POST /v1/item-customers": ITEM_OFFERS,
    "POST /v1/offers": OFFERS,
    "POST /v1/events": KEPT,
    "POST /v1/feedback": NOBODY,
    "POST /v1/objections": meaning(*["unchanged"] * 7),
    "POST /v1/erasures": NOBODY,
    "POST /v1/erasures/status": NOBODY,
    "GET /churn": TO_CONTACT,
    "GET /churn.csv": TO_CONTACT,
    "GET /churn.xlsx": TO_CONTACT,
    "POST /churn/find": NOBODY,
    "GET /churn/customer": PAGES,
    "POST /campaigns": NOBODY,
    "GET /campaigns/": CALLED,
    "POST /campaigns/": CALLED,
    "POST /sign-out": NOBODY,
    "POST /account/sessions": NOBODY,
    "POST /account/password": NOBODY,
    "result of a job in csv": EVERYBODY,
    "result of a job in jsonl": EVERYBODY,
    **{f"regulars export to {target}": LISTED for target in TARGETS},
    **{f"regulars campaign export to {ending}": CALLED for ending in ENDINGS},
    **{f"regulars campaign exposures to {kind}": DRAWN for kind in FORMATS},
    **{f"regulars recommend to {kind}": ITEM_LISTS for kind in FORMATS},
    **{f"regulars evaluate --export to {kind}": TESTED for kind in FORMATS},
    **{f"regulars dataset --export to {kind}": TESTED for kind in FORMATS},
    "regulars recommend --item": ITEM_OFFERS,
    "regulars offers plan": PLANNED,
    "regulars offers simulate": dict.fromkeys(PLANNED, "absent"),
}  # fmt: skip
# What a notebook is given. A decision stays on record until its customer is erased.
TABLES: Mapping[str, Seen] = {
    "vectors": TESTED,
    "dataset": TESTED,
    "predictions": TESTED,
    "scores": LISTED,
    "items": ITEM_LISTS,
    "decisions": TESTED,
    "truth": TESTED,
}
# Verbs that write no file about people and print none: they work in the workspace, tell counts, prove, or copy it whole.
ELSEWHERE = {
    "init", "check", "ingest", "forget", "vectors", "train", "promote", "rollback", "mlflow", "score",
    "replay", "build", "serve", "keys", "users", "audit", "verify", "backup", "restore", "demo",
    "monitor",
    # It asks the service, whose answers are above.
    "mcp",
    # Its files are those of `export` and `recommend`.
    "nightly",
    # It compares figures; the rows they come from stay in the workspace.
    "experiment",
}  # fmt: skip


@pytest.fixture(scope="module")
def worlds(
    demo_workspace: Company,
    drugstore: Company,
    offering_company: Company,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, World]]:
    made = {
        "demo": World(demo_workspace, tmp_path_factory.mktemp("demo"), hold_out_percent=10),
        "items": World(drugstore, tmp_path_factory.mktemp("items"), hold_out_percent=0),
        "offers": World(offering_company, tmp_path_factory.mktemp("offers"), hold_out_percent=10),
    }
    yield made
    for world in made.values():
        world.service.close()


@pytest.fixture(scope="module")
def demanded(worlds: dict[str, World]) -> dict[str, World]:
    """The worlds once everybody's demands are made, and known to the ledger by all they did before."""
    for name, world in worlds.items():
        asked = [{"customer_id": one} for one in world.people.values()]
        if name == "demo":
            world.asked("/v1/score", rows=asked)
            told = [row | {"contact": event()} for row in asked]
            world.asked("/v1/events", rows=told)
        with world.repeatable():
            for asked_in, ask in routes.ROUTES.values():
                if asked_in == name:
                    ask(world)
        world.demand()
    return worlds


def test_what_shows_people_is_what_the_registries_list() -> None:
    asked = {f"{method} {route.path}" for route in ROUTES for method in route.personal}
    formats = get_args(JobRequest.model_fields["format"].annotation)
    jobs = {f"result of a job in {one}" for one in formats}
    verbs = {name for name in MEANING if name.startswith("regulars ")}
    assert set(MEANING) - verbs == asked | jobs
    assert {name.split()[1] for name in verbs} | ELSEWHERE == set(VERBS)
    assert not {name.split()[1] for name in verbs} & ELSEWHERE
    assert set(routes.ROUTES) | set(files.FILES) == set(MEANING)


@pytest.mark.parametrize("name", MEANING)
def test_every_state_means_what_is_said_of_it(
    demanded: dict[str, World], tmp_path: Path, name: str
) -> None:
    if name in files.FILES:
        company, write = files.FILES[name]
        assert write(demanded[company], tmp_path) == MEANING[name]
    else:
        company, ask = routes.ROUTES[name]
        assert ask(demanded[company]) == MEANING[name]


def test_every_table_of_a_notebook_says_what_each_state_means_there() -> None:
    made = {
        name
        for name, method in inspect.getmembers(OpenWorkspace, inspect.isfunction)
        if inspect.signature(method).return_annotation == "Tabular" and not name.startswith("_")
    }
    # A comparison has a line a figure and no row of any customer.
    assert made - {"compare"} == set(TABLES) == set(tables.TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_notebook_shows_whom_it_may(
    demanded: dict[str, World], tmp_path: Path, name: str
) -> None:
    company, read = tables.TABLES[name]
    assert read(demanded[company], tmp_path) == TABLES[name]


@pytest.mark.parametrize("name", routes.ROUTES)
def test_a_call_that_is_sent_again_after_the_demands_says_what_a_first_call_would(
    demanded: dict[str, World], name: str
) -> None:
    """All were asked before with the same keys; jobs were finished, and their results are still there."""
    company, ask = routes.ROUTES[name]
    with demanded[company].repeatable():
        assert ask(demanded[company]) == MEANING[name]


def test_what_speaks_of_nobody_who_made_a_demand_is_repeated(demanded: dict[str, World]) -> None:
    world = demanded["demo"]
    with world.repeatable() as caller:
        before = caller.repeats
        world.asked("/v1/jobs", customer_ids=list(world.people.values()))
        world.asked("/v1/customer", customer_id=world.people["anybody"])
        assert caller.repeats == before + 2


def test_what_is_no_matter_of_people_names_nobody(demanded: dict[str, World]) -> None:
    world = demanded["demo"]
    world.caller = world.service.caller("score", "events", "pages", "admin")
    for route in ROUTES:
        for method in set(route.methods) & {"GET"} - set(route.personal):
            text = world.caller.request(method, route.path).text
            assert set(world.seen(text).values()) == {"absent"}, route.path


# The tests above have asked about everybody once more; this one comes behind them.
def test_of_an_erased_customer_the_ledger_holds_what_is_to_be_erased_and_nothing_else(
    demanded: dict[str, World],
) -> None:
    world = demanded["demo"]
    asked = {"customer_id": world.people["erased"]}
    for more in ({}, {"vector": {"days_since_order": 3.0}}, {"events": {"contacts": [event()]}}):
        world.asked("/v1/score", rows=[asked | more])
    world.asked("/v1/events", rows=[asked | {"contact": event()}])
    assert world.written(world.people["erased"]) == {"to_be_erased"}
    assert world.written(world.people["objected"]) >= {"objections", "decisions", "events"}
    for other in ("offers", "items"):
        assert demanded[other].written(demanded[other].people["erased"]) == {"to_be_erased"}


def test_who_was_erased_and_is_sent_again_is_taken_in_nowhere_and_stays_erased(
    demanded: dict[str, World],
) -> None:
    """Whom no file holds any more is named in every call there is, the first and its repeats."""
    for name, world in demanded.items():
        gone = world.people["erased"] = f"gone-from-{name}"
        receipt = world.officer.post("/v1/erasures", json={"customer_ids": [gone]}).json()
        status = {"erasure_id": receipt["erasure_id"]}
        done = world.officer.post("/v1/erasures/status", json=status).json()
        assert done["status"] == "done"
        for kept_apart in (False, True):
            with world.repeatable() if kept_apart else nullcontext():
                for route, (asked_in, ask) in routes.ROUTES.items():
                    if asked_in == name:
                        assert ask(world) == MEANING[route], route
                _send_again(world, gone)
        assert files_holding(world.folder, gone) == [] and world.written(gone) == set()
        assert world.officer.post("/v1/erasures/status", json=status).json() == done


def _send_again(world: World, gone: str) -> None:
    """Tell of somebody and ask about them in every way that goes beyond a number."""
    row = {"customer_id": gone, "row_id": gone}
    bought = {"order_id": "1", "ordered_at": "2025-06-01T00:00:00Z", "item_id": "a00"}
    line = bought | {"quantity": 1.0, "amount_cents": 100}
    contact = {"contacts": [event()]}
    world.officer.post("/v1/objections", json={"rows": [{"customer_id": gone}]})
    for path, questions in {
        "/v1/score": ({}, {"vector": {"days_since_order": 3.0}}, {"events": contact}),
        "/v1/recommendations": ({"events": {"purchases": [line]}},),
        "/v1/events": ({"contact": event(), "event_id": gone}, {"purchase": line}),
    }.items():
        for more in questions:
            answer = world.caller.post(path, json={"rows": [row | more]})
            assert answer.is_success or answer.json()["code"] in ("not_trained", "not_ready")
    world.caller.post("/v1/jobs", json={"customer_ids": [gone], "format": "csv"})
