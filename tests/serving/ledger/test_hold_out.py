"""Who is held out: by lot, the lot the secret of the database gives, and as many as the percentage says."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import Ledger

PEOPLE = [f"c{place}" for place in range(2_000)]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def drawn(folder: Path, customer: str, campaign: str) -> float:
    """The lot between 0 and 1, worked out with nothing but the secret in the file."""
    with sqlite3.connect(folder / "ledger.db") as connection:
        ((salt,),) = connection.execute("SELECT salt FROM salts WHERE name = 'hold_out'")
    said = f"{campaign}\n{customer}".encode()
    found = hmac.new(bytes.fromhex(salt), said, hashlib.sha256).digest()
    return int.from_bytes(found[:8]) / 2**64


@pytest.mark.parametrize("percent", [1, 10, 50, 99])
def test_whose_lot_is_below_the_percentage_is_held_out(
    ledger: Ledger, tmp_path: Path, percent: int
) -> None:
    for one in PEOPLE[:200]:
        expected = drawn(tmp_path, one, "spring") < percent / 100
        assert ledger.hold_out.holds(one, "spring", percent) is expected


def test_of_nobody_none_and_of_everybody_all_are_held_out(ledger: Ledger) -> None:
    assert not any(ledger.hold_out.holds(one, "spring", 0) for one in PEOPLE)
    assert all(ledger.hold_out.holds(one, "spring", 100) for one in PEOPLE)


def test_as_many_are_held_out_as_the_percentage_says_and_more_of_a_larger_one(
    ledger: Ledger,
) -> None:
    held = {
        percent: {one for one in PEOPLE if ledger.hold_out.holds(one, "spring", percent)}
        for percent in (5, 10, 20)
    }
    # Five times the spread of so many lots.
    for percent, some in held.items():
        spread = (2_000 * percent / 100 * (1 - percent / 100)) ** 0.5
        assert abs(len(some) - 20 * percent) < 5 * spread
    assert held[5] < held[10] < held[20]


def test_who_is_held_out_of_one_campaign_says_nothing_of_another(ledger: Ledger) -> None:
    spring, standing = (
        {one for one in PEOPLE if ledger.hold_out.holds(one, campaign, 50)}
        for campaign in ("spring", STANDING)
    )
    # By chance 500 of 2,000 are in both, with a spread of about 19.
    assert abs(len(spring & standing) - 500) < 100


def test_a_restart_and_another_process_draw_the_same_and_another_company_does_not(
    ledger: Ledger, tmp_path: Path
) -> None:
    def held(opened: Ledger) -> list[bool]:
        return [opened.hold_out.holds(one, "spring", 30) for one in PEOPLE]

    again, elsewhere = Ledger(tmp_path / "ledger.db"), Ledger(tmp_path / "other" / "ledger.db")
    try:
        assert held(again) == held(ledger) != held(elsewhere)
    finally:
        again.close()
        elsewhere.close()


def test_a_lot_is_a_number_from_0_to_1_that_stays(ledger: Ledger, tmp_path: Path) -> None:
    lots = [ledger.hold_out.lot("decision", number) for number in range(2_000)]
    assert all(0 <= one < 1 for one in lots) and len(set(lots)) == 2_000
    assert lots[:50] == [ledger.hold_out.lot("decision", number) for number in range(50)]
    assert abs(sum(lots) / 2_000 - 0.5) < 0.04
    for number in range(50):
        assert abs(lots[number] - drawn(tmp_path, "decision", f"lot {number}")) < 1e-15
    assert ledger.hold_out.lot("another", 0) != lots[0]


def test_a_number_no_text_can_be_made_of_has_a_lot_too(ledger: Ledger) -> None:
    assert ledger.hold_out.holds("\ud800", "spring", 100)
