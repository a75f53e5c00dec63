"""Whom a model learned from: told apart from others, by nobody's name, and forgotten with the erased."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.company.learned_from import LearnedFrom
from features.company.workspace import Workspace
from tests.absolute_paths import places_naming


def among(known: LearnedFrom, digest: str, *customer_ids: str) -> list[bool] | None:
    found = known.were_among("churn", digest, customer_ids)
    return None if found is None else [bool(one) for one in found]


def test_customers_are_told_in_the_order_they_are_asked_about(tmp_path: Path) -> None:
    known = LearnedFrom(Workspace(tmp_path))
    known.keep("churn", "d1", ["carl", "anna", "carl"])
    known.keep("churn", "d2", ["bert"])
    assert among(known, "d1", "bert", "carl", "anna") == [False, True, True]
    assert among(known, "d2", "bert", "carl", "anna") == [True, False, False]
    assert among(known, "d1") == []
    known.keep("churn", "d1", ["bert"])
    assert among(known, "d1", "bert", "carl") == [True, False]


def test_of_a_model_without_a_note_nothing_is_said(tmp_path: Path) -> None:
    known = LearnedFrom(Workspace(tmp_path))
    assert among(known, "d1", "anna") is None
    known.keep("value", "d1", ["anna"])
    assert among(known, "d1", "anna") is None


def test_the_same_customers_stand_otherwise_in_every_workspace(tmp_path: Path) -> None:
    """Whoever has the file alone cannot try numbers until one fits."""
    for name in ("one", "other"):
        LearnedFrom(Workspace(tmp_path / name)).keep("churn", "d1", ["anna"])
    one, other = (np.load(path) for path in sorted(tmp_path.rglob("*.npy")))
    assert one.shape == other.shape == (1,) and one != other


def test_a_note_names_nobody_and_the_erased_leave_all_of_them(tmp_path: Path) -> None:
    known = LearnedFrom(Workspace(tmp_path))
    known.keep_alone(["anna"])
    known.keep("churn", "d1", ["anna", "bert"])
    known.keep("churn", "d2", ["bert"])
    assert places_naming(tmp_path, "anna") == []
    known.keep_alone(["anna", "somebody new"])
    assert among(known, "d1", "anna", "bert", "somebody new") == [True, False, False]
    assert among(known, "d2", "bert") == [False]
