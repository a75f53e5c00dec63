"""Keys, tickets, sessions and decisions."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from serving.ledger.decisions import Decision
from serving.ledger.keys import SESSION_SECONDS, TICKET_SECONDS
from serving.ledger.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def decision(name: str, *, at: int = 5) -> Decision:
    return Decision(name, "anna", "ok", 0.25, "3", "abc", 0, at)


def test_a_key_is_known_by_its_words_alone(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["score", "pages"], at=1)
    record = ledger.key_of(key)
    assert record is not None and record.scopes == ("pages", "score")
    assert key.startswith(f"rgl_{record.key_id}_") and len(key) > 50


@pytest.mark.parametrize("change", ["", "x", "rgl_", "rgl_00000000_secret", "Bearer"])
def test_no_other_words_are_a_key(ledger: Ledger, change: str) -> None:
    ledger.create_key("crm", ["score"], at=1)
    assert ledger.key_of(change) is None


def test_a_key_with_one_letter_changed_is_no_key(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["score"], at=1)
    assert ledger.key_of(key[:-1] + ("A" if key[-1] != "A" else "B")) is None


def test_the_file_holds_no_secret_and_belongs_to_its_owner(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["score"], at=1)
    ticket = ledger.create_ticket(at=1)
    ledger.close()
    files = list(ledger.path.parent.iterdir())
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert key.encode() not in file.read_bytes()
        assert ticket.encode() not in file.read_bytes()


def test_a_revoked_key_is_worthless_and_so_is_every_sign_in_made_with_it(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=1)
    session = ledger.sign_in(key, at=2)
    assert session is not None and ledger.session_is_open(session, at=3)
    ledger.revoke_key(ledger.list_keys()[0].key_id, at=4)
    assert ledger.key_of(key) is None
    assert not ledger.session_is_open(session, at=5)
    assert ledger.list_keys()[0].revoked_at == 4


@pytest.mark.parametrize(("scopes", "found"), [([], "none"), (["scores"], "scores")])
def test_an_unknown_scope_is_refused_with_the_nearest(
    ledger: Ledger, scopes: list[str], found: str
) -> None:
    with pytest.raises(UsageRefused) as refused:
        ledger.create_key("crm", scopes, at=1)
    assert found in refused.value.found


def test_revoking_an_unknown_key_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UsageRefused):
        ledger.revoke_key("00000000", at=1)


def test_a_ticket_opens_once_and_not_after_ten_minutes(ledger: Ledger) -> None:
    ticket = ledger.create_ticket(at=100)
    session = ledger.redeem_ticket(ticket, at=101)
    assert session is not None
    assert ledger.redeem_ticket(ticket, at=102) is None
    late = ledger.create_ticket(at=100)
    assert ledger.redeem_ticket(late, at=100 + TICKET_SECONDS) is None


def test_a_session_ends_by_time_and_by_signing_out(ledger: Ledger) -> None:
    session = ledger.redeem_ticket(ledger.create_ticket(at=0), at=0)
    assert session is not None
    assert ledger.session_is_open(session, at=SESSION_SECONDS - 1)
    assert not ledger.session_is_open(session, at=SESSION_SECONDS)
    ledger.sign_out(session)
    assert not ledger.session_is_open(session, at=1)


def test_a_key_without_the_scope_pages_signs_nobody_in(ledger: Ledger) -> None:
    assert ledger.sign_in(ledger.create_key("crm", ["score"], at=1), at=1) is None


def test_the_decisions_of_a_call_are_recorded_together_or_not_at_all(ledger: Ledger) -> None:
    ledger.append([decision("first"), decision("second", at=6)])
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.append([decision("third"), decision("first")])
    latest = ledger.latest_decisions("anna", 5)
    assert [one.decision_id for one in latest] == ["second", "first"]
    assert latest[-1] == decision("first")


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 400)
    with pytest.raises(WorkspaceRefused):
        Ledger(path)
