"""Offers that can be decided about, and those that are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.vocabulary.errors import DataRefused
from training.families.offers.exposures.terms import Offer, Offers, read_offers

BREAD = Offer("bread", "10% off bread", 300, 50, discount=0.1)


def test_offers_stand_by_their_number_and_are_found_by_it() -> None:
    offers = Offers.of([replace(BREAD, offer_id="b"), replace(BREAD, offer_id="a")])
    assert [one.offer_id for one in offers.listed] == ["a", "b"]
    assert offers.place("b") == 1 and offers.place("c") == -1
    assert Offers.from_list(offers.to_list()) == offers


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"margin_cents": 0}, "margin above zero"),
        ({"reward_cost_cents": 301}, "no more than the margin"),
        ({"reward_cost_cents": -1}, "no more than the margin"),
        ({"discount": 10.0}, "from 0 to 1"),
        ({"starts_seconds": 200, "ends_seconds": 100}, "end after they begin"),
    ],
)
def test_an_offer_nobody_can_decide_about_is_named(changes: dict[str, float], said: str) -> None:
    with pytest.raises(DataRefused) as raised:
        Offers.of([BREAD, replace(BREAD, offer_id="odd", **changes)])  # type: ignore[arg-type]
    assert said in str(raised.value) and "odd" in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"margin_cents": 1, "reward_cost_cents": 1},
        {"reward_cost_cents": 0},
        {"discount": 0.0},
        {"discount": 1.0},
        {"starts_seconds": 199, "ends_seconds": 200},
        {"ends_seconds": 0},
        {"starts_seconds": 9},
    ],
)
def test_an_offer_on_the_very_limit_can_be_decided_about(changes: dict[str, float]) -> None:
    odd = replace(BREAD, offer_id="odd", **changes)  # type: ignore[arg-type]
    assert Offers.of([odd]).listed == (odd,)


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_seconds": 200, "ends_seconds": 200},
        {"discount": -0.01},
        {"discount": 1.01},
        {"margin_cents": -1, "reward_cost_cents": -1},
    ],
)
def test_an_offer_just_beyond_a_limit_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(DataRefused, match="odd otherwise"):
        Offers.of([replace(BREAD, offer_id="odd", **changes)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "found 0 otherwise"),
        (5, "found 0, 1, 2, 3, 4 otherwise"),
        (6, "found 0, 1, 2, 3, 4 and 1 more otherwise"),
        (8, "found 0, 1, 2, 3, 4 and 3 more otherwise"),
    ],
)
def test_of_many_wrong_offers_five_are_named(count: int, said: str) -> None:
    wrong = [replace(BREAD, offer_id=str(number), margin_cents=0) for number in range(count)]
    with pytest.raises(DataRefused, match=said):
        Offers.of(wrong)


def test_an_offer_told_twice_and_no_offers_at_all_are_refused() -> None:
    with pytest.raises(DataRefused, match="each offer once"):
        Offers.of([BREAD, BREAD])
    with pytest.raises(DataRefused, match="Map the table of offers"):
        Offers.of([])


def test_an_offer_is_valid_from_its_start_on_and_before_its_end() -> None:
    offer = replace(BREAD, starts_seconds=100, ends_seconds=200)
    assert [offer.is_valid(at) for at in (99, 100, 199, 200)] == [False, True, True, False]
    assert BREAD.is_valid(0)


def test_a_stored_table_is_read_with_its_shares_and_cents(tmp_path: Path) -> None:
    table = pa.table(
        {
            "offer_id": ["x"],
            "name": ["X"],
            "discount_milli": [250],
            "margin_cents": [900],
            "reward_cost_cents": [None],
            "unknown": [1],
        }
    )
    pq.write_table(table, tmp_path / "offers.parquet")
    assert read_offers(tmp_path / "offers.parquet") == [Offer("x", "X", 900, discount=0.25)]
