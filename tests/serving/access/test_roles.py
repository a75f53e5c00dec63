"""Who may come where: every role beside every address, what is allowed as well as what is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from serving.access.asgi import Receive, Scope, Send
from serving.access.cookies import DOOR_COOKIE, FORM_TOKEN, form_token_of
from serving.ledger.audit import SESSION
from serving.ledger.keys import SCOPES
from tests.serving.calling import ROUTES, Caller, Service

# Every address with its method, by the scope a key must carry.
MAY: Mapping[str, tuple[str, ...]] = {
    "score": (
        "POST /v1/score", "POST /score", "POST /v1/jobs", "GET /v1/jobs/", "DELETE /v1/jobs/",
        "POST /v1/customer", "POST /v1/customers", "POST /v1/changes", "POST /v1/what-if", "POST /v1/recommendations",
        "POST /v1/similar-items", "POST /v1/item-customers", "POST /v1/offers", "GET /v1/offers", "POST /v1/plans",
        "GET /v1/models", "GET /v1/schema", "GET /v1/version", "GET /v1/openapi.json", "GET /schema.json",
        "POST /invocations", "POST /serving-endpoints/", "POST /v1/hubspot/webhook/", "POST /v1/hubspot/action/",
        "POST /v1/dataverse/webhook/", "POST /v1/salesforce/score",
    ),
    "events": ("POST /v1/events", "POST /v1/feedback"),
    "privacy": ("POST /v1/objections", "POST /v1/erasures", "POST /v1/erasures/status"),
    "pages": (
        "GET /", "GET /churn", "GET /churn.csv", "GET /churn.xlsx", "POST /churn/find", "GET /churn/customer",
        "GET /monitoring", "GET /plan", "GET /segments", "GET /quality", "GET /v1/docs", "POST /sign-out", "GET /account", "POST /account/sessions",
        "POST /account/password",
        "GET /campaigns", "POST /campaigns", "GET /campaigns/", "POST /campaigns/",
    ),
    "admin": ("GET /metrics", "GET /docs.json"),
}  # fmt: skip
ANYBODY = (
    "GET /sign-in", "POST /sign-in", "GET /static/", "GET /livez", "GET /readyz", "GET /ping", "GET /health", "GET /version",
)  # fmt: skip
# What is asked of a person, or told of one: each such call is written down, and no other.
WRITTEN_DOWN = {
    "POST /v1/score", "POST /score", "POST /v1/jobs", "GET /v1/jobs/", "DELETE /v1/jobs/", "POST /v1/customer",
    "POST /v1/changes", "POST /v1/what-if", "POST /v1/recommendations", "POST /v1/similar-items",
    "POST /v1/item-customers", "POST /v1/offers", "POST /v1/events", "POST /v1/feedback", "POST /v1/objections",
    "POST /v1/erasures", "POST /v1/erasures/status", "GET /churn", "GET /churn.csv", "GET /churn.xlsx",
    "POST /churn/find", "GET /churn/customer", "POST /sign-out", "POST /account/sessions", "POST /account/password",
    "POST /invocations", "POST /serving-endpoints/", "POST /v1/hubspot/webhook/", "POST /v1/hubspot/action/",
    "POST /v1/dataverse/webhook/", "POST /v1/salesforce/score", "POST /v1/customers",
    "POST /campaigns", "GET /campaigns/", "POST /campaigns/",
}  # fmt: skip


BODIES: Mapping[str, Any] = {
    "json": {"json": {}},
    "form": {"data": {"x": "1"}},
    "file": {"files": {"list": ("list.csv", b"x")}},
}


async def _everything(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whoever gets as far."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def knocked(service: Service, headers: Mapping[str, str]) -> dict[str, int]:
    """What a caller with these headers is answered at every address, by each of its methods."""
    caller = Caller(service.guarded(_everything), headers)
    secret = headers.get("cookie", "").partition("=")[2]
    found = {}
    for route in ROUTES:
        body: dict[str, Any] = dict(BODIES[route.body])
        if route.body != "json":
            body["data"] = {FORM_TOKEN: form_token_of(secret)}
        if route.scope is None and route.body == "form":
            body = {"data": {FORM_TOKEN: form_token_of("door")}}
            body |= {"headers": {"cookie": f"{DOOR_COOKIE}=door"}}
        for method in route.methods:
            content = body if method == "POST" else {}
            found[f"{method} {route.path}"] = caller.request(
                method, route.path, **content
            ).status_code
    return found


def expected(*scopes: str, otherwise: int) -> dict[str, int]:
    told = {one: 200 if scope in scopes else otherwise for scope in MAY for one in MAY[scope]}
    return told | dict.fromkeys(ANYBODY, 200)


def test_every_address_stands_in_one_row_of_the_table() -> None:
    listed = [one for some in MAY.values() for one in some] + list(ANYBODY)
    known = {f"{method} {route.path}" for route in ROUTES for method in route.methods}
    assert len(listed) == len(set(listed)) and set(listed) == known
    assert set(MAY) == set(SCOPES)


@pytest.mark.parametrize("scope", MAY)
def test_a_key_opens_what_its_scope_says_and_nothing_else(service: Service, scope: str) -> None:
    key = service.caller(scope).headers
    assert knocked(service, key) == expected(scope, otherwise=403)
    others = service.caller(*(one for one in MAY if one != scope)).headers
    assert knocked(service, others) == expected(*(set(MAY) - {scope}), otherwise=403)


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"x-api-key": ""}, {"x-api-key": "rgl_unknown_secret"}, {"authorization": "Bearer "},
        {"authorization": "Bearer rgl_unknown_secret"}, {"cookie": "regulars_session=nobody"},
        {"cookie": "regulars_session="}, {"cookie": "another=word"}, {"cookie": "a=\x01; ]"},
    ],
)  # fmt: skip
def test_who_has_no_key_and_is_not_signed_in_comes_nowhere(
    service: Service, headers: dict[str, str]
) -> None:
    assert knocked(service, headers) == expected(otherwise=401)


def test_a_signed_in_browser_opens_the_pages_alone(service: Service) -> None:
    cookie = {"cookie": service.browser().headers["cookie"]}
    assert knocked(service, cookie) == expected("pages", otherwise=401)


def test_a_key_counts_before_a_session(service: Service) -> None:
    both = service.browser().headers | service.caller("events").headers
    assert knocked(service, both) == expected("events", otherwise=403)
    unknown = service.browser().headers | {"x-api-key": "rgl_unknown_secret"}
    assert knocked(service, unknown) == expected(otherwise=401)


def test_the_scheme_of_a_key_is_bearer_and_no_other(service: Service) -> None:
    key = service.caller("admin").headers["x-api-key"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        told = {"authorization": f"{scheme} {key}"}
        assert knocked(service, told) == expected("admin", otherwise=403)
    for told in ({"authorization": f"Basic {key}"}, {"authorization": key}, {"x-key": key}):
        assert knocked(service, told) == expected(otherwise=401)


def test_each_call_for_people_is_written_down_once_and_no_other_is(service: Service) -> None:
    ledger = service.models_in_use.ledger
    key = service.caller(*MAY).headers
    knocked(service, key)
    rows = ledger.audit.rows(most=1_000)
    assert sorted(f"{one.method} {one.route}" for one in rows) == sorted(WRITTEN_DOWN)
    assert {one.caller for one in rows} == {ledger.list_keys()[0].key_id}
    knocked(service, {"cookie": service.browser().headers["cookie"]})
    by_session = [one for one in ledger.audit.rows(most=1_000) if one.caller == SESSION]
    assert {f"{one.method} {one.route}" for one in by_session} == WRITTEN_DOWN & set(MAY["pages"])


def test_who_is_refused_is_not_written_down(service: Service) -> None:
    knocked(service, {})
    knocked(service, service.caller("admin").headers)
    assert service.models_in_use.ledger.audit.rows(most=10) == []
