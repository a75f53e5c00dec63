"""What a value model must show: every limit from both sides, on it, and where there is nothing to measure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.training.companies import dataset, manifest_of, told_level
from training.bundles.manifest import Manifest
from training.families.value.bundle import ValueTask
from training.families.value.checks import value_checks
from training.learners.logistic import LogisticModel
from training.registry.gate import Check

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))
FIGURES = {"coverage_of_buyers": 0.8, "gini": 0.0, "gini_low": 0.0, "money": "margin"}
TRUST = {"trust/value_additivity": 0.0, "trust/value_faithful_2": 1.0}


def manifest(gini: float | None = 0.0, *, days: int = 90, **figures: Any) -> Manifest[Any]:
    """A model that passes everywhere but in the figures given."""
    trust = TRUST | {name: value for name, value in figures.items() if name.startswith("trust/")}
    level = told_level(figures.pop("bias", 0.0))
    metrics = FIGURES | {name: value for name, value in figures.items() if name not in trust}
    return manifest_of(
        MODEL,
        task=ValueTask(days),
        metrics=metrics | {"by_cutoff": {"2026-01-01": {**level, "gini": gini}}},
        evaluation={"trust": {"figures": trust}},
    )


def failed(folder: Path, mine: Manifest[Any], champion: Manifest[Any] | None = None) -> list[str]:
    return [one.name for one in value_checks(mine, folder, champion) if not one.passed]


def test_every_check_is_made_and_the_first_model_passes(tmp_path: Path) -> None:
    assert [one.name for one in value_checks(manifest(), tmp_path, None)] == [
        "Gini against the champion",
        "level, latest test",
        "level, worst test",
        "80 % ranges",
        "known before the outcome",
        "golden rows",
        "reasons add up",
        "reasons name what matters",
        "size",
    ]
    assert failed(tmp_path, manifest()) == []


@pytest.mark.parametrize(
    ("figure", "value", "name"),
    [
        ("bias", 0.25, ""),
        ("bias", -0.25, ""),
        ("bias", 0.2501, "bias"),
        ("bias", -0.2501, "bias"),
        ("bias", -0.9, "bias"),
        ("bias", NAN, "bias"),
        ("coverage_of_buyers", 0.7, ""),
        ("coverage_of_buyers", 0.9, ""),
        ("coverage_of_buyers", 0.6999, "80 % ranges"),
        ("coverage_of_buyers", 0.9001, "80 % ranges"),
        ("coverage_of_buyers", 0.0, "80 % ranges"),
        ("coverage_of_buyers", NAN, "80 % ranges"),
        ("coverage_of_buyers", None, ""),
        ("trust/value_additivity", 1e-6, ""),
        ("trust/value_additivity", 1.01e-6, "reasons add up"),
        ("trust/value_additivity", NAN, "reasons add up"),
        ("trust/value_faithful_2", 0.8, ""),
        ("trust/value_faithful_2", 0.7999, "reasons name what matters"),
    ],
)
def test_each_figure_has_its_limit_on_both_sides(
    tmp_path: Path, figure: str, value: Any, name: str
) -> None:
    names = ["level, latest test", "level, worst test"] if name == "bias" else [name]
    assert failed(tmp_path, manifest(**{figure: value})) == (names if name else [])


def test_too_few_groups_to_be_faithful_to_keep_no_model_out(tmp_path: Path) -> None:
    mine = manifest()
    figures = {"trust/value_additivity": 0.0}
    few = replace(mine, evaluation={"trust": {"figures": figures}})
    assert failed(tmp_path, few) == []


@pytest.mark.parametrize(
    ("theirs", "passes"), [(-1.0, True), (0.0, True), (0.01, True), (0.0101, False), (1.0, False)]
)
def test_the_order_may_be_a_hundredth_worse_than_the_champions(
    tmp_path: Path, theirs: float, passes: bool
) -> None:
    assert value_checks(manifest(), tmp_path, manifest(theirs))[0].passed is passes


@pytest.mark.parametrize("changes", [{"days": 91}, {"money": "spend"}, {"money": None}])
def test_another_horizon_and_another_money_are_not_compared(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    found = value_checks(manifest(), tmp_path, manifest(1.0, **changes))[0]
    assert found.passed and found.figure == "not compared: the champion answers another question"
    assert not value_checks(manifest(**changes), tmp_path, manifest(1.0, **changes))[0].passed


def test_a_model_of_more_than_64_megabytes_is_kept_out(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert failed(tmp_path, manifest()) == ["size"]


def test_few_customers_who_carry_the_money_are_said_beside_the_bias(tmp_path: Path) -> None:
    mine = manifest(bias=-0.739)
    sentence = "6 of 1,301 customers bring 62% of the money"
    told = replace(mine, evaluation={**mine.evaluation, "carried_by_few": sentence})
    plain, found = (_latest(one, tmp_path) for one in (mine, told))
    off = "-73.9% at 2026-01-01 [-73.9%, -73.9%]"
    assert (plain.figure, plain.passed) == (off, False)
    assert (found.figure, found.passed) == (f"{off}; {sentence}", False)
    figures = {"bias_without_largest": 0.025, "bias_of_largest": -0.9, "largest_customers": 13.0}
    more = replace(told, metrics={**told.metrics, **figures})
    without = _latest(more, tmp_path)
    assert not without.passed
    assert without.figure == (
        f"{off}; {sentence}; without the 13 who had spent most before, the bias is +2.5%, "
        "of them alone -90.0%"
    )


def _latest(mine: Manifest[Any], folder: Path) -> Check:
    (found,) = [one for one in value_checks(mine, folder, None) if one.name == "level, latest test"]
    return found


def test_tests_that_err_grossly_in_opposite_directions_let_no_model_in(tmp_path: Path) -> None:
    """Their mean is right to the cent, and the mean alone was asked before."""
    mine = manifest(bias=0.0)
    swings = {
        f"{2023 + year}-01-01": {**told_level(off), "gini": 0.5}
        for year, off in enumerate((0.45, -0.4, 0.45))
    }
    swinging = replace(mine, metrics={**mine.metrics, "bias": 0.0, "by_cutoff": swings})
    assert failed(tmp_path, swinging) == ["level, latest test", "level, worst test"]
