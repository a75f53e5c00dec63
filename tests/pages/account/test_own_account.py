"""The page of one's own account, which changes nobody else's."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from serving.access.cookies import SESSION_COOKIE
from serving.ledger.accounts.accounts import UserAccount
from serving.ledger.accounts.roles import ROLES
from serving.pages.account.own_account import ROLE_SENTENCES, ROLE_TITLES
from tests.serving.calling import Browser, Caller, Service

PASSWORD, NEW = "correct horse battery", "another horse battery"


@pytest.fixture
def anna(service: Service) -> UserAccount:
    accounts = service.models_in_use.ledger.accounts
    return accounts.create("anna", "Anna Berg", "adviser", PASSWORD, at=service.seconds)


def page_of(browser: Caller, path: str = "/account") -> BeautifulSoup:
    answer = browser.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def change(browser: Browser, current: str, new: str, again: str) -> tuple[int, str]:
    sent = {"current": current, "new": new, "again": again}
    answer = browser.post("/account/password", data=sent)
    alert = BeautifulSoup(answer.text, "html.parser").select("[role=alert]")
    return answer.status_code, alert[0].text if alert else ""


def test_it_says_who_one_is_and_where_one_is_signed_in(service: Service, anna: UserAccount) -> None:
    first = service.browser(anna.account_id)
    service.seconds += 3_600 * 3 + 60 * 7
    second = service.browser(anna.account_id)
    page = page_of(second)
    heading = page.select("h1")[0].get_text(" ", strip=True)
    assert heading == "Anna Berg anna"
    assert "Adviser: Talks to customers, one at a time." in page.text
    rows = [
        [one.get_text(" ", strip=True) for one in row.select("th, td")]
        for row in page.select(".sessions tbody tr")
    ]
    assert rows == [
        ["another browser this one", "just now", "just now", ""],
        ["another browser", "3 hours ago", "3 hours ago", "Sign out there"],
    ]
    assert first.get("/account").status_code == 200


def test_another_sign_in_of_ones_own_can_be_ended_and_nobody_elses(
    service: Service, anna: UserAccount
) -> None:
    ledger = service.models_in_use.ledger
    bert = ledger.accounts.create("bert", "", "admin", None, at=1)
    here, *elsewhere = (service.browser(anna.account_id) for _ in range(3))
    berts = service.browser(bert.account_id)
    button = page_of(here).select("button[name=session]")[0]
    [of_bert] = ledger.sessions.of_account(bert.account_id, at=service.seconds)
    for ended in (str(button["value"]), of_bert.session_id, ""):
        answer = here.post("/account/sessions", data={"session": ended})
        assert answer.headers["location"] == "/account?done=sessions"
    assert sorted(one.get("/churn").status_code for one in elsewhere) == [200, 303]
    assert berts.get("/churn").status_code == here.get("/churn").status_code == 200
    assert "Signed out there." in page_of(here, "/account?done=sessions").text


def test_all_other_sign_ins_can_be_ended_at_once(service: Service, anna: UserAccount) -> None:
    browsers = [service.browser(anna.account_id) for _ in range(3)]
    assert page_of(browsers[2]).select("button[name=others]")
    browsers[2].post("/account/sessions", data={"others": "yes"})
    assert [one.get("/account").status_code for one in browsers] == [303, 303, 200]
    assert not page_of(browsers[2]).select("button[name=others]")


def test_another_password_ends_every_sign_in_but_goes_on_in_this_browser(
    service: Service, anna: UserAccount
) -> None:
    here, there = service.browser(anna.account_id), service.browser(anna.account_id)
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    answer = here.post("/account/password", data=form)
    assert answer.headers["location"] == "/account?done=password"
    cookie = answer.headers["set-cookie"].split(";")[0]
    assert there.get("/account").status_code == here.get("/account").status_code == 303
    now = Browser(service.application, SESSION_COOKIE, cookie.partition("=")[2])
    assert "Your password is changed." in page_of(now, "/account?done=password").text
    signing_in = [
        service.stranger().post("/sign-in", data={"name": "anna", "password": one}).status_code
        for one in (PASSWORD, NEW)
    ]
    assert signing_in == [401, 303]


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "The present password is another one."),
        (PASSWORD, NEW, f"{NEW}.", "The new password was not entered twice alike."),
        (PASSWORD, "short", "short", "A password has 12 to 200 characters"),
        (PASSWORD, "i am called anna", "i am called anna", "your name is not in it"),
        (PASSWORD, "", "", "A password has 12 to 200 characters"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(
    service: Service, anna: UserAccount, current: str, new: str, again: str, said: str
) -> None:
    browser = service.browser(anna.account_id)
    status, alert = change(browser, current, new, again)
    assert status == 422 and said in alert
    assert service.models_in_use.ledger.accounts.required("anna") == anna
    assert browser.get("/account").status_code == 200


def test_who_guesses_the_present_password_waits(service: Service, anna: UserAccount) -> None:
    browser = service.browser(anna.account_id)
    for _ in range(5):
        change(browser, "wrong", NEW, NEW)
    assert "Too many tries from here." in change(browser, PASSWORD, NEW, NEW)[1]
    assert service.models_in_use.ledger.accounts.required("anna") == anna


def test_who_came_by_a_link_of_the_machine_or_a_key_has_no_account(service: Service) -> None:
    key = service.caller("pages")
    for caller in (
        service.browser(),
        Caller(key._application, key.headers | {"accept": "text/html"}),
    ):
        refused = caller.get("/account")
        assert refused.status_code == 403 and "signed in without an account" in refused.text
    assert not BeautifulSoup(service.browser().get("/churn").text, "html.parser").select("a.own")


def test_who_comes_in_by_links_alone_is_asked_for_no_password(service: Service) -> None:
    account = service.models_in_use.ledger.accounts.create("olaf", "", "auditor", None, at=1)
    browser = service.browser(account.account_id)
    assert not page_of(browser).select("form.another")
    assert change(browser, "", NEW, NEW)[0] == 422


def test_every_role_has_its_words() -> None:
    assert set(ROLE_TITLES) == set(ROLES)
    assert set(ROLE_SENTENCES) == {one.sentence for one in ROLES.values()}


def test_a_role_is_shown_nothing_it_may_not_open(service: Service) -> None:
    accounts = service.models_in_use.ledger.accounts
    browsers = {
        role: service.browser(accounts.create(role, "", role, None, at=1).account_id)
        for role in ("adviser", "marketer", "auditor")
    }
    downloads = {
        role: bool(page_of(browsers[role], "/churn").select(".download"))
        for role in ("adviser", "marketer")
    }
    assert downloads == {"adviser": False, "marketer": True}
    for role, leads_there in (("adviser", True), ("auditor", False)):
        links = page_of(browsers[role], "/monitoring").select('main a[href="/churn"]')
        assert bool(links) is leads_there
