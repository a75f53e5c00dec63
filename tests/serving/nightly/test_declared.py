"""What customers declared that a list may be narrowed by: texts and answers, and nothing protected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from features.store.pack import Attributes
from serving.nightly.declared import MOST_TEXTS, declared_attributes
from tests.builders import at, order, pack_of

CUTOFF = at("2026-03-01").seconds
COLUMNS = {
    "region": np.array([1, -1, -2], np.int64),
    "lawful_region": np.array([0, 1, 0], np.int64),
    "age_group": np.array([0, 1, 0], np.int64),
    "marketing_consent": np.array([1, 0, -1], np.int64),
    "is_member": np.array([1, 0, -1], np.int64),
    "registered_seconds": np.array([1, 2, 3], np.int64),
    "referrals_milli": np.array([1_000, 0, 0], np.int64),
    "town": np.array([0, 1, 2], np.int64),
    "country": np.array([0, 0, 0], np.int64),
}
TEXTS = {
    "region": ("North", "South"),
    "lawful_region": ("a", "b"),
    "age_group": ("old", "young"),
    "town": tuple(f"t{one}" for one in range(MOST_TEXTS + 1)),
    "country": ("Only one",),
}


def test_texts_and_answers_are_told_and_nothing_protected_or_lawful_or_without_a_choice() -> None:
    pack = pack_of({one: [order("2026-01-01")] for one in ("anna", "bert", "carl")})
    pack = replace(pack, attributes=Attributes(COLUMNS, TEXTS))
    found = declared_attributes(pack, CUTOFF)
    assert found.texts == {"is_member": ("no", "yes"), "region": ("North", "South")}
    assert found.attribute_codes.tolist() == [[1, 1], [0, -1], [-1, -2]]
    assert found.as_manifest()[1] == {"name": "region", "texts": ["North", "South"]}


def test_what_became_known_at_the_cutoff_is_not_told() -> None:
    pack = pack_of({one: [order("2026-01-01")] for one in ("anna", "bert", "carl")})
    known = np.array([CUTOFF - 1, CUTOFF, CUTOFF + 1], np.int64)
    only = {"is_member": np.array([1, 1, 1], np.int64)}
    pack = replace(pack, attributes=Attributes(only, {}, known))
    assert declared_attributes(pack, CUTOFF).attribute_codes.tolist() == [[1], [-1], [-1]]


def test_without_attributes_there_is_nothing_to_choose() -> None:
    found = declared_attributes(pack_of({"anna": [order("2026-01-01")]}), CUTOFF)
    assert found.attribute_codes.shape == (1, 0) and found.as_manifest() == []
