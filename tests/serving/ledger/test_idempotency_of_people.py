"""Answers about people are kept as long as nobody they speak of makes a demand, and the same JSON is the same call."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from serving.ledger.idempotency import RETENTION_SECONDS, Differs, StoredAnswer
from serving.ledger.ledger import Ledger
from tests.holding import files_holding, kept_answers
from tests.serving.calling import NOW

ANSWER = StoredAnswer(200, "application/json", b"{}")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def about(*customers: str) -> StoredAnswer:
    rows = [{"customer_id": one, "probability": 0.9} for one in customers]
    return StoredAnswer(200, "application/json", orjson.dumps({"rows": rows}))


def kept(ledger: Ledger, key: str) -> bool:
    return ledger.repeats.begin("crm", key, b"", at=NOW) is not None


def answered(ledger: Ledger, key: str, answer: StoredAnswer) -> None:
    assert not kept(ledger, key)
    ledger.repeats.end("crm", key, answer)


def demands(ledger: Ledger, demand: str, customer: str) -> None:
    if demand == "is erased":
        ledger.privacy.erase([customer], at=NOW)
    else:
        ledger.privacy.decide([(customer, demand == "objects")], at=NOW)


@pytest.mark.parametrize("demand", ["objects", "takes it back", "is erased"])
def test_an_answer_about_whoever_makes_a_demand_is_forgotten_and_no_other(
    ledger: Ledger, demand: str
) -> None:
    if demand == "takes it back":
        ledger.privacy.decide([("anna", True)], at=NOW)
    answered(ledger, "anna", about("anna"))
    crowd = [f"c{number}" for number in range(40)]
    answered(ledger, "both", about("bert", "anna"))
    answered(ledger, "crowd", about(*crowd, "anna"))
    answered(ledger, "bert", about("bert", "annabel"))
    answered(ledger, "other crowd", about(*crowd))
    answered(ledger, "nobody", about())
    demands(ledger, demand, "anna")
    assert not [one for one in kept_answers(ledger.path) if b'"anna"' in one]
    forgotten, others = ("anna", "both", "crowd"), ("bert", "other crowd", "nobody")
    assert [kept(ledger, one) for one in forgotten] == [False] * 3
    assert [kept(ledger, one) for one in others] == [True] * 3


def test_a_demand_that_changes_nothing_forgets_no_answer(ledger: Ledger) -> None:
    ledger.privacy.decide([("anna", True)], at=NOW)
    answered(ledger, "both", about("anna", "bert"))
    assert ledger.privacy.decide([("anna", True), ("bert", False)], at=NOW) == [False, False]
    assert kept(ledger, "both")


@pytest.mark.parametrize("demand", ["objects", "is erased"])
def test_an_answer_that_a_demand_overtook_is_not_kept(ledger: Ledger, demand: str) -> None:
    for key in ("anna", "bert"):
        assert not kept(ledger, key)
    demands(ledger, demand, "anna")
    for key in ("anna", "bert"):
        ledger.repeats.end("crm", key, about(key))
    assert (kept(ledger, "anna"), kept(ledger, "bert")) == (False, True)


def test_what_is_answered_to_who_objected_before_is_kept_and_about_the_erased_nothing_is(
    ledger: Ledger,
) -> None:
    ledger.privacy.decide([("anna", True)], at=NOW)
    ledger.privacy.erase(["Carl"], at=NOW)
    ledger.privacy.finish(frozenset(), at=NOW)
    for key in ("anna", "Carl", "bert"):
        answered(ledger, key, about(key))
    assert [kept(ledger, key) for key in ("anna", "Carl", "bert")] == [True, False, True]


def test_whom_a_row_or_an_event_is_named_after_counts_as_spoken_of(ledger: Ledger) -> None:
    names = ("customer_id", "row_id", "event_id", "status")
    for name in names:
        content = b'{ "rows" : [ {"%s" : "an\\"na \\u00e4"} ] }' % name.encode()
        answered(ledger, name, StoredAnswer(200, "application/json; charset=utf-8", content))
    ledger.privacy.erase(['an"na \u00e4'], at=NOW)
    assert [kept(ledger, name) for name in names] == [False, False, False, True]


def test_an_answer_of_which_nobody_knows_whom_it_speaks_of_is_not_kept(ledger: Ledger) -> None:
    answered(ledger, "page", StoredAnswer(200, "text/html", b"<p>anna</p>"))
    answered(ledger, "refusal", StoredAnswer(422, "application/problem+json", b"{}"))
    assert (kept(ledger, "page"), kept(ledger, "refusal")) == (False, True)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (b'{"customer_id":"1","reasons":false}', True),
        (b'\n{ "reasons" : false,\t"customer_id": "\\u0031" }', True),
        (b'{"customer_id": "1 ", "reasons": false}', False),
        (b'{"customer_id": 1, "reasons": false}', False),
        (b'{"customer_id": "1"}', False),
        (b"no JSON", False),
        (b"", False),
    ],
)
def test_the_same_json_is_the_same_call_however_it_is_written(
    ledger: Ledger, other: bytes, is_same: bool
) -> None:
    route = b"POST /v1/score\n"
    first = route + b'{"customer_id": "1", "reasons": false}'
    ledger.repeats.begin("crm", "k", first, at=NOW)
    ledger.repeats.end("crm", "k", ANSWER)
    if is_same:
        assert ledger.repeats.begin("crm", "k", route + other, at=NOW) == ANSWER
    else:
        with pytest.raises(Differs):
            ledger.repeats.begin("crm", "k", route + other, at=NOW)


@pytest.mark.parametrize("body", ['{"customer_id":%d}', '{"row_id": "\u00e4", "customer_id": %d}'])
def test_long_numbers_that_differ_in_one_digit_are_two_calls(ledger: Ledger, body: str) -> None:
    first, second = (b"POST /\n" + (body % one).encode() for one in (10**30, 10**30 + 1))
    ledger.repeats.begin("crm", "k", first, at=NOW)
    with pytest.raises(Differs):
        ledger.repeats.begin("crm", "k", second, at=NOW)


def test_what_an_older_version_kept_is_forgotten(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.execute("CREATE TABLE kept_answers (name TEXT PRIMARY KEY, content BLOB)")
        connection.execute("INSERT INTO kept_answers VALUES ('k', '<anna>')")
        connection.commit()
    for _ in range(2):
        Ledger(tmp_path / "ledger.db").close()
    assert files_holding(tmp_path, "anna") == []


def test_nobody_can_read_whom_an_answer_speaks_of_nor_what_was_asked(ledger: Ledger) -> None:
    ledger.repeats.begin("crm", "anna", b"POST /\n{}", at=NOW)
    ledger.repeats.end("crm", "anna", about("anna"))
    with closing(sqlite3.connect(ledger.path)) as connection:
        found = connection.execute("SELECT * FROM answers_about, first_calls").fetchall()
    plain = [hashlib.sha256(one).hexdigest() for one in (b"anna", b"crm\nanna", b"POST /\n{}")]
    assert found and not [one for one in ("anna", *plain) if one in str(found)]


def test_a_forgotten_answer_cannot_be_read_though_its_content_is_still_there(
    ledger: Ledger,
) -> None:
    answered(ledger, "k", about("anna"))
    with closing(sqlite3.connect(ledger.path)) as connection:
        ((secret,),) = connection.execute("SELECT secret FROM first_calls").fetchall()
        ((content,),) = connection.execute("SELECT content FROM kept_contents").fetchall()
    assert len(secret) == 32 and b"anna" not in content
    assert files_holding(ledger.path.parent, "anna") == []
    ledger.privacy.decide([("anna", True)], at=NOW)
    assert [one for one in ledger.path.parent.iterdir() if secret in one.read_bytes()] == []


def test_what_is_a_day_old_is_forgotten_by_a_call_and_cleared_away_later(ledger: Ledger) -> None:
    answered(ledger, "k", about("anna"))
    answered(ledger, "crowd", about(*map(str, range(9))))
    ledger.repeats.begin("crm", "other", b"", at=NOW + RETENTION_SECONDS)
    rows = ledger._quick.rows
    assert kept_answers(ledger.path) == [] and len(rows("SELECT 1 FROM kept_contents")) == 2
    ledger.privacy.clear()
    assert rows("SELECT 1 FROM kept_contents") == rows("SELECT 1 FROM answers_about") == []
    assert rows("SELECT 1 FROM answers_about_crowds") == []
