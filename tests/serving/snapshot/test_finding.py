"""A customer is found by any part of any of their numbers, in capitals or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from features.store.pack import TextColumn
from serving.ledger.privacy import Withheld
from serving.snapshot.finding import keys_of_number
from serving.snapshot.reading import Snapshot

NUMBERS = ["A-12", "B-120", "B-121", "C-7", "anna", "ANNA", "Ärger", "straße", "x12a"]


def known(
    snapshot: Snapshot, numbers: list[str], other: OtherIds = NO_OTHER_IDS, **more: object
) -> Snapshot:
    sorted_numbers = sorted(numbers, key=lambda one: one.encode())
    return replace(snapshot, customer_ids=TextColumn.of(sorted_numbers), other_ids=other, **more)  # type: ignore[arg-type]


def found(snapshot: Snapshot, text: str, most: int = 50) -> list[str]:
    return [snapshot.customer_ids[key] for key in keys_of_number(snapshot, text, most)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("A-12", ["A-12"]), ("a-12", ["A-12"]), ("c-", ["C-7"]), ("7", ["C-7"]),
        ("12", ["A-12", "B-120", "B-121", "x12a"]), ("b-12", ["B-120", "B-121"]),
        ("anna", ["anna"]), ("Anna", ["ANNA", "anna"]), ("nn", ["ANNA", "anna"]),
        ("ärger", ["Ärger"]), ("ÄRG", ["Ärger"]), ("STRASSE", ["straße"]), ("x12A", ["x12a"]),
        # What ends one number and begins the next is part of neither.
        ("2B", []), ("7A", []), ("0b-1", []), ("zzz", []), ("", []), ("\0", []), ("2\0B", []),
    ],
)  # fmt: skip
def test_any_part_in_any_case_finds_who_has_it(
    snapshot: Snapshot, text: str, who: list[str]
) -> None:
    assert found(known(snapshot, NUMBERS), text) == who


def test_numbers_without_accents_are_found_alike(snapshot: Snapshot) -> None:
    plain = known(snapshot, [one for one in NUMBERS if one.isascii()])
    assert found(plain, "anNA") == ["ANNA", "anna"] and found(plain, "Ä") == []


def test_who_begins_with_it_comes_first_and_no_more_than_are_wanted(snapshot: Snapshot) -> None:
    made = known(snapshot, ["0120", "12", "120", "1200", "9912"])
    assert found(made, "12") == ["12"]
    assert found(made, "120") == ["120"] and found(made, "1") == [
        "12",
        "120",
        "1200",
        "0120",
        "9912",
    ]
    assert found(made, "1", most=2) == ["12", "120"]


def test_a_further_number_finds_the_person_once(snapshot: Snapshot) -> None:
    other = OtherIds.of({"Till-77": "anna", "web-770": "anna", "till-78": "C-7"})
    made = known(snapshot, NUMBERS, other)
    assert found(made, "Till-77") == ["anna"] and found(made, "TILL-78") == ["C-7"]
    assert found(made, "77") == ["anna"] and found(made, "7") == ["C-7", "anna"]


def test_nobody_who_was_erased_is_found(snapshot: Snapshot) -> None:
    other = OtherIds.of({"till-7": "anna"})
    gone = Withheld(erased=frozenset({"anna", "till-7"}), objected=frozenset({"C-7"}))
    made = known(snapshot, NUMBERS, other, withheld=gone)
    assert found(made, "anna") == ["ANNA"] and found(made, "ill-7") == []
    assert found(made, "till-7") == [] and found(made, "C-7") == ["C-7"]


def test_where_nobody_is_known_nobody_is_found(snapshot: Snapshot) -> None:
    assert found(known(snapshot, []), "1") == []


def test_what_is_found_is_what_looking_at_each_number_finds(snapshot: Snapshot) -> None:
    numbers = [one.lower() for one in snapshot.customer_ids]
    for text in np.unique([one[start : start + 3] for one in numbers for start in (0, 3, 5)]):
        expected = {key for key, one in enumerate(numbers) if text in one}
        assert set(keys_of_number(snapshot, str(text).upper(), 10**6)) == expected
