"""What a key may, and what is remembered of the keys that were seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.ledger.keys import SCOPES, KeyCache, KeyRecord, digest_of
from serving.ledger.ledger import Ledger
from tests.serving.ledger.accounts.test_sessions import is_open

RECORD = KeyRecord("1", "crm", ("score",), 1, None)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_there_are_five_scopes() -> None:
    assert set(SCOPES) == {"score", "events", "privacy", "pages", "admin"}


def test_revoking_a_key_ends_its_own_sign_ins_alone_and_the_first_time_stands(
    ledger: Ledger,
) -> None:
    gone, stays = (ledger.create_key(one, ["pages"], at=1) for one in ("gone", "stays"))
    sessions = [ledger.sign_in(one, at=2) for one in (gone, stays)]
    sessions.append(ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=2), at=2))
    record = ledger.key_of(gone)
    assert record is not None and record.revoked_at is None
    for at in (5, 9):
        ledger.revoke_key(record.key_id, at=at)
    assert ledger.key_of(gone) is None and ledger.key_of(stays) is not None
    assert ledger.sign_in(gone, at=10) is None
    assert [is_open(ledger, str(one), at=10) for one in sessions] == [False, True, True]
    assert {one.name: one.revoked_at for one in ledger.list_keys()} == {"gone": 5, "stays": None}


def test_keys_are_listed_oldest_first(ledger: Ledger) -> None:
    for name, at in (("second", 5), ("first", 4), ("third", 6)):
        ledger.create_key(name, ["score"], at=at)
    listed = [(one.name, one.created_at) for one in ledger.list_keys()]
    assert listed == [("first", 4), ("second", 5), ("third", 6)]


def test_a_key_is_of_its_id_and_of_the_kind_it_says(ledger: Ledger) -> None:
    key, other = (ledger.create_key(one, ["score"], at=1) for one in ("crm", "shop"))
    kind, key_id, secret = key.split("_", 2)
    assert kind == "rgl" and len(secret) == 43
    record = ledger.key_of(key)
    assert record == KeyRecord(key_id, "crm", ("score",), 1, None)
    for wrong in (
        f"xyz_{key_id}_{secret}",
        f"rgl_{other.split('_')[1]}_{secret}",
        f"rgl_{key_id}_",
        f"rgl_{key_id}",
        key + "x",
        key.upper(),
    ):
        assert ledger.key_of(wrong) is None, wrong


def test_what_is_kept_of_a_secret_is_its_sha_256() -> None:
    assert digest_of("word") == hashlib.sha256(b"word").hexdigest()
    assert digest_of("\ud800") == hashlib.sha256(b"?").hexdigest()


def test_a_key_is_looked_up_once_until_somebody_else_writes() -> None:
    asked: list[str] = []
    version = [1]

    def find(key: str) -> KeyRecord | None:
        asked.append(key)
        return RECORD if key == "good" else None

    cache = KeyCache(find, lambda: version[0])
    for _ in range(3):
        assert cache.find("good") == RECORD and cache.find("bad") is None
    assert asked == ["good", "bad"]
    version[0] = 2
    assert cache.find("good") == RECORD and asked == ["good", "bad", "good"]


def test_so_many_keys_are_remembered_and_no_more() -> None:
    asked: list[str] = []
    cache = KeyCache(lambda key: asked.append(key), lambda: 1)
    for place in range(1_024):
        cache.find(str(place))
    assert len(asked) == 1_024
    cache.find("one more")
    cache.find("0")
    assert asked[1_024:] == ["one more", "0"]
    cache.find("one more")
    assert len(asked) == 1_026


def test_what_is_remembered_asks_nobody_and_goes_when_somebody_else_has_written() -> None:
    version, record = [1], KeyRecord("id", "crm", ("score",), 1, None)
    cache = KeyCache(lambda key: record if key == "good" else None, lambda: version[0])
    assert cache.remembered("good") is None
    assert cache.find("good") == record == cache.remembered("good")
    assert cache.find("bad") is None is cache.remembered("bad")
    version[0] = 2
    cache.find("bad")
    assert cache.remembered("good") is None


def test_what_was_looked_up_before_a_key_was_revoked_is_not_kept_for_after_it() -> None:
    """Between two threads: one looks a key up, and before it keeps what it found the key is revoked."""
    record, version = KeyRecord("id", "crm", ("score",), 1, None), [1]
    is_revoked: list[bool] = []

    def find(key: str) -> KeyRecord | None:
        if is_revoked:
            return None
        is_revoked.append(True)
        version[0] = 2
        cache.find("another")  # by another thread, which sees the new version
        return record

    cache = KeyCache(find, lambda: version[0])
    assert cache.find("good") == record
    assert cache.find("good") is None
