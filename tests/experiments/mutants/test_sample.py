"""A seed draws the same mutants again, and more of those that weigh more."""

from __future__ import annotations

from experiments.mutants.mutant import Spot
from experiments.mutants.sample import WEIGHTS, drawn, room_of, weight_of

HEAVY = [Spot("heavy.py", "AddNot", number, 1, f"heavy-{number}") for number in range(300)]
LIGHT = [Spot("light.py", "AddNot", number, 1, f"light-{number}") for number in range(300)]


def weight(place: Spot) -> float:
    return 4.0 if place.file == "heavy.py" else 1.0


def test_a_seed_draws_the_same_and_another_seed_others() -> None:
    first = drawn(HEAVY + LIGHT, 50, 1, weight)
    assert drawn(LIGHT + HEAVY, 50, 1, weight) == first and len(set(first)) == 50
    assert drawn(HEAVY + LIGHT, 50, 2, weight) != first


def test_what_weighs_four_times_as_much_is_drawn_about_four_times_as_often() -> None:
    heavy = [place for place in drawn(HEAVY + LIGHT, 100, 1, weight) if place.file == "heavy.py"]
    # 80 of 100 are expected, and 4 is the deviation of a hundred such draws.
    assert 64 <= len(heavy) <= 96


def test_the_sample_stays_where_other_code_comes_or_goes() -> None:
    few = set(drawn(HEAVY, 30, 1, weight))
    more = drawn(HEAVY + LIGHT, 40, 1, weight)
    kept = [place for place in more if place.file == "heavy.py"]
    assert set(kept) <= set(drawn(HEAVY, 40, 1, weight)) and few & set(kept)


def test_all_are_drawn_where_there_are_no_more() -> None:
    assert len(drawn(HEAVY, 1_000, 1, weight)) == 300


def test_a_file_weighs_what_it_is_given_itself_or_else_its_room_or_else_one() -> None:
    assert weight_of("features/company/erased.py") == WEIGHTS["features/company/erased.py"] == 8
    assert weight_of("features/company/workspace.py") == WEIGHTS["features/company"] == 3
    assert weight_of("serving/pages/figures.py") == 1


def test_a_family_is_a_room_of_its_own() -> None:
    assert room_of("training/families/offers/uplift/qini.py") == "training/families/offers"
    assert room_of("training/families/child.py") == "training/families"
    assert room_of("serving/offers/allocation/prices.py") == "serving/offers"
    assert room_of("regulars/keys.py") == "regulars"
