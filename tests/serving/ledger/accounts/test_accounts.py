"""Accounts of people: made, changed and removed, and with each what becomes of their sign-ins."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from features.vocabulary.errors import UsageRefused
from serving.ledger.accounts.accounts import UserAccount
from serving.ledger.accounts.passwords import is_password
from serving.ledger.accounts.roles import permissions_of
from serving.ledger.ledger import Ledger
from tests.holding import files_holding

PASSWORD = "correct horse battery"


def an_account(ledger: Ledger, name: str = "anna", role: str = "marketer") -> UserAccount:
    return ledger.accounts.create(name, "", role, None, at=1)


def signed_in(ledger: Ledger, account: UserAccount) -> str:
    return ledger.sessions.begin(account_id=account.account_id, at=2)


def test_an_account_is_found_by_its_name_in_capitals_or_not(ledger: Ledger) -> None:
    made = ledger.accounts.create(" Anna.Berg ", "Anna  Berg", "adviser", PASSWORD, at=7)
    assert (made.name, made.display_name, made.role) == ("anna.berg", "Anna Berg", "adviser")
    assert made.created_at == 7 and not made.is_disabled
    assert made.account_id.startswith("u_") and len(made.account_id) == 10
    for name in ("anna.berg", "ANNA.BERG", " anna.berg"):
        assert ledger.accounts.find(name) == made
    assert ledger.accounts.of_id(made.account_id) == made
    assert ledger.accounts.find("anna") is None and ledger.accounts.of_id("anna") is None


def test_a_password_is_stored_as_a_hash_alone(ledger: Ledger, tmp_path: Path) -> None:
    made = ledger.accounts.create("anna", "", "marketer", PASSWORD, at=1)
    assert is_password(made.password, PASSWORD)
    ledger.close()
    assert files_holding(tmp_path, PASSWORD) == []


def test_a_name_is_one_persons(ledger: Ledger) -> None:
    an_account(ledger)
    with pytest.raises(UsageRefused, match='"anna", which is taken'):
        an_account(ledger, "ANNA", "admin")
    assert [one.role for one in ledger.accounts.all()] == ["marketer"]


@pytest.mark.parametrize(
    "name", ["", " ", "a b", ".anna", "a" * 65, "anna\n", "<b>", "a/b", "a\u0000"]
)
def test_what_is_no_name_is_refused(ledger: Ledger, name: str) -> None:
    if name.strip() == "anna":
        assert an_account(ledger, name).name == "anna"
        return
    with pytest.raises(UsageRefused, match="a name of 1 to 64"):
        an_account(ledger, name)
    assert ledger.accounts.all() == []


@pytest.mark.parametrize("called", ["x" * 81, "a\u202eb", "a\u0007"])
def test_what_cannot_be_shown_is_no_display_name(ledger: Ledger, called: str) -> None:
    with pytest.raises(UsageRefused, match="a display name"):
        ledger.accounts.create("anna", called, "marketer", None, at=1)


def test_a_role_is_one_of_six_and_changes_at_once(ledger: Ledger) -> None:
    with pytest.raises(UsageRefused, match='Did you mean "auditor"'):
        an_account(ledger, role="auditer")
    session = signed_in(ledger, an_account(ledger))
    assert ledger.accounts.set_role("ANNA", "auditor").name == "anna"
    found = ledger.sessions.find(session, at=3)
    assert found is not None and found.role == "auditor"
    with pytest.raises(UsageRefused, match='Did you mean "admin"'):
        ledger.accounts.set_role("anna", "admins")
    assert ledger.accounts.required("anna").role == "auditor"


@pytest.mark.parametrize("how", ["set_password", "disable", "remove"])
def test_what_makes_sign_ins_doubtful_ends_them_and_no_others(ledger: Ledger, how: str) -> None:
    anna, bert = an_account(ledger), an_account(ledger, "bert")
    sessions = [signed_in(ledger, one) for one in (anna, anna, bert)]
    tickets = [ledger.sessions.create_ticket(one.account_id, at=2) for one in (anna, bert)]
    operator = ledger.sessions.begin(role="admin", at=2)
    if how == "set_password":
        ledger.accounts.set_password(anna, PASSWORD)
    elif how == "disable":
        ledger.accounts.disable("anna", at=3)
    else:
        ledger.accounts.remove("anna")
    open_still = [ledger.sessions.find(one, at=4) is not None for one in (*sessions, operator)]
    assert open_still == [False, False, True, True]
    redeemed = [ledger.sessions.redeem_ticket(one, at=4) is not None for one in tickets]
    assert redeemed == [False, True]


def test_a_session_whose_account_is_gone_opens_nothing(ledger: Ledger) -> None:
    """As a database would have it that was changed by hand: nobody becomes who runs the service by it."""
    anna = an_account(ledger, role="admin")
    ticket = ledger.sessions.create_ticket(anna.account_id, at=1)
    session = ledger.sessions.redeem_ticket(ticket, at=2)
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("DELETE FROM accounts")
    found = ledger.sessions.find(str(session), at=3)
    assert found is None or permissions_of(found.role) == set()


def test_disabling_twice_keeps_when_it_was_and_enabling_takes_it_back(ledger: Ledger) -> None:
    an_account(ledger)
    for at in (5, 9):
        ledger.accounts.disable("anna", at=at)
    assert ledger.accounts.required("anna").disabled_at == 5
    ledger.accounts.enable("anna")
    assert not ledger.accounts.required("anna").is_disabled


def test_a_disabled_account_opens_nothing_even_by_a_session_begun_meanwhile(ledger: Ledger) -> None:
    anna = an_account(ledger)
    ledger.accounts.disable("anna", at=3)
    assert ledger.sessions.find(signed_in(ledger, anna), at=4) is None


def test_nothing_is_left_of_who_was_removed(ledger: Ledger, tmp_path: Path) -> None:
    anna = ledger.accounts.create("anna.unforgettable", "Anna Unforgettable", "admin", None, at=1)
    signed_in(ledger, anna)
    ledger.accounts.remove("anna.unforgettable")
    assert ledger.accounts.all() == []
    ledger.write_back()
    ledger.close()
    assert files_holding(tmp_path, "nforgettable") == []


def test_who_is_not_there_is_refused_with_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(UsageRefused, match="There are no accounts yet"):
        ledger.accounts.required("anna")
    an_account(ledger)
    for change in (ledger.accounts.enable, ledger.accounts.remove, ledger.accounts.required):
        with pytest.raises(UsageRefused, match='Did you mean "anna"'):
            change("ann")
