"""What is stored of a password tells it from every other one and gives it away to nobody."""

from __future__ import annotations

from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher, Type, extract_parameters
from argon2.low_level import hash_secret

from features.vocabulary.errors import UsageRefused
from serving.ledger.accounts.passwords import (
    hash_of,
    is_password,
    needs_new_hash,
    require_password,
)

GOOD = "correct horse battery"


def test_a_password_is_itself_and_no_other() -> None:
    stored = hash_of(GOOD)
    assert is_password(stored, GOOD)
    for other in ("", GOOD[:-1], f"{GOOD} ", GOOD.upper(), "wrong horse battery"):
        assert not is_password(stored, other)


def test_stored_is_argon2id_with_46_mib_and_a_salt_of_its_own() -> None:
    first, second = hash_of(GOOD), hash_of(GOOD)
    assert first != second and GOOD not in first
    assert extract_parameters(first) == Parameters(
        type=Type.ID, version=19, salt_len=16, hash_len=32, time_cost=1, memory_cost=47_104, parallelism=1
    )  # fmt: skip


def test_where_there_is_no_password_as_much_is_worked_out_and_none_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked_on: list[str | bytes] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> Literal[True]:
        worked_on.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    for tried in ("", GOOD, "A" * 32):
        assert not is_password("", tried)
    expected = extract_parameters(hash_of(GOOD))
    assert [extract_parameters(str(one)) for one in worked_on] == [expected] * 3
    assert not is_password("not a hash", GOOD)


def test_a_letter_is_the_same_however_a_keyboard_composes_it() -> None:
    assert is_password(hash_of("Gru\u0308ne Wiese im Mai"), "Gr\u00fcne Wiese im Mai")


def test_a_hash_of_weaker_parameters_is_made_anew() -> None:
    weaker = hash_secret(GOOD.encode(), b"s" * 16, 1, 1_024, 1, 32, Type.ID).decode()
    assert is_password(weaker, GOOD) and needs_new_hash(weaker)
    assert not needs_new_hash(hash_of(GOOD))


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("", "0 characters"),
        ("elevenchars", "11 characters"),
        ("k" * 201, "201 characters"),
        ("abababababab", "fewer than five"),
        ("my name is ANNA ok", "the name"),
        ("\ufb01" * 5, "10 characters"),
    ],
)
def test_what_is_easily_guessed_is_refused_and_not_repeated(password: str, found: str) -> None:
    with pytest.raises(UsageRefused, match=found) as refused:
        require_password(password, "anna")
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize("password", ["abcdeabcdeab", "k" * 196 + "abcd", "twelve chars"])
def test_twelve_characters_of_any_kind_will_do(password: str) -> None:
    require_password(password, "anna")
    require_password("my name is ann", "an")
