"""Debit and credit beside amounts without a sign: the rarer side is what was given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.proposal.amounts.test_totals import ALL_CENTS, cents
from tests.features.proposal.lines import checked, mapped, proposed, purchases, shop

BACK = round(100 * sum(line["amount"] for line in shop() if line["order"] % 5 == 0))


@pytest.mark.parametrize(
    ("name", "sale", "back"),
    [
        ("S/H", "H", "S"),
        ("Soll/Haben-Kennzeichen", "Haben", "Soll"),
        ("D/C", "C", "D"),
        ("DrCr", "Cr", "Dr"),
        ("Debit or credit", "credit", "debit"),
        ("Af Bij", "Bij", "Af"),
        ("sign", "+", "-"),
    ],
)
def test_the_rarer_side_is_taken_off(tmp_path: Path, name: str, sale: str, back: str) -> None:
    found = proposed(tmp_path, {name: lambda line: back if line["order"] % 5 == 0 else sale})
    assert "-abs(amount)" in mapped(found)["amount"]
    assert any(f'"{back.lower()}"' in remark for remark in purchases(found).remarks)
    assert not checked(found, tmp_path).refused
    assert cents(tmp_path) == ALL_CENTS - 2 * BACK


def test_a_side_whose_amounts_are_below_zero_already_stays(tmp_path: Path) -> None:
    extra = {
        "D/C": lambda line: "D" if line["order"] % 5 == 0 else "C",
        "amount": lambda line: line["amount"] * (-1 if line["order"] % 5 == 0 else 1),
    }
    found = proposed(tmp_path, extra)
    assert "abs(amount)" not in mapped(found)["amount"]


def test_two_sides_of_nearly_the_same_size_tell_nothing(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"D/C": lambda line: "D" if line["order"] % 2 else "C"})
    assert mapped(found)["amount"] == "amount"


@pytest.mark.parametrize(("back", "is_told"), [(24, True), (25, False)])
def test_up_to_three_of_ten_lines_may_be_of_the_rarer_side(
    tmp_path: Path, back: int, is_told: bool
) -> None:
    lines = [{**line, "place": place} for place, line in enumerate(shop()[:80] * 2)][:80]
    extra = {"D/C": lambda line: "D" if line["place"] < back else "C"}
    found = proposed(tmp_path, extra, lines=lines)
    assert ("abs(amount)" in mapped(found)["amount"]) is is_told
