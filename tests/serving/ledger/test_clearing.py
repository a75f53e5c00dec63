"""What is left of the erased is deleted step by step, whatever breaks off, and nothing is written of them meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from serving.ledger.clearing import (
    ANSWERS_AT_ONCE,
    CUSTOMERS_AT_ONCE,
    LONG_REST_SECONDS,
    REST_SECONDS,
)
from serving.ledger.decisions import Decision
from serving.ledger.ledger import Ledger
from serving.ledger.privacy import Withheld
from tests.holding import files_holding, kept_answers
from tests.serving.ledger.test_privacy import answer_about, filled, holders


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def contents(ledger: Ledger) -> int:
    """How many answers are kept, whether anybody can read them or not."""
    with closing(sqlite3.connect(ledger.path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM kept_contents").fetchone()
    return int(count)


class Killed(Exception):
    """What stands for a kill between two steps."""


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_erasure_that_was_broken_off_is_gone_on_with(
    ledger: Ledger, tmp_path: Path, steps: int
) -> None:
    people = [f"<{number}>" for number in range(2 * CUSTOMERS_AT_ONCE + 1)]
    ledger.append([Decision(f"d {one}", one, "ok", 0.5, "1", "m", 1, 2) for one in people])
    ledger.job_files.ask("j", people)
    done: list[float] = []

    def rest(seconds: float) -> None:
        done.append(seconds)
        if len(done) > steps:
            raise Killed

    ledger.privacy._rest = rest
    with pytest.raises(Killed):
        ledger.privacy.erase(people, at=1)
    again = Ledger(tmp_path / "ledger.db")
    assert again.privacy.withheld.erased == set(people)
    assert again.privacy.erased_among(people) == set(people)
    assert again.privacy.finish(frozenset(), at=2) == [] and again.privacy.pending() == 1
    again.privacy.clear()
    assert {name for one in people for name in holders(again, one)} == {"to_be_erased"}
    assert len(again.privacy.finish(frozenset(), at=3)) == 1
    again.close()
    assert files_holding(tmp_path, "<7>") == []


def test_others_are_let_in_after_every_step_that_takes_long(ledger: Ledger) -> None:
    for key in map(str, range(ANSWERS_AT_ONCE + 1)):
        ledger.repeats.begin("crm", key, b"", at=1)
        ledger.repeats.end("crm", key, answer_about("anna"))
    done: list[float] = []
    ledger.privacy._rest = done.append
    ledger.privacy.erase(["anna"], at=1)
    # The keys and the customer.
    assert done == [REST_SECONDS, REST_SECONDS]
    assert kept_answers(ledger.path) == [] and contents(ledger) == ANSWERS_AT_ONCE + 1
    done.clear()
    ledger.privacy.clear()
    # Whom the answers spoke of, which is soon done; then two lots of contents.
    assert done[-2:] == [LONG_REST_SECONDS, LONG_REST_SECONDS]
    assert set(done[:-2]) == {0} and contents(ledger) == 0


def test_of_somebody_who_was_erased_meanwhile_nothing_is_written(ledger: Ledger) -> None:
    ledger.privacy.erase(["anna"], at=1)
    for one in ("anna", "bert"):
        filled(ledger, one)
    assert holders(ledger, "anna") == {"to_be_erased"}
    assert holders(ledger, "bert") == {
        *("decisions", "offer_decisions", "events", "objections", "kept_contents"),
        *("campaign_members", "campaign_outcomes"),
    }


def test_an_objection_of_somebody_who_was_erased_is_answered_and_kept_nowhere(
    ledger: Ledger,
) -> None:
    ledger.privacy.erase(["anna"], at=1, ignore_case=True)
    ledger.privacy.finish(frozenset(), at=2)
    said = [("anna", True), ("anna", False), ("bert", True)]
    assert ledger.privacy.decide(said, at=3) == [True, False, True]
    assert ledger.privacy.decide([("ANNA", True)], at=3, ignore_case=True) == [True]
    assert ledger.privacy.withheld == Withheld(frozenset({"bert"}))


def test_who_is_withheld_is_read_again_after_a_demand_and_not_after_every_write(
    ledger: Ledger, tmp_path: Path
) -> None:
    with closing(Ledger(tmp_path / "ledger.db")) as other:
        before = other.privacy.withheld
        ledger.append([Decision("d", "anna", "ok", 0.5, "1", "m", 1, 2)])
        assert other.privacy.withheld is before
        ledger.privacy.decide([("anna", True)], at=1)
        assert other.privacy.withheld == Withheld(frozenset({"anna"}))


def test_an_erasure_of_an_older_version_is_gone_on_with(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.executescript("""
            CREATE TABLE erasures (erasure_id TEXT PRIMARY KEY, status TEXT NOT NULL,
                customers INTEGER NOT NULL, requested_at INTEGER NOT NULL, done_at INTEGER);
            CREATE TABLE to_be_erased (erasure_id TEXT, customer_id TEXT,
                PRIMARY KEY (erasure_id, customer_id));
            INSERT INTO erasures VALUES ('e', 'pending', 1, 1, NULL);
            INSERT INTO to_be_erased VALUES ('e', 'anna');
        """)
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        privacy = ledger.privacy
        assert privacy.erased_among(["anna"]) == privacy.withheld.erased == {"anna"}
        assert privacy.finish(frozenset(), at=2) == []
        privacy.clear()
        assert privacy.finish(frozenset(), at=2) == ["e"]
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        indexes = connection.execute("PRAGMA index_list(to_be_erased)").fetchall()
    assert "ix_to_be_erased_customer_id" in {name for _, name, *_ in indexes}
