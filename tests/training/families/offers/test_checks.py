"""What a model of offers must show beside the one in use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.training.companies import dataset, manifest_of, told_level
from training.families.offers.bundle import OfferTask
from training.families.offers.checks import _within_against_champion, offers_checks
from training.families.offers.exposures.terms import Offer, Offers
from training.learners.logistic import LogisticModel

TASK = OfferTask("propensity", 60, Offers.of([Offer("tea", "Tea", 400)]), False, "")


def test_an_offer_may_be_taken_as_soon_as_it_is_shown_and_everybody_is_decided_about() -> None:
    assert (TASK.gap_days, dict(TASK.population)) == (0, {})


def manifest(within: float | None, low: float | None = 0.6, **changes: Any) -> Any:
    made = manifest_of(LogisticModel.fit(dataset(200)))
    metrics = {
        "within_offer_auc": within,
        "within_offer_auc_low": low,
        "by_cutoff": {"2026-01-01": told_level()},
    }
    everything: dict[str, Any] = {"metrics": metrics, "task": TASK, **changes}
    return replace(made, **everything)


@pytest.mark.parametrize(
    ("challenger", "champion", "passes"),
    [
        (manifest(0.70), None, True),
        (manifest(0.70), manifest(0.704), True),
        (manifest(0.70), manifest(0.71), False),
        (manifest(0.70, 0.68), manifest(0.715, data_cut="another day"), True),
        (manifest(0.70, 0.69), manifest(0.715, data_cut="another day"), False),
        (manifest(None, None), manifest(0.71), True),
    ],
)
def test_the_order_within_offers_may_be_a_little_worse_or_as_much_as_chance_gives(
    challenger: Any, champion: Any, passes: bool
) -> None:
    assert _within_against_champion(challenger, champion).passed is passes


@pytest.mark.parametrize(
    ("theirs", "passes"), [(-0.5, True), (0.0, True), (0.005, True), (0.0051, False), (0.5, False)]
)
def test_of_the_same_data_the_order_may_be_a_two_hundredth_worse(
    theirs: float, passes: bool
) -> None:
    assert _within_against_champion(manifest(0.0, -0.9), manifest(theirs)).passed is passes


@pytest.mark.parametrize(
    ("challenger", "champion"),
    [
        (manifest(None, None), manifest(0.9)),
        (manifest(0.5), manifest(None, None)),
        (manifest(0.5), manifest(0.9, task=replace(TASK, kind="affinity"))),
    ],
)
def test_what_is_unknown_or_another_question_is_not_compared(
    challenger: Any, champion: Any
) -> None:
    found = _within_against_champion(challenger, champion)
    assert found.passed and found.figure == "not compared: the champion answers another question"


def test_every_check_is_made(tmp_path: Path) -> None:
    found = offers_checks(manifest(0.7), tmp_path, None)
    assert [(one.name, one.passed) for one in found] == [
        ("AUC within offers against the champion", True),
        ("level, latest test", True),
        ("level, worst test", True),
        ("calibration error, latest test", True),
        ("calibration error, worst test", True),
        ("golden rows", True),
        ("size", True),
    ]


@pytest.mark.parametrize(
    ("error", "passes"), [(0.0, True), (0.05, True), (0.0501, False), (float("nan"), False)]
)
def test_the_calibration_error_of_the_latest_days_may_be_a_twentieth(
    tmp_path: Path, error: float, passes: bool
) -> None:
    mine = manifest(0.7)
    told = {"2025-01-01": told_level(), "2026-01-01": told_level(ece=error)}
    mine = replace(mine, metrics={**mine.metrics, "by_cutoff": told})
    assert offers_checks(mine, tmp_path, None)[3].passed is passes


@pytest.mark.parametrize(("bias", "passes"), [(0.25, True), (0.26, False), (-0.26, False)])
def test_no_tested_days_may_be_off_by_more_than_a_quarter(
    tmp_path: Path, bias: float, passes: bool
) -> None:
    mine = manifest(0.7)
    told = {"2025-01-01": told_level(bias), "2026-01-01": told_level()}
    mine = replace(mine, metrics={**mine.metrics, "by_cutoff": told})
    assert offers_checks(mine, tmp_path, None)[1].passed
    assert offers_checks(mine, tmp_path, None)[2].passed is passes


def test_a_bundle_of_more_than_64_megabytes_is_kept_out(tmp_path: Path) -> None:
    with (tmp_path / "model").open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert not offers_checks(manifest(0.7), tmp_path, None)[-1].passed
