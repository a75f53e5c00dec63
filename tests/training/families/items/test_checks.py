"""What recommendations must show: every limit just inside, on it and just outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.companies import dataset, manifest_of
from training.bundles.manifest import Manifest
from training.families.items.bundle import ItemTask
from training.families.items.checks import items_checks
from training.learners.logistic import LogisticModel

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))


def manifest(
    recall: float = 0.0, low: float = 0.0, *, days: int = 30, over_best: float = 0.0, cut: str = "d"
) -> Manifest[Any]:
    figures = {"recall_10": recall, "recall_10_low": low, "over_best": over_best}
    return manifest_of(MODEL, task=ItemTask(days, "neighbours"), metrics=figures, data_cut=cut)


def failed(
    folder: Path, mine: Manifest[Any], champion: Manifest[Any] | None = None, latency: float = 1.0
) -> list[str]:
    found = items_checks(mine, folder, champion, latency)
    return [one.name for one in found if not one.passed]


def test_every_check_is_made_and_the_first_model_passes(tmp_path: Path) -> None:
    assert [one.name for one in items_checks(manifest(), tmp_path, None, 1.0)] == [
        "recall against the champion",
        "recall over the best other way",
        "golden rows",
        "size",
        "one customer's list",
    ]
    assert failed(tmp_path, manifest()) == []


@pytest.mark.parametrize(
    ("over_best", "passes"),
    [(0.5, True), (0.0, True), (-0.005, True), (-0.0051, False), (-0.5, False), (NAN, False)],
)
def test_the_best_other_way_may_be_a_two_hundredth_better(
    tmp_path: Path, over_best: float, passes: bool
) -> None:
    found = failed(tmp_path, manifest(over_best=over_best))
    assert found == ([] if passes else ["recall over the best other way"])


@pytest.mark.parametrize(
    ("theirs", "passes"), [(-0.5, True), (0.0, True), (0.005, True), (0.0051, False), (0.5, False)]
)
def test_of_the_same_data_the_recall_may_be_a_two_hundredth_lower(
    tmp_path: Path, theirs: float, passes: bool
) -> None:
    # What chance gives on another day is no excuse on the same one.
    found = failed(tmp_path, manifest(low=-0.9), manifest(theirs))
    assert found == ([] if passes else ["recall against the champion"])


@pytest.mark.parametrize(
    ("theirs", "low", "passes"),
    [(0.02, -0.02, True), (0.0201, -0.02, False), (0.005, -0.001, True), (0.0051, -0.001, False)],
)
def test_of_another_day_it_may_be_as_much_lower_as_chance_gives(
    tmp_path: Path, theirs: float, low: float, passes: bool
) -> None:
    found = failed(tmp_path, manifest(low=low), manifest(theirs, cut="the day before"))
    assert found == ([] if passes else ["recall against the champion"])


def test_another_horizon_is_not_compared(tmp_path: Path) -> None:
    found = items_checks(manifest(), tmp_path, manifest(0.9, days=31), 1.0)[0]
    assert found.passed and found.figure.startswith("not compared")


@pytest.mark.parametrize(("latency", "passes"), [(49.9, True), (50.0, True), (50.1, False)])
def test_a_list_takes_fifty_milliseconds_at_most(
    tmp_path: Path, latency: float, passes: bool
) -> None:
    found = failed(tmp_path, manifest(), latency=latency)
    assert found == ([] if passes else ["one customer's list"])


@pytest.mark.parametrize(("more", "passes"), [(0, True), (1, False)])
def test_neighbours_may_weigh_256_megabytes(tmp_path: Path, more: int, passes: bool) -> None:
    with (tmp_path / "neighbours").open("wb") as file:
        file.truncate(256 * 1024 * 1024 + more)
    assert failed(tmp_path, manifest()) == ([] if passes else ["size"])
