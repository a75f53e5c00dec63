"""By which further ids customers are known: found by any of them, kept on disk as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.store.customers.other_ids import (
    NO_OTHER_IDS,
    OtherIds,
    open_other_ids,
    write_other_ids,
)
from features.vocabulary.errors import WorkspaceRefused

PEOPLE = st.dictionaries(
    st.sampled_from(["a", "b", "é", "10", "9"]), st.sampled_from(["P", "Q", "ß"])
)


@given(PEOPLE)
def test_every_id_of_a_person_leads_to_all_of_them(people: dict[str, str]) -> None:
    other = OtherIds.of(people)
    for one in (*people, *people.values(), "nobody"):
        person = people.get(one, one)
        assert other.person(one) == person
        together = {person, *(two for two, whose in people.items() if whose == person)}
        assert set(other.all_of([one])) == together
        assert other.beside(person) == sorted(together - {person}, key=str.encode)


def test_all_ids_of_some_customers_name_each_once() -> None:
    other = OtherIds.of({"a": "P", "b": "P"})
    assert other.all_of(["b", "x", "P", "a"]) == ["P", "a", "b", "x"]
    assert NO_OTHER_IDS.all_of(["x", "y", "x"]) == ["x", "y"]


def test_what_is_written_is_what_is_opened(tmp_path: Path) -> None:
    other = OtherIds.of({"b": "P", "a": "P", "é": "Q"})
    write_other_ids(other, tmp_path / "kept")
    opened = open_other_ids(tmp_path / "kept")
    assert opened.name == other.name
    for name, values in other.arrays().items():
        np.testing.assert_array_equal(opened.arrays()[name], values)
    assert opened.beside("P") == ["a", "b"]


def test_nothing_is_written_of_nobody_and_opened_as_nobody(tmp_path: Path) -> None:
    write_other_ids(NO_OTHER_IDS, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    assert open_other_ids(tmp_path / "kept") is NO_OTHER_IDS
    assert NO_OTHER_IDS.name == "" != OtherIds.of({"a": "P"}).name


def test_a_damaged_list_is_refused(tmp_path: Path) -> None:
    write_other_ids(OtherIds.of({"a": "P"}), tmp_path / "kept")
    (tmp_path / "kept" / "places.npy").write_bytes(b"cut")
    with pytest.raises(WorkspaceRefused):
        open_other_ids(tmp_path / "kept")
