"""The door to the pages."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from serving.access.entrance import SESSION_COOKIE
from tests.serving.calling import Caller, Service


@pytest.fixture
def stranger(service: Service) -> Caller:
    return Caller(service.application, {"accept": "text/html"})


def test_a_ticket_opens_the_pages_once(service: Service, stranger: Caller) -> None:
    ticket = service.models_in_use.ledger.sessions.create_ticket(at=service.seconds)
    answer = stranger.get(f"/sign-in?ticket={ticket}")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 200 and 'content="0; url=/"' in answer.text
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {one.strip() for one in cookie.split(";")}
    token = cookie.split(";")[0]
    assert stranger.get("/churn", headers={"cookie": token}).status_code == 200
    again = stranger.get(f"/sign-in?ticket={ticket}")
    assert again.status_code == 401 and "set-cookie" not in again.headers
    assert "used already" in BeautifulSoup(again.text, "html.parser").select("[role=alert]")[0].text


def test_a_key_with_the_scope_pages_opens_them(service: Service, stranger: Caller) -> None:
    key = service.caller("pages").headers["x-api-key"]
    answer = stranger.post("/sign-in", data={"key": f" {key} "})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("key", ["", "rgl_00000000_x", "\u0000", "k" * 10_000])
def test_another_key_does_not(stranger: Caller, key: str) -> None:
    answer = stranger.post("/sign-in", data={"key": key})
    assert (answer.status_code == 401 and key[:20] not in answer.text) or not key


def test_a_key_for_scoring_does_not(service: Service, stranger: Caller) -> None:
    key = service.caller("score").headers["x-api-key"]
    assert stranger.post("/sign-in", data={"key": key}).status_code == 401


def test_signing_out_ends_the_session(service: Service) -> None:
    browser = service.browser()
    assert browser.post("/sign-out", data={"x": ""}).headers["location"] == "/sign-in"
    assert browser.get("/churn").headers["location"] == "/sign-in"


def test_a_session_ends_by_itself(service: Service) -> None:
    browser = service.browser()
    service.seconds += 13 * 3600
    assert browser.get("/churn").status_code == 303


@pytest.mark.parametrize("cookie", ["", SESSION_COOKIE, f"{SESSION_COOKIE}=", "a=b; ;;=", "\x7f"])
def test_a_broken_cookie_is_no_session(service: Service, cookie: str) -> None:
    browser = Caller(service.application, {"accept": "text/html", "cookie": cookie})
    assert browser.get("/churn").status_code == 303


def test_a_form_with_too_many_fields_is_refused(stranger: Caller) -> None:
    answer = stranger.post("/sign-in", data={f"f{place}": "1" for place in range(60)})
    assert answer.status_code == 422
