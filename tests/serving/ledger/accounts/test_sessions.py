"""How long a word opens, and how long who came in stays."""

from __future__ import annotations

import pytest

from serving.ledger.ledger import Ledger

MINUTE, HOUR = 60, 3_600


def is_open(ledger: Ledger, token: str, *, at: int) -> bool:
    return ledger.sessions.find(token, at=at) is not None


@pytest.mark.parametrize(
    ("after", "opens"), [(0, True), (10 * MINUTE - 1, True), (10 * MINUTE, False), (HOUR, False)]
)
def test_a_ticket_opens_for_ten_minutes(ledger: Ledger, after: int, opens: bool) -> None:
    ticket = ledger.sessions.create_ticket(at=1_000)
    assert (ledger.sessions.redeem_ticket(ticket, at=1_000 + after) is not None) is opens
    assert ledger.sessions.redeem_ticket(ticket, at=1_000 + after) is None


def test_a_ticket_that_has_ended_takes_no_other_along(ledger: Ledger) -> None:
    early, late = ledger.sessions.create_ticket(at=0), ledger.sessions.create_ticket(at=1)
    assert ledger.sessions.redeem_ticket(early, at=10 * MINUTE) is None
    assert ledger.sessions.redeem_ticket(late, at=10 * MINUTE) is not None
    assert ledger.sessions.redeem_ticket("nobody's", at=0) is None


@pytest.mark.parametrize("how", ["ticket", "key"])
@pytest.mark.parametrize(
    ("after", "opens"), [(0, True), (12 * HOUR - 1, True), (12 * HOUR, False), (13 * HOUR, False)]
)
def test_a_session_lasts_twelve_hours(ledger: Ledger, how: str, after: int, opens: bool) -> None:
    key, ticket = ledger.create_key("crm", ["pages"], at=0), ledger.sessions.create_ticket(at=1_000)
    session = (
        ledger.sign_in(key, at=1_000)
        if how == "key"
        else ledger.sessions.redeem_ticket(ticket, at=1_000)
    )
    assert session is not None
    assert is_open(ledger, session, at=1_000 + after) is opens


def test_a_new_session_takes_away_the_ended_and_no_other(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=0)
    first, second = ledger.sign_in(key, at=0), ledger.sign_in(key, at=1)
    third = ledger.sign_in(key, at=12 * HOUR)
    assert first is not None and second is not None and third is not None
    # As a clock that was set back would find them: the first is gone, the second had a second left.
    assert [is_open(ledger, one, at=2) for one in (first, second, third)] == [
        False, True, True
    ]  # fmt: skip
    ledger.sessions.end(second)
    assert [is_open(ledger, one, at=2) for one in (second, third)] == [False, True]


def test_a_session_says_whose_it_is_and_what_its_role_is(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=1)
    anna = ledger.accounts.create("anna", "Anna Berg", "adviser", None, at=1)
    ticket = ledger.sessions.create_ticket(anna.account_id, at=1)
    tokens = [
        ledger.sessions.redeem_ticket(ticket, at=2, browser="Firefox, Linux"),
        ledger.sign_in(key, at=2),
        ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=1), at=2),
    ]
    found = [ledger.sessions.find(str(one), at=3) for one in tokens]
    assert [(one.role, one.actor, one.display_name) for one in found if one] == [
        ("adviser", anna.account_id, "Anna Berg"),
        ("marketer", key.split("_")[1], ""),
        ("admin", "", ""),
    ]
    assert found[0] is not None and found[0].browser == "Firefox, Linux"
    assert (found[0].opened_at, found[0].seen_at, found[0].expires_at) == (2, 2, 2 + 12 * HOUR)


def test_a_browser_is_seen_every_five_minutes_and_never_earlier_than_before(
    ledger: Ledger,
) -> None:
    token = ledger.sessions.begin(role="admin", at=1_000)
    for at, seen_at in ((1_299, 1_000), (1_300, 1_300), (1_301, 1_300), (1_600, 1_600)):
        session = ledger.sessions.find(token, at=at)
        assert session is not None
        ledger.sessions.see(session, at=at)
        again = ledger.sessions.find(token, at=at)
        assert again is not None and again.seen_at == seen_at


def test_the_sessions_of_an_account_are_listed_the_latest_first_and_end_by_their_ids(
    ledger: Ledger,
) -> None:
    anna, bert = (ledger.accounts.create(one, "", "admin", None, at=1) for one in ("anna", "bert"))
    for at in (5, 6, 7):
        ledger.sessions.begin(account_id=anna.account_id, at=at)
    ledger.sessions.begin(account_id=bert.account_id, at=8)
    listed = ledger.sessions.of_account(anna.account_id, at=9)
    assert [one.opened_at for one in listed] == [7, 6, 5]
    [berts] = ledger.sessions.of_account(bert.account_id, at=9)
    ids = [listed[1].session_id, berts.session_id, "another"]
    assert ledger.sessions.end_of_account(anna.account_id, ids) == 1
    assert [one.opened_at for one in ledger.sessions.of_account(anna.account_id, at=9)] == [7, 5]
    assert ledger.sessions.of_account(bert.account_id, at=9) == [berts]
    assert ledger.sessions.of_account(anna.account_id, at=5 + 12 * HOUR)[0].opened_at == 7


def test_no_token_and_no_ticket_stands_in_the_file(ledger: Ledger) -> None:
    ticket, token = ledger.sessions.create_ticket(at=1), ledger.sessions.begin(role="admin", at=1)
    ledger.close()
    for file in ledger.path.parent.iterdir():
        content = file.read_bytes()
        assert ticket.encode() not in content and token.encode() not in content
