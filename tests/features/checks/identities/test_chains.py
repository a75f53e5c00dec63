"""Whose an id is in the end, whatever the order in which it is told."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.checks.identities.chains import ends_of


@pytest.mark.parametrize(
    ("says", "ends"),
    [
        pytest.param({}, {}, id="nobody"),
        pytest.param({"a": "a"}, {}, id="an id that is its own"),
        pytest.param({"a": "b"}, {"a": "b"}, id="one step"),
        pytest.param({"c": "b", "b": "a"}, {"c": "a", "b": "a"}, id="two steps"),
        pytest.param({"a": "b", "b": "b"}, {"a": "b"}, id="an end that is told as its own"),
        pytest.param({"b": "a", "a": "b"}, {"b": "a"}, id="a circle"),
        pytest.param({"x": "c", "c": "d", "d": "c"}, {"x": "c", "d": "c"}, id="into a circle"),
        pytest.param({"10": "9", "9": "10"}, {"9": "10"}, id="a circle of numbers, by their texts"),
    ],
)
def test_an_id_is_that_of_the_end_of_its_chain(says: dict[str, str], ends: dict[str, str]) -> None:
    for order in itertools.permutations(says.items()):
        assert ends_of(dict(order)) == ends


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")))
def test_two_ids_are_one_person_where_a_way_joins_them_and_only_there(says: dict[str, str]) -> None:
    ends = ends_of(says)
    for one, end in ends.items():
        assert one != end and end not in ends
    joined = {letter: {letter} for letter in "abcdefgh"}
    for one, other in says.items():
        together = joined[one] | joined[other]
        for letter in together:
            joined[letter] = together
    for one, other in itertools.combinations("abcdefgh", 2):
        assert (ends.get(one, one) == ends.get(other, other)) == (other in joined[one])


def test_a_chain_of_ten_thousand_has_one_end() -> None:
    says = {str(one): str(one + 1) for one in range(10_000)}
    assert set(ends_of(says).values()) == {"10000"}
