"""What each role opens: every address the service knows beside every role, tried out and written down.

``role_table.txt`` has a line an address and method that a signed-in browser may come to, with the roles it opens for. A page
that is added is missing from it until somebody has written down for whom it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from serving.access.cookies import SESSION_COOKIE
from serving.ledger.accounts.roles import KEY_HOLDER, OPERATOR, PERMISSIONS, ROLES
from serving.ledger.audit import SESSION
from tests.serving.access.test_roles import knocked
from tests.serving.calling import ROUTES, Service

TABLE = Path(__file__).with_name("role_table.txt")
PAGE = Path(__file__).parents[3] / "docs" / "accounts.md"
BROWSED = [
    f"{method} {one.path}"
    for one in ROUTES
    if one.browser and one.scope is not None
    for method in one.methods
]


def opened(service: Service) -> dict[str, list[str]]:
    """For whom each address opens, by what an account of each role is answered there."""
    found: dict[str, list[str]] = {}
    for role in ROLES:
        account = service.models_in_use.ledger.accounts.create(
            role.replace(" ", "-"), "", role, None, at=service.seconds
        )
        answers = knocked(service, service.browser(account.account_id).headers)
        for address, status in answers.items():
            if address in BROWSED:
                assert status in (200, 403), (role, address, status)
                found.setdefault(address, []).extend([role] if status == 200 else [])
            else:
                # What is no page is for keys, and for anybody what asks for none.
                route = next(one for one in ROUTES if address.endswith(f" {one.path}"))
                assert status == (200 if route.scope is None else 401), (role, address)
    return found


def test_every_page_opens_for_the_roles_that_are_written_down(service: Service) -> None:
    lines = [f"{address}: {', '.join(roles)}" for address, roles in sorted(opened(service).items())]
    assert TABLE.read_text(encoding="utf-8").splitlines() == lines


def test_the_table_has_every_page_there_is() -> None:
    written = [one.partition(":")[0] for one in TABLE.read_text(encoding="utf-8").splitlines()]
    assert written == sorted(BROWSED)


def test_a_role_that_is_changed_or_disabled_counts_from_the_next_call_on(service: Service) -> None:
    accounts = service.models_in_use.ledger.accounts
    account = accounts.create("anna", "", "marketer", None, at=1)
    browser = service.browser(account.account_id)
    assert browser.get("/monitoring").status_code == 200
    assert browser.get("/churn").status_code == 200
    accounts.set_role("anna", "auditor")
    assert browser.get("/monitoring").status_code == 200
    refused = browser.get("/churn")
    assert refused.status_code == 403 and "Your role does not open this page." in refused.text
    accounts.disable("anna", at=2)
    assert browser.get("/monitoring").headers["location"] == "/sign-in"


@pytest.mark.parametrize("role", ROLES)
def test_the_first_page_is_one_that_the_role_opens(service: Service, role: str) -> None:
    account = service.models_in_use.ledger.accounts.create("anna", "", role, None, at=1)
    browser = service.browser(account.account_id)
    first = browser.get("/").headers["location"]
    assert browser.get(first).status_code == 200
    assert (first == "/churn") is ("customers" in ROLES[role].permissions)


def test_who_runs_the_service_may_open_every_page_and_a_key_those_about_customers() -> None:
    assert ROLES[OPERATOR].permissions == set(PERMISSIONS)
    assert ROLES[KEY_HOLDER].permissions >= {"company", "customers", "files"}
    assert all("own" in one.permissions for one in ROLES.values())


def test_the_page_of_the_documentation_has_the_table_of_the_code() -> None:
    header = ["role", "for whom", *(f"`{one}`" for one in PERMISSIONS)]
    rows = [
        [name, role.sentence, *("yes" if one in role.permissions else "" for one in PERMISSIONS)]
        for name, role in ROLES.items()
    ]
    lines = [header, ["---"] * len(header), *rows]
    drawn = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    page = PAGE.read_text(encoding="utf-8")
    assert drawn.replace("|  |", "| |").replace("|  |", "| |") in page
    for name, sentence in PERMISSIONS.items():
        assert f"- `{name}`: {sentence}" in page


def test_what_a_browser_asks_is_on_record_under_whoever_signed_in(service: Service) -> None:
    ledger = service.models_in_use.ledger
    account = ledger.accounts.create("anna", "", "adviser", None, at=1)
    key = ledger.create_key("crm", ["pages"], at=1)
    by_key = {"cookie": f"{SESSION_COOKIE}={ledger.sign_in(key, at=service.seconds)}"}
    service.browser(account.account_id).get("/churn")
    service.browser().get("/churn", headers=by_key)
    service.browser().get("/churn")
    service.browser(account.account_id).get("/churn.csv")
    rows = [(one.caller, one.route) for one in ledger.audit.rows(most=9)]
    assert rows == [
        (SESSION, "/churn"),
        (key.split("_")[1], "/churn"),
        (account.account_id, "/churn"),
    ]
    page = service.browser(account.account_id).get("/churn")
    who = BeautifulSoup(page.text, "html.parser").select(".list .customer a")[0]["href"]
    service.browser(account.account_id).get(str(who))
    shown = ledger.audit.rows(most=1)[0]
    assert (shown.caller, shown.method) == (account.account_id, "SHOW")
