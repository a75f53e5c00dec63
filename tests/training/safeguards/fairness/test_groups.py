"""The groups a protected attribute makes: texts that many share, thirds of a number, and nobody of whom nothing is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.training.safeguards.fairness.test_protected import store_of
from training.safeguards.fairness.groups import declared_groups


def test_texts_are_groups_by_themselves_and_numbers_thirds(tmp_path: Path) -> None:
    store = store_of(tmp_path, age="a", gender="g")
    pack = store.pack()
    asked = [f"n{at:02d}" for at in range(21)] + ["zoe", "n03"]
    keys = np.array([pack.customer_ids.find(one) for one in asked], np.int32)
    groups = {one.attribute: one for one in declared_groups(store, pack, keys)}
    # Ages are 20 to 40, and seven of them stand in each third; n00, n02 … are the eleven men.
    assert groups["age"].names == ("up to 26", "above 26, up to 33", "above 33")
    assert groups["age"].codes.tolist() == [0] * 7 + [1] * 7 + [2] * 7 + [-1, 0]
    assert groups["gender"].names == ("m", "f")
    assert groups["gender"].codes.tolist() == [0, 1] * 10 + [0, -1, 1]


def test_texts_that_few_share_are_one_group_together(tmp_path: Path) -> None:
    store = store_of(tmp_path, gender="g")
    pack = store.pack()
    men, women = range(0, 21, 2), (1, 3)
    keys = [pack.customer_ids.find(f"n{at:02d}") for at in (*men, *women)]
    [gender] = declared_groups(store, pack, np.array(keys, np.int32))
    assert gender.names == ("m", "another")
    assert gender.codes.tolist() == [0] * 11 + [1] * 2


def test_what_is_the_same_for_all_of_them_makes_no_groups(tmp_path: Path) -> None:
    store = store_of(tmp_path, age="a", gender="g")
    pack = store.pack()
    zoe, one = pack.customer_ids.find("zoe"), pack.customer_ids.find("n03")
    assert declared_groups(store, pack, np.array([zoe, one], np.int32)) == ()
    (tmp_path / "none").mkdir()
    without = store_of(tmp_path / "none")
    assert declared_groups(without, without.pack(), np.zeros(1, np.int32)) == ()
