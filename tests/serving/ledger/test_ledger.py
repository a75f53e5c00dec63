"""Keys, tickets, sessions and decisions."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from serving.ledger.accounts.sessions import SESSION_SECONDS, TICKET_SECONDS
from serving.ledger.decisions import Decision
from serving.ledger.keys import KeyRecord
from serving.ledger.ledger import Ledger
from tests.serving.ledger.accounts.test_sessions import is_open


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
    assert len(record.key_id) == 8


def test_every_secret_is_of_256_bits_by_lot(ledger: Ledger) -> None:
    """Six bits a letter: 43 letters hold 32 bytes."""
    keys = [ledger.create_key("crm", ["pages"], at=1) for _ in range(2)]
    tickets = [ledger.sessions.create_ticket(at=1) for _ in range(2)]
    sessions = [str(ledger.sign_in(key, at=1)) for key in keys]
    secrets = [*(key.split("_", 2)[2] for key in keys), *tickets, *sessions]
    assert {len(one) for one in secrets} == {43} and len(set(secrets)) == 6


@pytest.mark.parametrize(
    "change", ["", "x", "rgl", "rgl_", "rgl_00000000", "rgl_00000000_secret", "Bearer"]
)
def test_no_other_words_are_a_key(ledger: Ledger, change: str) -> None:
    ledger.create_key("crm", ["score"], at=1)
    assert ledger.key_of(change) is None


def test_a_key_with_one_letter_changed_is_no_key(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["score"], at=1)
    assert ledger.key_of(key[:-1] + ("A" if key[-1] != "A" else "B")) is None


def test_the_file_holds_no_secret_and_belongs_to_its_owner(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["score"], at=1)
    ticket = ledger.sessions.create_ticket(at=1)
    ledger.close()
    files = list(ledger.path.parent.iterdir())
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert key.encode() not in file.read_bytes()
        assert ticket.encode() not in file.read_bytes()


def test_a_revoked_key_is_worthless_and_so_is_every_sign_in_made_with_it(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=1)
    session = ledger.sign_in(key, at=2)
    assert session is not None and is_open(ledger, session, at=3)
    ledger.revoke_key(ledger.list_keys()[0].key_id, at=4)
    assert ledger.key_of(key) is None
    assert not is_open(ledger, session, at=5)
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
    ticket = ledger.sessions.create_ticket(at=100)
    session = ledger.sessions.redeem_ticket(ticket, at=101)
    assert session is not None
    assert ledger.sessions.redeem_ticket(ticket, at=102) is None
    late = ledger.sessions.create_ticket(at=100)
    assert ledger.sessions.redeem_ticket(late, at=100 + TICKET_SECONDS) is None


def test_a_session_ends_by_time_and_by_signing_out(ledger: Ledger) -> None:
    session = ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=0), at=0)
    assert session is not None
    assert is_open(ledger, session, at=SESSION_SECONDS - 1)
    assert not is_open(ledger, session, at=SESSION_SECONDS)
    ledger.sessions.end(session)
    assert not is_open(ledger, session, at=1)


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


def test_a_key_somebody_else_made_is_known_if_it_is_written_as_ours_are(ledger: Ledger) -> None:
    ledger.adopt_key("0badcafe", "rgl_0badcafe_secret", ["score"], at=3)
    ledger.adopt_key("0badcode", "abc_0badcode_secret", ["score"], at=4)
    record = ledger.key_of("rgl_0badcafe_secret")
    assert record == KeyRecord("0badcafe", "0badcafe", ("score",), 3, None)
    assert ledger.key_of("abc_0badcode_secret") is None


def test_keys_are_listed_the_oldest_first(ledger: Ledger) -> None:
    for key_id, at in (("b", 2), ("c", 1), ("a", 2)):
        ledger.adopt_key(key_id, f"rgl_{key_id}_secret", ["score"], at=at)
    assert [one.key_id for one in ledger.list_keys()] == ["c", "a", "b"]


def test_revoking_a_key_takes_nothing_from_others_and_a_second_time_changes_nothing(
    ledger: Ledger,
) -> None:
    keys = [ledger.create_key(name, ["pages"], at=1) for name in ("one", "other")]
    sessions = [ledger.sign_in(key, at=2) for key in keys]
    visitor = ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=2), at=2)
    one = next(record.key_id for record in ledger.list_keys() if record.name == "one")
    for at in (3, 4):
        ledger.revoke_key(one, at=at)
    revoked = {record.name: record.revoked_at for record in ledger.list_keys()}
    assert revoked == {"one": 3, "other": None}
    assert [ledger.key_of(key) is not None for key in keys] == [False, True]
    open_still = [is_open(ledger, str(token), at=5) for token in (*sessions, visitor)]
    assert open_still == [False, True, True]


def test_a_key_that_is_not_there_is_refused_with_the_nearest_or_as_the_first(
    ledger: Ledger,
) -> None:
    with pytest.raises(UsageRefused, match="There are no keys yet"):
        ledger.revoke_key("0badcafe", at=1)
    ledger.adopt_key("0badcafe", "rgl_0badcafe_secret", ["score"], at=1)
    with pytest.raises(UsageRefused, match='Did you mean "0badcafe"'):
        ledger.revoke_key("0badcaff", at=1)


def test_a_ticket_is_good_for_six_hundred_seconds_whoever_else_comes_in_meanwhile(
    ledger: Ledger,
) -> None:
    first, second, third = (ledger.sessions.create_ticket(at=at) for at in (100, 100, 101))
    assert ledger.sessions.redeem_ticket(first, at=699) is not None
    assert ledger.sessions.redeem_ticket(second, at=700) is None
    assert ledger.sessions.redeem_ticket(third, at=700) is not None
    assert ledger.sessions.redeem_ticket("unheard of", at=1) is None


def test_a_sign_in_lasts_twelve_hours_and_one_ends_without_the_others(ledger: Ledger) -> None:
    key = ledger.create_key("crm", ["pages"], at=1)
    early, late, last = (str(ledger.sign_in(key, at=at)) for at in (0, 1, 43_200))
    now = 43_200
    assert [is_open(ledger, one, at=now) for one in (early, late, last)] == [
        False,
        True,
        True,
    ]
    ledger.sessions.end(late)
    assert not is_open(ledger, late, at=now) and is_open(ledger, last, at=now)
    assert not is_open(ledger, "unheard of", at=1)
    assert ledger.sign_in("rgl_00000000_secret", at=1) is None


def test_ended_sign_ins_and_tickets_are_not_kept(ledger: Ledger) -> None:
    for at in (0, 1):
        ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=at), at=at)
    ledger.sessions.create_ticket(at=0)
    ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=43_200), at=43_200)
    with sqlite3.connect(ledger.path) as connection:
        ends = connection.execute("SELECT expires_at FROM sessions ORDER BY 1").fetchall()
        assert ends == [(43_201,), (86_400,)]
        assert connection.execute("SELECT * FROM tickets").fetchall() == []


def test_a_decision_is_found_by_its_id_as_it_was_written(ledger: Ledger) -> None:
    written = Decision("one", "anna", "ok", None, "3", "abc", 7, 9, "d", "v", "given", "may", "yes")
    ledger.append([written, decision("other")])
    assert ledger.decision("one") == written
    assert ledger.decision("nobody's") is None


def test_the_latest_answers_are_those_of_one_customer_and_no_more_than_asked_for(
    ledger: Ledger,
) -> None:
    ledger.append([])
    ledger.append([decision(name, at=at) for name, at in (("b", 5), ("a", 5), ("c", 7), ("d", 3))])
    ledger.append([Decision("e", "bert", "ok", 0.5, "3", "abc", 0, 9)])
    assert [one.decision_id for one in ledger.latest_decisions("anna", 3)] == ["c", "a", "b"]
    assert [one.decision_id for one in ledger.latest_decisions("bert", 3)] == ["e"]
    assert ledger.latest_decisions("carl", 3) == []


def test_what_stands_is_left_as_it_is_when_a_call_is_written_again(ledger: Ledger) -> None:
    ledger.append([decision("one", at=5)])
    ledger.append([decision("one", at=9), decision("two", at=9)], again=True)
    found = ledger.latest_decisions("anna", 9)
    assert [(one.decision_id, one.decided_at) for one in found] == [("two", 9), ("one", 5)]


def test_what_is_written_back_stands_in_the_database_itself(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append([decision("one")])
    ledger.write_back()
    alone = shutil.copyfile(ledger.path, tmp_path / "alone.db")
    with sqlite3.connect(alone) as connection:
        assert connection.execute("SELECT decision_id FROM decisions").fetchall() == [("one",)]
