"""Trainings beside other work: in a process of their own where that can compute, and told when they are waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from features.vocabulary.errors import ModelRefused
from regulars.call import Call
from regulars.narrator import Narrator, Outcome
from regulars.side_by_side import beside

CALL = Call(Path("regulars.toml"), Narrator(as_json=True))
NAMES = ("recommendations", "offers")


def trained_here(call: Call, name: str, *, own_process: bool) -> Outcome:
    """Says in which process it was asked for; nobody takes an offer."""
    assert not own_process
    if name == "offers":
        raise ModelRefused(expected="30 acceptances", found="3", remedy="Wait.")
    return Outcome(name, data={"process": os.getpid()})


@pytest.mark.parametrize("can_fork", [True, False])
def test_what_one_family_refuses_keeps_no_other_from_being_trained(
    can_fork: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.side_by_side.train_family", trained_here)
    monkeypatch.setattr("training.recipe.apart.may_fork", lambda: can_fork)
    with beside(CALL, NAMES) as waited:
        items, offers = waited()
    assert [items.name, offers.name] == list(NAMES)
    assert (items.outcome.data["process"] == os.getpid()) is not can_fork
    assert offers.outcome.exit_code == 1
    assert "30 acceptances; found 3" in offers.outcome.said


def test_with_nothing_to_train_nothing_is_begun() -> None:
    with beside(CALL, []) as waited:
        assert not waited()
