"""How long a word opens, and how long who came in stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.ledger.ledger import Ledger

MINUTE, HOUR = 60, 3_600


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


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
    assert ledger.sessions.is_open(session, at=1_000 + after) is opens


def test_a_new_session_takes_away_the_ended_and_no_other(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=0)
    first, second = ledger.sign_in(key, at=0), ledger.sign_in(key, at=1)
    third = ledger.sign_in(key, at=12 * HOUR)
    assert first is not None and second is not None and third is not None
    # As a clock that was set back would find them: the first is gone, the second had a second left.
    assert [ledger.sessions.is_open(one, at=2) for one in (first, second, third)] == [
        False, True, True
    ]  # fmt: skip
    ledger.sessions.end(second)
    assert [ledger.sessions.is_open(one, at=2) for one in (second, third)] == [False, True]
