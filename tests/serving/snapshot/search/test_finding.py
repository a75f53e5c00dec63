"""A customer is found by any part of any of their numbers, of their name or their address, in capitals or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.customers.contact_details import ContactDetail, ContactDetails
from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from features.store.pack import TextColumn
from serving.ledger.privacy import Withheld
from serving.snapshot.reading import Snapshot
from serving.snapshot.search.customer_names import NO_NAMES, CustomerNames
from serving.snapshot.search.finding import keys_of

NUMBERS = ["A-12", "B-120", "B-121", "C-7", "anna", "ANNA", "Ärger", "straße", "x12a"]


def known(
    snapshot: Snapshot, numbers: list[str], other: OtherIds = NO_OTHER_IDS, **more: object
) -> Snapshot:
    sorted_numbers = sorted(numbers, key=lambda one: one.encode())
    return replace(snapshot, customer_ids=TextColumn.of(sorted_numbers), other_ids=other, **more)  # type: ignore[arg-type]


def found(
    snapshot: Snapshot, text: str, most: int = 50, names: CustomerNames = NO_NAMES
) -> list[str]:
    return [snapshot.customer_ids[key] for key in keys_of(snapshot, text, most, names)]


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
    assert found(plain, "anNA") == ["ANNA", "anna"] and found(plain, "ä-1") == ["A-12"]


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
        assert set(keys_of(snapshot, str(text).upper(), 10**6)) == expected


PEOPLE = CustomerNames(
    ContactDetails.of(
        {
            "A-12": ContactDetail("Örnberg, Anna", "anna.oe@example.com"),
            "B-120": ContactDetail("Bernd Anna Örn", ""),
            "B-121": ContactDetail("", "BERND@example.com"),
            # Nobody the scores have.
            "Z-9": ContactDetail("Anna Fremd", "fremd@example.com"),
        }
    )
)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Örnberg", ["A-12"]), ("ornberg", ["A-12"]), ("ÖRN", ["A-12", "B-120"]),
        # Words in any order; who is called so in the first place comes first.
        ("anna örnberg", ["A-12"]), ("bern", ["B-120", "B-121"]), ("rn anna", ["A-12", "B-120"]),
        ("oe@example", ["A-12"]), ("example.com", ["A-12", "B-121"]), ("fremd", []), ("anna b-120", []),
        # By numbers before names.
        ("ann", ["ANNA", "anna", "A-12", "B-120"]), ("12", ["A-12", "B-120", "B-121", "x12a"]),
    ],
)  # fmt: skip
def test_names_and_addresses_find_who_is_called_so(
    snapshot: Snapshot, text: str, who: list[str]
) -> None:
    assert found(known(snapshot, NUMBERS), text, names=PEOPLE) == who


def test_nobody_who_was_erased_is_found_by_a_name(snapshot: Snapshot) -> None:
    gone = Withheld(erased=frozenset({"A-12"}), objected=frozenset())
    made = known(snapshot, NUMBERS, withheld=gone)
    assert found(made, "Örn", names=PEOPLE) == ["B-120"]
    assert found(made, "anna.oe", names=PEOPLE) == []


def test_a_number_that_is_written_otherwise_is_found_by_how_tables_write_it(
    snapshot: Snapshot,
) -> None:
    made = known(snapshot, NUMBERS)
    assert keys_of(made, "No. 7", 5, PEOPLE, number="C-7") == [made.find("C-7")]


def test_where_no_table_says_what_anybody_is_called_numbers_alone_are_sought(
    snapshot: Snapshot,
) -> None:
    assert found(known(snapshot, NUMBERS), "Örnberg", names=NO_NAMES) == []


@pytest.mark.parametrize("text", ["\u0301", " \u0308 ", "\ud800", "\u200b\u0301"])
def test_what_is_no_letter_by_itself_finds_nobody(snapshot: Snapshot, text: str) -> None:
    assert found(known(snapshot, NUMBERS), text, names=PEOPLE) == []
    assert found(known(snapshot, []), text, names=NO_NAMES) == []
