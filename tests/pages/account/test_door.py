"""The door to the pages."""

from __future__ import annotations

import httpx
import pytest
from bs4 import BeautifulSoup

from serving.access.cookies import DEVICE_COOKIE, DOOR_COOKIE, SECURE, SESSION_COOKIE
from serving.ledger.accounts.accounts import UserAccount
from tests.serving.calling import Browser, Caller, Service


@pytest.fixture
def stranger(service: Service) -> Browser:
    return service.stranger()


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
    answer = stranger.post("/sign-in", data={f"f{place}": "1" for place in range(110)})
    assert answer.status_code == 422


PASSWORD = "correct horse battery"


@pytest.fixture
def anna(service: Service) -> UserAccount:
    accounts = service.models_in_use.ledger.accounts
    return accounts.create("anna", "Anna Berg", "adviser", PASSWORD, at=service.seconds)


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    found = (one.split(";")[0] for one in answer.headers.get_list("set-cookie"))
    return dict(one.split("=", 1) for one in found)


def test_a_name_and_its_password_open_the_pages(
    service: Service, stranger: Browser, anna: UserAccount
) -> None:
    firefox = {
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    }
    answer = stranger.post(
        "/sign-in", data={"name": " ANNA ", "password": PASSWORD}, headers=firefox
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = {"cookie": f"{SESSION_COOKIE}={cookies_of(answer)[SESSION_COOKIE]}"}
    page = BeautifulSoup(stranger.get("/churn", headers=cookie).text, "html.parser")
    assert page.select(".top a.own")[0].text == "Anna Berg"
    ledger = service.models_in_use.ledger
    [session] = ledger.sessions.of_account(anna.account_id, at=service.seconds)
    assert session.browser == "Firefox, Linux"
    on_record = [(one.caller, one.method, one.route) for one in ledger.audit.rows(most=9)]
    assert (anna.account_id, "POST", "/sign-in") in on_record


@pytest.mark.parametrize(
    ("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("gone", PASSWORD)]
)
def test_whatever_is_wrong_is_answered_alike(
    service: Service, stranger: Browser, anna: UserAccount, name: str, password: str
) -> None:
    accounts = service.models_in_use.ledger.accounts
    accounts.create("gone", "", "admin", PASSWORD, at=1)
    accounts.disable("gone", at=1)
    answer = stranger.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 401 and "set-cookie" not in answer.headers
    page = BeautifulSoup(answer.text, "html.parser")
    said = page.select("[role=alert]")[0].text
    assert said == "This name and this password do not belong together."
    assert page.select("input[name=name]")[0]["value"] == name
    assert not password or password not in answer.text


def test_who_fails_too_often_is_asked_to_wait_and_another_browser_is_not(
    service: Service, stranger: Browser, anna: UserAccount
) -> None:
    first = stranger.post("/sign-in", data={"name": "anna", "password": PASSWORD})
    device = f"{DEVICE_COOKIE}={cookies_of(first)[DEVICE_COOKIE]}"
    for _ in range(5):
        stranger.post("/sign-in", data={"name": "anna", "password": "wrong"})
    waits = stranger.post("/sign-in", data={"name": "anna", "password": PASSWORD})
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "1")
    assert "Try again in 1 second." in waits.text
    known = {"cookie": f"{stranger.headers['cookie']}; {device}"}
    for headers, status in (({}, 429), (known, 303)):
        again = stranger.post(
            "/sign-in", data={"name": "anna", "password": PASSWORD}, headers=headers
        )
        assert again.status_code == status
    service.seconds += 1
    assert stranger.post("/sign-in", data={"name": "anna", "password": PASSWORD}).status_code == 303


def test_behind_a_proxy_the_address_is_the_one_it_was_asked_from(
    service: Service, anna: UserAccount
) -> None:
    guard = service.guarded(service.web, cookies=lambda: SECURE)
    stranger = Browser(guard, f"__Host-{DOOR_COOKIE}", "a-stranger")
    form = {"name": "anna", "password": "wrong"}
    for place in range(6):
        # What a caller says of itself stands before what the proxy adds.
        said = {"x-forwarded-for": f"10.9.9.{place}, 10.0.0.1"}
        answer = stranger.post("/sign-in", data=form, headers=said)
    assert answer.status_code == 429
    elsewhere = {"x-forwarded-for": "10.0.0.2"}
    assert stranger.post("/sign-in", data=form, headers=elsewhere).status_code == 401


def test_signing_in_again_ends_the_sign_in_before(service: Service, anna: UserAccount) -> None:
    before = service.browser(anna.account_id)
    both = f"{before.headers['cookie']}; {DOOR_COOKIE}=a-stranger"
    form = {"name": "anna", "password": PASSWORD}
    answer = service.stranger().post("/sign-in", data=form, headers={"cookie": both})
    assert answer.status_code == 303
    assert before.get("/churn").headers["location"] == "/sign-in"


def test_where_nobody_has_a_password_only_a_key_and_a_link_are_asked_for(
    service: Service, stranger: Browser
) -> None:
    def asked() -> list[str]:
        page = BeautifulSoup(stranger.get("/sign-in").text, "html.parser")
        return [str(one["name"]) for one in page.select("main input:not([type=hidden], [hidden])")]

    assert asked() == ["key"]
    accounts = service.models_in_use.ledger.accounts
    accounts.create("olaf", "", "admin", None, at=1)
    assert asked() == ["key"]
    accounts.create("anna", "", "admin", PASSWORD, at=1)
    assert asked() == ["name", "password", "key"]
    accounts.disable("anna", at=1)
    assert asked() == ["key"]


def test_a_link_of_an_account_opens_the_pages_as_its_role(
    service: Service, stranger: Browser
) -> None:
    ledger = service.models_in_use.ledger
    account = ledger.accounts.create("olaf", "", "auditor", None, at=1)
    ticket = ledger.sessions.create_ticket(account.account_id, at=service.seconds)
    cookie = cookies_of(stranger.get(f"/sign-in?ticket={ticket}"))[SESSION_COOKIE]
    headers = {"cookie": f"{SESSION_COOKIE}={cookie}"}
    assert stranger.get("/churn", headers=headers).status_code == 403
    assert stranger.get("/", headers=headers).headers["location"] == "/monitoring"
