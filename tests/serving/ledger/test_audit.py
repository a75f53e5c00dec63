"""Every call for people's data is on record before it is answered, and no edit of the record goes unseen."""

from __future__ import annotations

import hashlib
import hmac
import random
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.ledger.ledger import Ledger
from tests.serving.calling import Caller, Service

CALLS = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger with a dozen recorded calls."""
    ledger = Ledger(tmp_path / "ledger.db")
    for at in range(CALLS):
        ledger.audit.note(
            at=at,
            caller=f"key{at % 3}",
            method="POST",
            route="/v1/score",
            correlation_id=f"{at:016x}",
            about=ledger.unreadable(["anna", f"c{at}"]),
        )
    assert ledger.audit.verify() == (CALLS, "")
    ledger.close()
    return tmp_path


def verified(folder: Path) -> tuple[int, str]:
    ledger = Ledger(folder / "ledger.db")
    try:
        return ledger.audit.verify()
    finally:
        ledger.close()


def edited(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "ledger.db") as connection:
        for one in statements:
            connection.execute(one)
    connection.close()


def _change(draw: random.Random) -> list[str]:
    column, value = draw.choice(
        [("at", "at + 1"), ("caller", "'somebody'"), ("route", "'/v1/models'"), ("method", "'GET'"),
         ("correlation_id", "'0'"), ("seal", "'f'"), ("about", "x''"), ("about", "x'0011223344556677'")]
    )  # fmt: skip
    return [f"UPDATE audit SET {column} = {value} WHERE number = {draw.randint(1, CALLS)}"]


def _delete(draw: random.Random) -> list[str]:
    return [f"DELETE FROM audit WHERE number = {draw.randint(1, CALLS)}"]


def _swap(draw: random.Random) -> list[str]:
    first, other = draw.sample(range(1, CALLS + 1), 2)
    return [
        f"UPDATE audit SET number = -1 WHERE number = {first}",
        f"UPDATE audit SET number = {first} WHERE number = {other}",
        f"UPDATE audit SET number = {other} WHERE number = -1",
    ]


def _cut(draw: random.Random) -> list[str]:
    return [f"DELETE FROM audit WHERE number > {draw.randint(0, CALLS - 1)}"]


def _insert(draw: random.Random) -> list[str]:
    return [
        "INSERT INTO audit SELECT max(number) + 1, 1, 'x', 'POST', '/v1/score', '1', "
        "max(seal), x'' FROM audit"
    ]


def _empty(_: random.Random) -> list[str]:
    return ["DELETE FROM audit"]


def _before_the_first(draw: random.Random) -> list[str]:
    return [
        f"INSERT INTO audit VALUES ({-draw.randint(0, 9)}, 1, 'x', 'POST', '/v1/score', '1', 'f', x'')"
    ]


def _reseal(draw: random.Random) -> list[str]:
    """Change a row and seal it and all after it by the plain hash that needs no key."""
    changed, before, statements = draw.randint(1, CALLS), "0" * 64, []
    for number in range(1, CALLS + 1):
        at = number - 1
        caller = "nobody" if number == changed else f"key{at % 3}"
        said = f"{before}\n{number}\n{at}\n{caller}\nPOST\n/v1/score\n{at:016x}"
        before = hashlib.sha256(said.encode()).hexdigest()
        statements.append(
            f"UPDATE audit SET caller = '{caller}', seal = '{before}', about = x'' WHERE number = {number}"
        )
    return statements


WAYS = [_change, _delete, _swap, _cut, _insert, _empty, _before_the_first, _reseal]


@pytest.mark.slow
@pytest.mark.parametrize("later", [0, 1, 3])
@pytest.mark.parametrize("how", WAYS)
def test_a_thousand_changes_to_the_record_are_found(
    folder: Path, how: Callable[[random.Random], list[str]], later: int
) -> None:
    found_whatever_is_done(folder, how, later, range(3, 45))


@pytest.mark.parametrize("later", [0, 1])
@pytest.mark.parametrize("how", WAYS)
def test_whatever_is_done_to_the_record_is_found_also_after_later_calls(
    folder: Path, how: Callable[[random.Random], list[str]], later: int
) -> None:
    found_whatever_is_done(folder, how, later, range(3))


def found_whatever_is_done(
    folder: Path, how: Callable[[random.Random], list[str]], later: int, seeds: range
) -> None:
    for seed in seeds:
        copy = folder / f"copy{seed}"
        copy.mkdir()
        for one in folder.glob("ledger*"):
            shutil.copy2(one, copy)
        edited(copy, *how(random.Random(seed)))
        called(copy, later)
        sound, wrong = verified(copy)
        assert wrong and sound <= CALLS, (how, seed)
        shutil.rmtree(copy)


def called(folder: Path, times: int) -> None:
    """So many further calls."""
    ledger = Ledger(folder / "ledger.db")
    for at in range(times):
        ledger.audit.note(at=at, caller="k", method="GET", route="/churn", correlation_id="1")
    ledger.close()


@pytest.mark.parametrize("what", ["ledger.head", "ledger.seal"])
def test_a_file_beside_the_database_that_is_gone_is_never_made_good_in_silence(
    folder: Path, what: str
) -> None:
    (folder / what).unlink()
    edited(folder, "DELETE FROM audit WHERE number > 4")
    for _ in range(3):
        assert verified(folder)[1]
        called(folder, 2)


def test_a_process_that_dies_before_it_says_where_the_record_ends_breaks_nothing(
    folder: Path,
) -> None:
    before = (folder / "ledger.head").read_bytes()
    called(folder, 2)
    (folder / "ledger.head").write_bytes(before)
    assert verified(folder) == (CALLS + 2, "")
    called(folder, 1)
    assert verified(folder) == (CALLS + 3, "")


def test_a_record_with_plain_hashes_goes_on_by_the_key(folder: Path) -> None:
    edited(folder, *_reseal(random.Random(0)))
    with sqlite3.connect(folder / "ledger.db") as connection:
        (seal,) = connection.execute("SELECT seal FROM audit WHERE number = ?", (CALLS,)).fetchone()
    connection.close()
    (folder / "ledger.head").write_text(f"{CALLS:020d} {seal}\n", encoding="ascii")
    (folder / "ledger.seal").unlink()
    assert verified(folder) == (CALLS, "")
    called(folder, 2)
    assert verified(folder) == (CALLS + 2, "")
    edited(folder, *_reseal(random.Random(1)))
    assert verified(folder)[0] == CALLS


def test_key_and_anchor_are_readable_by_their_owner_alone(folder: Path) -> None:
    for name in ("ledger.head", "ledger.seal"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_calls_for_peoples_data_are_recorded_and_others_are_not(
    service: Service, caller: Caller
) -> None:
    caller.get("/v1/version")
    caller.score(customer_id="nobody")
    caller.post("/v1/score", json={})
    service.browser().get("/churn")
    rows = service.models_in_use.ledger.audit.rows(most=10)
    assert [(one.method, one.route) for one in rows] == [
        ("GET", "/churn"),
        ("POST", "/v1/score"),
        ("POST", "/v1/score"),
    ]
    key = service.models_in_use.ledger.list_keys()[0].key_id
    assert [one.caller for one in rows] == ["session", key, key]
    assert service.models_in_use.ledger.audit.verify()[1] == ""


def test_two_processes_seal_one_chain(tmp_path: Path) -> None:
    first, second = (Ledger(tmp_path / "ledger.db") for _ in range(2))
    for at in range(6):
        (first, second)[at % 2].audit.note(
            at=at, caller="k", method="POST", route="/v1/score", correlation_id="1"
        )
    assert first.audit.verify() == second.audit.verify() == (6, "")
    first.close()
    second.close()


def test_many_writers_at_once_seal_one_chain(tmp_path: Path) -> None:
    ledgers = [Ledger(tmp_path / "ledger.db") for _ in range(3)]
    with ThreadPoolExecutor(6) as threads:
        list(
            threads.map(
                lambda at: ledgers[at % 3].audit.note(
                    at=at, caller="k", method="GET", route="/churn", correlation_id="1"
                ),
                range(60),
            )
        )
    assert ledgers[0].audit.verify() == (60, "")
    for ledger in ledgers:
        ledger.close()


@pytest.mark.parametrize("size", [1, 2, CALLS - 1, CALLS, CALLS + 1])
def test_the_record_is_whole_however_many_rows_are_read_at_once(folder: Path, size: int) -> None:
    ledger = Ledger(folder / "ledger.db")
    assert ledger.audit.verify(at_once=size) == (CALLS, "")
    ledger.close()
    with sqlite3.connect(folder / "ledger.db") as connection:
        connection.execute("UPDATE audit SET route = '/v1/items' WHERE number = ?", (CALLS,))
    ledger = Ledger(folder / "ledger.db")
    found = ledger.audit.verify(at_once=size)
    assert found == (CALLS - 1, f"row {CALLS} is not as it was written")
    ledger.close()


def test_the_latest_calls_are_told_newest_first_and_so_many(folder: Path) -> None:
    ledger = Ledger(folder / "ledger.db")
    for most in (0, 1, 5, CALLS, CALLS + 1):
        told = ledger.audit.rows(most=most)
        assert [one.number for one in told] == list(range(CALLS, 0, -1))[:most]
    last, first = told[0], told[-1]
    assert (last.at, last.caller, last.method, last.route) == (11, "key2", "POST", "/v1/score")
    assert (first.at, first.caller, first.correlation_id) == (0, "key0", "0" * 16)
    ledger.close()


def test_a_seal_is_over_the_row_and_the_seal_before_it(folder: Path) -> None:
    key, first = (folder / "ledger.seal").read_text(encoding="ascii").split()
    assert first == "1"
    ledger, before = Ledger(folder / "ledger.db"), "0" * 64
    for at, row in enumerate(reversed(ledger.audit.rows(most=CALLS))):
        said = f"{before}\n{at + 1}\n{at}\nkey{at % 3}\nPOST\n/v1/score\n{at:016x}"
        said += f"\n{row.about.hex()}"
        before = hmac.new(bytes.fromhex(key), said.encode(), "sha256").hexdigest()
        assert row.seal == before
    ledger.close()


@pytest.mark.parametrize(("cut", "sound"), [(0, CALLS), (1, CALLS - 1), (CALLS, 0)])
def test_a_tail_that_was_cut_off_is_missed(folder: Path, cut: int, sound: int) -> None:
    edited(folder, f"DELETE FROM audit WHERE number > {CALLS - cut}")
    wrong = f"rows behind row {sound} are missing" if cut else ""
    assert verified(folder) == (sound, wrong)


def test_a_row_that_is_missing_inside_is_named(folder: Path) -> None:
    edited(folder, "DELETE FROM audit WHERE number = 4")
    assert verified(folder) == (3, "row 4 is missing")


def test_a_record_nobody_wrote_in_is_whole(tmp_path: Path) -> None:
    assert verified(tmp_path) == (0, "")


def let_go(folder: Path, before: int, at_once: int = 2) -> list[int]:
    ledger = Ledger(folder / "ledger.db")
    try:
        return list(ledger.audit.let_go(before=before, at_once=at_once))
    finally:
        ledger.close()


def test_calls_that_are_too_old_are_let_go_and_the_record_begins_behind_them(folder: Path) -> None:
    assert let_go(folder, 0) == []
    assert let_go(folder, 5) == [2, 2, 1]
    assert verified(folder) == (CALLS - 5, "")
    assert let_go(folder, 5) == []
    edited(folder, "DELETE FROM audit WHERE number = 6")
    assert verified(folder) == (0, "row 6 is missing")


def test_the_last_call_stays_so_that_the_next_is_sealed_behind_it(folder: Path) -> None:
    assert sum(let_go(folder, 10**9)) == CALLS - 1
    ledger = Ledger(folder / "ledger.db")
    ledger.audit.note(at=99, caller="k", method="GET", route="/v1/models", correlation_id="c")
    assert ledger.audit.verify() == (2, "")
    ledger.close()


def test_nothing_that_is_not_as_it_was_written_is_let_go(folder: Path) -> None:
    edited(folder, "UPDATE audit SET caller = 'somebody' WHERE number = 3")
    assert sum(let_go(folder, 10)) == 2
    assert verified(folder) == (0, "row 3 is not as it was written")
    edited(
        folder,
        "INSERT INTO audit SELECT 0, at, caller, method, route, correlation_id, seal, about FROM audit WHERE number = 4",
    )
    assert let_go(folder, 10) == [1]


def test_nothing_is_let_go_where_nobody_knows_any_more_where_the_record_ends(folder: Path) -> None:
    ledger = Ledger(folder / "ledger.db")
    (folder / "ledger.head").write_bytes(b"")
    assert list(ledger.audit.let_go(before=10**9)) == []
    assert len(ledger.audit.rows(most=CALLS + 1)) == CALLS
    ledger.close()


def test_a_letting_go_that_was_broken_off_is_gone_on_with(folder: Path) -> None:
    before = (folder / "ledger.db").read_bytes()
    let_go(folder, 5)
    (folder / "ledger.db").write_bytes(before)
    assert verified(folder) == (CALLS - 5, "")
    assert sum(let_go(folder, 5)) == 5
    assert verified(folder) == (CALLS - 5, "")
