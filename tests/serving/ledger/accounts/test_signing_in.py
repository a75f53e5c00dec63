"""Signing in by name and password: who guesses waits, and keeps nobody else from it."""

from __future__ import annotations

import sqlite3

import pytest

from serving.ledger.accounts import signing_in
from serving.ledger.accounts.accounts import UserAccount
from serving.ledger.accounts.passwords import is_password
from serving.ledger.accounts.signing_in import SignInOrigin, TriedTooOften, wait_seconds
from serving.ledger.ledger import Ledger

PASSWORD, HOME, ELSEWHERE = (
    "correct horse battery",
    SignInOrigin("10.0.0.1"),
    SignInOrigin("10.0.0.2"),
)


@pytest.fixture
def anna(ledger: Ledger) -> UserAccount:
    return ledger.accounts.create("anna", "", "marketer", PASSWORD, at=1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that are tried, each with a hundredth of the work: what is asked of them stays as it is."""
    found: list[str] = []

    def quick(stored: str, password: str) -> bool:
        found.append(stored)
        return is_password(stored, password)

    monkeypatch.setattr(signing_in, "is_password", quick)
    return found


def fail(ledger: Ledger, name: str, origin: SignInOrigin, *, times: int, at: int) -> None:
    for _ in range(times):
        assert ledger.signing_in.account_of(name, "wrong", origin, at=at) is None


def test_a_name_and_its_password_are_an_account(ledger: Ledger, anna: UserAccount) -> None:
    assert ledger.signing_in.account_of(" ANNA", PASSWORD, HOME, at=2) == anna
    assert ledger.signing_in.account_of("anna", f"{PASSWORD}.", HOME, at=2) is None
    assert ledger.signing_in.account_of("bert", PASSWORD, HOME, at=2) is None


def test_names_that_are_not_there_are_worked_on_as_long_and_answered_alike(
    ledger: Ledger, anna: UserAccount, asked: list[str]
) -> None:
    ledger.accounts.create("linked", "", "marketer", None, at=1)
    ledger.accounts.create("gone", "", "marketer", PASSWORD, at=1)
    ledger.accounts.disable("gone", at=1)
    for name in ("nobody", "linked", "gone", "anna", "", "x\ny"):
        assert ledger.signing_in.account_of(name, "wrong one", HOME, at=2) is None
    assert ledger.signing_in.account_of("gone", PASSWORD, HOME, at=2) is None
    assert asked == ["", "", "", anna.password, "", "", ""]


def test_who_fails_five_times_waits_longer_and_longer_for_names_there_are_and_others(
    ledger: Ledger, anna: UserAccount
) -> None:
    for name in ("anna", "nobody"):
        fail(ledger, name, HOME, times=5, at=100)
        with pytest.raises(TriedTooOften) as waits:
            ledger.signing_in.account_of(name, PASSWORD, HOME, at=100)
        assert waits.value.come_again_seconds == 1
        fail(ledger, name, HOME, times=1, at=101)
        with pytest.raises(TriedTooOften) as waits:
            ledger.signing_in.account_of(name, PASSWORD, HOME, at=102)
        assert waits.value.come_again_seconds == 1
        # Whoever asks meanwhile waits no longer for it.
        fail(ledger, name, HOME, times=1, at=103)


def test_nobody_waits_longer_than_a_quarter_of_an_hour() -> None:
    assert max(wait_seconds(failures) for failures in range(10_000)) == 900
    assert [wait_seconds(failures) for failures in (0, 4, 5, 8)] == [0, 0, 1, 8]


def test_who_tries_while_they_wait_is_not_told_whether_the_password_was_right(
    ledger: Ledger, anna: UserAccount, asked: list[str]
) -> None:
    fail(ledger, "anna", HOME, times=5, at=100)
    asked.clear()
    with pytest.raises(TriedTooOften):
        ledger.signing_in.account_of("anna", PASSWORD, HOME, at=100)
    assert asked == []


def test_failing_from_elsewhere_keeps_nobody_from_signing_in(
    ledger: Ledger, anna: UserAccount
) -> None:
    fail(ledger, "anna", ELSEWHERE, times=5, at=100)
    assert ledger.signing_in.account_of("anna", PASSWORD, HOME, at=100) == anna


def test_a_browser_that_signed_in_before_is_not_kept_out_by_its_neighbours(
    ledger: Ledger, anna: UserAccount
) -> None:
    """Behind one address, such as a proxy's, everybody else may fail as often as they like."""
    own = SignInOrigin(HOME.address, ledger.signing_in.new_device(anna))
    fail(ledger, "anna", HOME, times=5, at=100)
    assert ledger.signing_in.account_of("anna", PASSWORD, own, at=100) == anna


def test_what_is_left_in_a_browser_counts_for_its_own_account_alone(
    ledger: Ledger, anna: UserAccount
) -> None:
    bert = ledger.accounts.create("bert", "", "admin", PASSWORD, at=1)
    device = ledger.signing_in.new_device(anna)
    nonce, _, seal = device.partition(".")
    fail(ledger, "bert", HOME, times=5, at=100)
    for another in (
        device,
        f"other.{seal}",
        f"{nonce}.",
        nonce,
        "",
        ".",
        "é.ü",
        f"{nonce}.{seal}0",
    ):
        with pytest.raises(TriedTooOften):
            ledger.signing_in.account_of(
                "bert", PASSWORD, SignInOrigin(HOME.address, another), at=100
            )
    own = SignInOrigin(HOME.address, ledger.signing_in.new_device(bert))
    assert ledger.signing_in.account_of("bert", PASSWORD, own, at=100) == bert


def test_a_stolen_browser_waits_as_well(ledger: Ledger, anna: UserAccount) -> None:
    own = SignInOrigin(HOME.address, ledger.signing_in.new_device(anna))
    fail(ledger, "anna", own, times=5, at=100)
    with pytest.raises(TriedTooOften):
        ledger.signing_in.account_of("anna", PASSWORD, own, at=100)
    assert ledger.signing_in.account_of("anna", PASSWORD, HOME, at=100) == anna


def test_signing_in_and_a_day_of_silence_are_a_new_beginning(
    ledger: Ledger, anna: UserAccount
) -> None:
    fail(ledger, "anna", HOME, times=4, at=100)
    assert ledger.signing_in.account_of("anna", PASSWORD, HOME, at=100) == anna
    fail(ledger, "anna", HOME, times=5, at=100)
    fail(ledger, "anna", HOME, times=5, at=100 + 86_400)


def test_of_who_failed_no_name_and_no_address_is_stored(ledger: Ledger, anna: UserAccount) -> None:
    fail(ledger, "my-password-by-mistake", HOME, times=1, at=1)
    fail(ledger, "anna", HOME, times=1, at=1)
    with sqlite3.connect(ledger.path) as connection:
        rows = connection.execute("SELECT pair, failures, last_at FROM failed_sign_ins").fetchall()
    assert sorted(failures for _, failures, _ in rows) == [1, 1]
    assert all(len(pair) == 64 and int(pair, 16) for pair, _, _ in rows)
    ledger.signing_in.account_of("anna", PASSWORD, HOME, at=86_401)
    with sqlite3.connect(ledger.path) as connection:
        assert connection.execute("SELECT count(*) FROM failed_sign_ins").fetchone() == (0,)


def test_a_hash_of_earlier_parameters_is_stored_anew_at_the_next_sign_in(
    ledger: Ledger, anna: UserAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = ledger.sessions.begin(account_id=anna.account_id, at=2)
    monkeypatch.setattr(signing_in, "needs_new_hash", lambda stored: True)
    assert ledger.signing_in.account_of("anna", PASSWORD, HOME, at=2) == anna
    again = ledger.accounts.required("anna")
    assert again.password != anna.password and is_password(again.password, PASSWORD)
    assert ledger.sessions.find(session, at=3) is not None
