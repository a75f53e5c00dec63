"""What is asked of a signed-in browser at the door: its cookie, its own forms, and that it was seen."""

from __future__ import annotations

import pytest

from serving.access.cookies import DOOR_COOKIE, FORM_TOKEN, SECURE, SESSION_COOKIE, form_token_of
from tests.serving.calling import Browser, Caller, Service

FORMS = ("/churn/find", "/sign-out", "/account/sessions", "/account/password")


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("sent", ["none", "", "x", "another's", "é"])
def test_a_form_that_was_not_drawn_for_this_sign_in_does_nothing(
    service: Service, path: str, sent: str
) -> None:
    anna, other = service.browser(), service.browser()
    token = {"another's": other.form_token}.get(sent, sent)
    fields = {"q": "1"} if sent == "none" else {FORM_TOKEN: token, "q": "1"}
    refused = Caller(service.application, anna.headers).post(path, data=fields)
    assert refused.status_code == 403 and "drawn for another sign-in" in refused.text
    assert anna.get("/churn").status_code == 200
    assert f"POST {path}" not in {
        f"{one.method} {one.route}" for one in service.models_in_use.ledger.audit.rows(most=9)
    }


def test_every_page_is_drawn_with_forms_that_its_own_reader_can_send(service: Service) -> None:
    anna, bert = service.browser(), service.browser()
    assert anna.form_token != bert.form_token
    for browser, other in ((anna, bert), (bert, anna)):
        text = browser.get("/churn").text
        assert browser.form_token in text and other.form_token not in text
    assert anna.post("/churn/find", data={"q": ""}).status_code == 303


def test_the_sign_in_form_belongs_to_the_browser_it_was_drawn_for(service: Service) -> None:
    key = service.caller("pages").headers["x-api-key"]
    first = Caller(service.application, {"accept": "text/html"})
    door = first.get("/sign-in").headers["set-cookie"].split(";")[0]
    token = form_token_of(door.partition("=")[2])
    assert token in first.get("/sign-in", headers={"cookie": door}).text
    fields = {FORM_TOKEN: token, "key": key}
    assert first.post("/sign-in", data=fields).status_code == 403
    assert first.post("/sign-in", data={"key": key}, headers={"cookie": door}).status_code == 403
    opened = first.post("/sign-in", data=fields, headers={"cookie": door})
    assert opened.status_code == 303 and SESSION_COOKIE in opened.headers["set-cookie"]


def test_an_empty_cookie_binds_no_form(service: Service) -> None:
    key = service.caller("pages").headers["x-api-key"]
    empty = Caller(service.application, {"cookie": f"{DOOR_COOKIE}=", "accept": "text/html"})
    fields = {FORM_TOKEN: form_token_of(""), "key": key}
    assert empty.post("/sign-in", data=fields).status_code == 403


def test_who_presents_a_key_is_no_browser_and_needs_no_form(service: Service) -> None:
    assert service.caller("pages").post("/churn/find", data={"q": ""}).status_code == 303


def test_a_browser_that_goes_on_is_seen_every_five_minutes(service: Service) -> None:
    ledger = service.models_in_use.ledger
    account = ledger.accounts.create("anna", "", "admin", None, at=service.seconds)
    browser = service.browser(account.account_id)
    begun = service.seconds
    for after, seen in ((299, 0), (300, 300), (400, 300), (700, 700)):
        service.seconds = begun + after
        assert browser.get("/monitoring").status_code == 200
        [session] = ledger.sessions.of_account(account.account_id, at=service.seconds)
        assert session.seen_at == begun + seen


def test_behind_tls_the_cookie_of_plain_http_is_no_session(service: Service) -> None:
    guard = service.guarded(service.web, cookies=lambda: SECURE)
    plain = service.browser().headers["cookie"]
    for cookie, status in ((plain, 303), (f"__Host-{plain}", 200)):
        found = Caller(guard, {"accept": "text/html", "cookie": cookie}).get("/churn")
        assert found.status_code == status


def test_behind_tls_every_cookie_is_for_https_and_this_host_alone(service: Service) -> None:
    guard = service.guarded(service.web, cookies=lambda: SECURE)
    ledger = service.models_in_use.ledger
    ledger.accounts.create("anna", "", "admin", "correct horse battery", at=service.seconds)
    door = Browser(guard, "__Host-regulars_door", "a-stranger")
    answers = [
        Caller(guard, {"accept": "text/html"}).get("/sign-in"),
        door.get(f"/sign-in?ticket={ledger.sessions.create_ticket(at=service.seconds)}"),
        door.post("/sign-in", data={"name": "anna", "password": "correct horse battery"}),
    ]
    set_ = [one for answer in answers for one in answer.headers.get_list("set-cookie")]
    assert len(set_) == 4
    for one in set_:
        attributes = {part.strip() for part in one.split(";")[1:]}
        assert one.startswith("__Host-regulars_")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= attributes
        assert not any(part.lower().startswith("domain") for part in attributes)
