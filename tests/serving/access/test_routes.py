"""Every address there is, listed once more by hand: a new one, or another right to it, cannot appear unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from serving.access.routes import LONGEST_SECONDS, USUAL_ROW_SECONDS, Route, table
from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api, declared
from serving.contract.routes import Routes
from serving.pages.pages import Pages
from tests.serving.calling import ROUTES, Caller, Service

ONLY_GET, ONLY_POST = ("GET",), ("POST",)
BENTO_OWN = {"/livez", "/readyz", "/metrics", "/docs.json", "/schema.json"}

ADDRESSES = (
    # What is asked of one or many customers.
    Route("/score", "score", ONLY_POST, ONLY_POST, body_bytes=8_000_000),
    Route("/v1/score", "score", ONLY_POST, ONLY_POST, body_bytes=8_000_000),
    Route("/v1/jobs", "score", ONLY_POST, ONLY_POST, body_bytes=16_000_000),
    Route("/v1/jobs/", "score", ("GET", "DELETE"), ("GET", "DELETE"), seconds=300.0),
    Route("/v1/customer", "score", ONLY_POST, ONLY_POST),
    Route("/v1/customers", "score", ONLY_POST, ONLY_POST),
    Route("/v1/changes", "score", ONLY_POST, ONLY_POST),
    Route("/v1/what-if", "score", ONLY_POST, ONLY_POST),
    Route("/v1/recommendations", "score", ONLY_POST, ONLY_POST),
    Route("/v1/similar-items", "score", ONLY_POST, ONLY_POST),
    Route("/v1/item-customers", "score", ONLY_POST, ONLY_POST, seconds=60.0),
    Route("/v1/offers", "score", ("GET", "POST"), ONLY_POST),
    # The same in callers' own terms.
    Route("/invocations", "score", ONLY_POST, ONLY_POST, body_bytes=8_000_000),
    Route("/serving-endpoints/", "score", ONLY_POST, ONLY_POST, body_bytes=8_000_000),
    Route("/v1/hubspot/webhook/", "score", ONLY_POST, ONLY_POST),
    Route("/v1/hubspot/action/", "score", ONLY_POST, ONLY_POST),
    Route("/v1/dataverse/webhook/", "score", ONLY_POST, ONLY_POST, query_key="code"),
    Route("/v1/salesforce/score", "score", ONLY_POST, ONLY_POST, seconds=8.0),
    Route("/ping", None),
    Route("/health", None),
    Route("/version", None),
    Route("/v1/plans", "score", ONLY_POST, seconds=60.0),
    # What is told.
    Route("/v1/events", "events", ONLY_POST, ONLY_POST),
    Route("/v1/feedback", "events", ONLY_POST, ONLY_POST),
    Route("/v1/objections", "privacy", ONLY_POST, ONLY_POST),
    Route("/v1/erasures", "privacy", ONLY_POST, ONLY_POST, seconds=60.0),
    Route("/v1/erasures/status", "privacy", ONLY_POST, ONLY_POST),
    # What the service says of itself.
    Route("/v1/models", "score"),
    Route("/v1/schema", "score"),
    Route("/v1/version", "score"),
    Route("/v1/openapi.json", "score"),
    # Pages.
    Route("/", "pages", browser=True, permission="own"),
    Route("/churn", "pages", personal=ONLY_GET, browser=True),
    Route(
        "/churn.csv", "pages", personal=ONLY_GET, browser=True, permission="files", seconds=300.0
    ),
    Route(
        "/churn.xlsx", "pages", personal=ONLY_GET, browser=True, permission="files", seconds=300.0
    ),
    Route("/churn/find", "pages", ONLY_POST, ONLY_POST, browser=True, body="form"),
    Route("/churn/customer", "pages", personal=ONLY_GET, browser=True),
    Route("/monitoring", "pages", browser=True),
    Route("/segments", "pages", browser=True),
    Route("/quality", "pages", browser=True),
    Route("/plan", "pages", browser=True, permission="campaigns", seconds=60.0),
    Route(
        "/campaigns",
        "pages",
        ("GET", "POST"),
        ONLY_POST,
        browser=True,
        permission="campaigns",
        body="form",
        seconds=60.0,
    ),
    Route(
        "/campaigns/",
        "pages",
        ("GET", "POST"),
        ("GET", "POST"),
        browser=True,
        permission="campaigns",
        body="file",
        body_bytes=8_000_000,
        seconds=300.0,
    ),
    Route("/v1/docs", "pages", browser=True),
    Route("/account", "pages", browser=True, permission="own"),
    Route(
        "/account/sessions",
        "pages",
        ONLY_POST,
        ONLY_POST,
        browser=True,
        permission="own",
        body="form",
    ),
    Route(
        "/account/password",
        "pages",
        ONLY_POST,
        ONLY_POST,
        browser=True,
        permission="own",
        tries_password=True,
        body="form",
    ),
    Route("/sign-in", None, ("GET", "POST"), browser=True, tries_password=True, body="form"),
    Route("/sign-out", "pages", ONLY_POST, ONLY_POST, browser=True, permission="own", body="form"),
    Route("/static/", None),
    # What BentoML answers.
    Route("/livez", None, is_frameworks=True),
    Route("/readyz", None, is_frameworks=True),
    Route("/metrics", "admin", is_frameworks=True),
    Route("/docs.json", "admin", is_frameworks=True),
    Route("/schema.json", "score", is_frameworks=True),
)


def test_what_is_usual_is_ten_seconds_and_a_megabyte() -> None:
    usual = {(one.seconds, one.body_bytes) for one in ROUTES if one.path == "/v1/customer"}
    assert usual == {(10.0, 1_000_000)}
    assert {one.seconds for one in ROUTES} == {8.0, 10.0, 60.0, 300.0}
    assert {one.body_bytes for one in ROUTES} == {1_000_000, 8_000_000, 16_000_000}


@pytest.mark.parametrize(
    ("path", "called", "is_matched"),
    [
        ("/", "/", True), ("/", "/churn", False), ("/", "", False),
        ("/churn", "/churn", True), ("/churn", "/churn/", False), ("/churn", "/churn.csv", False),
        ("/static/", "/static/a.css", True), ("/static/", "/static/", True), ("/static/", "/static", False),
        ("/v1/jobs/", "/v1/jobs/1/result", True), ("/v1/jobs/", "/v1/jobs", False),
    ],
)  # fmt: skip
def test_an_address_is_its_own_or_all_below_it(path: str, called: str, is_matched: bool) -> None:
    assert Route(path, None).matches(called) is is_matched


def served_by(application: FastAPI) -> set[tuple[str, str]]:
    """Address and method of all that an application answers, with the addresses as the guard writes them."""
    routes = {(one.path, method) for one in routes_of(application) for method in one.methods or ()}
    return {(path[: path.index("{")] if "{" in path else path, one) for path, one in routes}


def routes_of(router: Any) -> list[APIRoute]:
    """The routes of an application, also of routers included in it."""
    found: list[APIRoute] = []
    for one in router.routes:
        if isinstance(one, APIRoute):
            found.append(one)
        elif hasattr(one, "original_router"):
            found += routes_of(one.original_router)
    return found


def test_the_addresses_of_the_service_are_these_and_no_others() -> None:
    # How an answer is made gives nobody a right; see the next two.
    plain = [replace(one, is_whole=False, row_seconds=USUAL_ROW_SECONDS) for one in ROUTES]
    by_path = {one.path: one for one in plain}
    assert len(by_path) == len(ROUTES)
    assert by_path == {one.path: one for one in ADDRESSES}


def test_all_answers_are_made_in_one_go_but_for_files_and_those_of_bentoml() -> None:
    in_parts = {one.path for one in ROUTES if not one.is_whole}
    assert in_parts == {"/v1/jobs/", "/churn.csv", "/churn.xlsx", *BENTO_OWN}


def test_what_a_row_is_believed_to_cost_until_it_is_learned() -> None:
    unusual = {one.path: one.row_seconds for one in ROUTES if one.row_seconds != 0.003}
    assert unusual == {
        "/v1/changes": 0.005,
        "/v1/customers": 0.15,
        "/v1/recommendations": 0.005,
        "/v1/offers": 0.01,
        "/v1/item-customers": 0.5,
        "/v1/plans": 0.5,
        "/v1/events": 0.0003,
        "/v1/feedback": 0.0003,
        "/v1/objections": 0.0003,
    }


def test_every_route_of_the_application_is_declared_to_the_guard(service: Service) -> None:
    served = served_by(service.web)
    assert ("/v1/score", "POST") in served
    known = {(route.path, method) for route in ROUTES for method in route.methods}
    assert served - known == set()
    only_known = known - served
    assert {path for path, _ in only_known} == BENTO_OWN | {"/v1/openapi.json"}


def test_a_route_that_nobody_declared_is_seen_and_answers_nobody(service: Service) -> None:
    pages = Pages()
    pages.routes.router.add_api_route("/v1/unseen", lambda: {"said": "too much"}, methods=["GET"])
    web, told = build_api(*ADAPTERS, pages.routes), declared(*ADAPTERS, pages.routes)
    known = {(route.path, method) for route in told for method in route.methods}
    assert served_by(web) - known == {("/v1/unseen", "GET")}
    key = service.caller("score", "pages", "admin").headers
    caller = Caller(service.guarded(web, told), key)
    assert caller.get("/v1/unseen").status_code == 404


def test_a_route_with_a_name_in_it_is_everything_below_its_address() -> None:
    routes = Routes(APIRouter(prefix="/v1"))
    routes.get("/jobs/{job_id}/result", scope="score", is_personal=True, seconds=LONGEST_SECONDS)(
        lambda job_id: {}
    )
    (route,) = routes.declared
    assert (route.path, route.personal) == ("/v1/jobs/", ONLY_GET)
    assert route.matches("/v1/jobs/17/result") and not route.matches("/v1/jobs")


def test_an_address_with_two_methods_is_one_route_with_the_body_of_its_post() -> None:
    asked, told = Route("/x", "score"), Route("/x", "score", ONLY_POST, ONLY_POST, body="form")
    for pair in ((asked, told), (told, asked)):
        assert table(pair) == (Route("/x", "score", ("GET", "POST"), ONLY_POST, body="form"),)


@pytest.mark.parametrize(
    "other",
    [
        Route("/x", "admin", ("DELETE",)),
        Route("/x", "score", ("DELETE",), seconds=60.0),
        Route("/x", "score", ("DELETE",), browser=True),
        Route("/x", "score", ONLY_POST, body_bytes=5),
    ],
)
def test_one_address_is_not_declared_in_two_ways(other: Route) -> None:
    with pytest.raises(ValueError, match="/x is declared twice"):
        table([Route("/x", "score", ONLY_POST), other])


def test_an_address_of_which_nothing_more_is_said_is_the_most_closed() -> None:
    plain = Route("/x", "score")
    assert plain.methods == ("GET",) and plain.personal == ()
    assert not plain.browser and not plain.is_frameworks
    assert plain.query_key == "" and plain.terms is None
    assert (plain.body, plain.seconds, plain.body_bytes) == ("json", 10.0, 1_000_000)
