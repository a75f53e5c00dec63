"""What is tried next follows from whole batches and the seed; every trial is kept whole, in the order it was asked in."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from experiments.declared.search import SearchSettings
from experiments.searches.studying import ANSWERED, GIVEN_UP, AskedParameters, ParameterStudy
from features.vocabulary.errors import WorkspaceRefused

SPACE = {
    "x": {"low": -4.0, "high": 4.0},
    "n": {"low": 1, "high": 1_000, "log": True},
    "kind": {"choices": ["flat", "steep"]},
}


def study(folder: Path, **said: object) -> ParameterStudy:
    settings = SearchSettings(**{"space": SPACE, "trials": 24, **said})  # type: ignore[arg-type]
    return ParameterStudy(folder / "search.db", "one", settings)


def valley(one: AskedParameters) -> None:
    """A figure that is best at x = 1, over two cutoffs; the other parameters hardly count."""
    height = (float(one.parameters["x"]) - 1.0) ** 2 + 1e-6 * float(one.parameters["n"])
    one.answered(height + 0.1, is_last=False)
    if not one.is_given_up:
        one.answered(height, is_last=True)


def search(found: ParameterStudy, most: int) -> None:
    while len(found.tried) < most:
        batch = found.next_batch(most)
        for one in batch:
            valley(one)
        found.tell(batch)


def test_it_comes_near_the_best_gives_up_what_falls_behind_and_says_what_mattered(
    tmp_path: Path,
) -> None:
    found = study(tmp_path)
    search(found, 48)
    states = [one.state for one in found.tried]
    assert states.count(GIVEN_UP) > 5 and states.count(ANSWERED) >= 10
    best = found.best()
    assert best is not None and abs(best.parameters["x"] - 1.0) < 0.3
    mattered = found.mattered()
    assert max(mattered, key=lambda name: mattered[name]) == "x"
    assert sum(mattered.values()) == pytest.approx(1.0, abs=1e-3)
    assert all(isinstance(one.parameters["n"], int) for one in found.tried)


def test_a_batch_that_was_kept_in_part_is_gone_on_with_and_another_seed_tries_others(
    tmp_path: Path,
) -> None:
    search(whole := study(tmp_path / "whole"), 10)
    begun = study(tmp_path / "part")
    search(begun, 4)
    batch = begun.next_batch(10)
    assert [one.number for one in batch] == [4, 5, 6, 7]
    for one in batch:
        valley(one)
    begun.tell(batch[:1])
    again = study(tmp_path / "part")
    assert [one.number for one in again.next_batch(10)] == [5, 6, 7]
    assert [one.number for one in again.next_batch(6)] == [5]
    search(again, 10)
    assert again.tried == whole.tried
    search(other := study(tmp_path / "other", seed=2), 4)
    assert [one.parameters for one in other.tried] != [one.parameters for one in whole.tried[:4]]


def test_optunas_own_tools_open_the_file(tmp_path: Path) -> None:
    search(found := study(tmp_path), 4)
    opened = optuna.load_study(study_name="one", storage=f"sqlite:///{tmp_path / 'search.db'}")
    best = found.best()
    assert best is not None and opened.best_value == best.figure


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "search.db").write_bytes(b"not a database, and long enough to be looked at" * 50)
    with pytest.raises(WorkspaceRefused, match=r"search\.db.*not a database"):
        study(tmp_path)
