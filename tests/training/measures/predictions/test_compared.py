"""A card beside what its predictions give: the same, or by how much not."""

from __future__ import annotations

import math

from training.measures.predictions.compared import compare, places

CARD = {
    "auc": 0.71234568,
    "word": "Good",
    "rows": [{"name": "rule", "auc": 0.6}, {"name": "trees", "auc": 0.7}],
    "none": None,
}


def test_each_figure_stands_beside_the_one_in_its_place() -> None:
    again = {
        "auc": 0.712345678,
        "word": "Good",
        "rows": [{"name": "trees", "auc": 0.7}, {"name": "rule", "auc": 0.6}],
        "none": math.nan,
    }
    found = compare(CARD, again)
    assert [one.place for one in found] == [
        ("auc",),
        ("word",),
        ("rows", "trees", "name"),
        ("rows", "trees", "auc"),
        ("rows", "rule", "name"),
        ("rows", "rule", "auc"),
        ("none",),
    ]
    # Both are told with the eight digits a card has.
    assert all(one.agrees for one in found)


def test_a_difference_beyond_the_ninth_digit_is_told() -> None:
    differ = {"auc": 0.71234569, "word": "Slight gain", "none": 0.5}
    found = {one.place[0]: one for one in compare(CARD, differ)}
    assert not any(one.agrees for one in found.values())
    difference = found["auc"].difference
    assert difference is not None and math.isclose(difference, 1e-8, rel_tol=1e-6)
    assert found["word"].difference is None and found["none"].difference is None
    [near] = compare({"auc": 0.5}, {"auc": 0.5 + 1e-10})
    assert near.agrees


def test_what_a_card_of_before_does_not_tell_is_left_out() -> None:
    assert compare(CARD, {"gini": 0.5, "rows": [{"name": "another", "auc": 0.1}]}) == []


def test_figures_where_the_card_says_that_there_are_none_are_told() -> None:
    [one] = compare({"leavers": None}, {"leavers": {"new": 3}})
    assert (one.place, one.agrees) == (("leavers",), False)


def test_numbers_of_a_card_stand_where_they_are_compared() -> None:
    assert {one.place for one in compare(CARD, CARD)} >= set(places(CARD))
    assert list(places({"word": "Good", "is_new": True, "rows": [{"auc": 1}]})) == [
        ("rows", "1", "auc")
    ]
