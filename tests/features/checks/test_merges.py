"""How many ids are how many persons, as it is said and as it is kept."""

from __future__ import annotations

from features.checks.merges import NO_MERGES, Merges


def test_nothing_is_said_where_nobody_is_merged() -> None:
    assert NO_MERGES.sentence == ""


def test_who_waits_is_said_by_itself_too() -> None:
    assert Merges(waiting=2).sentence == "2 wait for their dates"
    assert Merges(1_200, 900).sentence == "1,200 ids are merged into 900 persons"


def test_what_is_kept_are_counts_and_no_name_of_the_merges() -> None:
    people = Merges(3, 2, 1, 86_400, known_as="a hash", has_erased=True)
    assert people.as_dict() == {"ids": 3, "persons": 2, "waiting": 1, "last_since": 86_400}
    assert Merges.of(people.as_dict()) == Merges(3, 2, 1, 86_400)
