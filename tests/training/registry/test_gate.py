"""What the gate allows: every limit from just inside, on it and just outside, and what is not compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.training.companies import dataset, manifest_of
from training.bundles.manifest import Manifest
from training.learners.logistic import LogisticModel
from training.registry.gate import (
    EPSILON_AUC,
    LEAST_FAITHFUL,
    MOST_BIAS,
    MOST_BYTES,
    MOST_ECE,
    Check,
    TestedFigure,
    against_champion,
    calibration_checks,
    chance_checks,
    failed_of,
    fastest_milliseconds,
    level_checks,
    names_what_matters,
    not_much_lower,
    said_of,
    size_check,
)

NAN = float("nan")
MODEL = LogisticModel.fit(dataset(40))
DAY: dict[str, float | None] = {"2026-01-01": 0.0}


def test_the_limits_of_the_gate_are_these() -> None:
    assert (EPSILON_AUC, MOST_ECE, LEAST_FAITHFUL, MOST_BIAS) == (0.005, 0.05, 0.8, 0.25)
    assert MOST_BYTES == 67_108_864


@pytest.mark.parametrize(
    ("faithful", "passes"),
    [(None, True), (1.0, True), (0.8, True), (0.7999, False), (-0.9, False), (NAN, False)],
)
def test_reasons_name_what_matters_from_eight_tenths_of_the_best_on(
    faithful: float | None, passes: bool
) -> None:
    assert names_what_matters(faithful).passed is passes


@pytest.mark.parametrize(("most", "passes"), [(12, False), (13, True), (14, True)])
def test_a_bundle_weighs_what_all_its_files_weigh(tmp_path: Path, most: int, passes: bool) -> None:
    (tmp_path / "model.json").write_bytes(b"ten bytes.")
    (tmp_path / "more").write_bytes(b"123")
    assert size_check(tmp_path, most_bytes=most).passed is passes


def test_a_bundle_of_64_megabytes_is_allowed_and_one_byte_more_is_not(tmp_path: Path) -> None:
    with (tmp_path / "model.json").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
        file.flush()
        found = size_check(tmp_path)
        assert (found.passed, found.figure, found.limit) == (True, "64.00 MB", "at most 64 MB")
        file.truncate(64 * 1024 * 1024 + 1)
        file.flush()
        assert not size_check(tmp_path).passed


def manifest(by_test: Mapping[str, float | None], figure: float = 0.0, low: float = 0.0) -> Any:
    """A manifest with a figure at each of its tests, and the mean of them with what chance leaves of it."""
    figures = {"auc": figure, "auc_low": low, "by_test": by_test}
    return manifest_of(MODEL, metrics=figures)


def compared(challenger: Manifest, champion: Manifest | None, *answers: str) -> Check:
    """The check at a limit of 0.005; ``answers`` is what the challenger and the champion answer."""
    mine, theirs = answers or ("leaving", "leaving")
    asked = {id(challenger): mine, id(champion): theirs}

    def read(one: Manifest) -> TestedFigure:
        return (asked[id(one)],), one.metrics["by_test"]

    return against_champion("AUC", "auc", 0.005, challenger, champion, read)


@pytest.mark.parametrize(
    ("theirs", "passes", "figure"),
    [
        (-0.5, True, "+0.5000"),
        (0.0, True, "+0.0000"),
        (0.0049, True, "-0.0049"),
        (0.005, True, "-0.0050"),
        (0.0051, False, "-0.0051"),
        (0.5, False, "-0.5000"),
        (NAN, False, "+nan"),
    ],
)
def test_at_the_same_tests_a_figure_may_be_lower_by_the_limit_and_no_more(
    theirs: float, passes: bool, figure: str
) -> None:
    found = compared(manifest(DAY, low=-9.0), manifest({"2026-01-01": theirs}))
    assert (found.passed, found.figure) == (passes, figure)
    # What chance gives does not count where both stood before the same customers.
    assert found.limit == "at most 0.005 lower"


@pytest.mark.parametrize(
    ("low", "theirs", "passes", "limit"),
    [
        (-0.02, 0.02, True, "at most 0.0200 lower, as chance alone gives"),
        (-0.02, 0.0201, False, "at most 0.0200 lower, as chance alone gives"),
        (-0.02, -0.5, True, "at most 0.0200 lower, as chance alone gives"),
        (-0.004, 0.005, True, "at most 0.005 lower"),
        (-0.004, 0.0051, False, "at most 0.005 lower"),
        (-0.005, 0.005, True, "at most 0.005 lower"),
        (NAN, 0.005, True, "at most 0.005 lower"),
        (NAN, 0.0051, False, "at most 0.005 lower"),
    ],
)
def test_at_other_tests_as_much_is_allowed_as_chance_gives_where_that_is_more(
    low: float, theirs: float, passes: bool, limit: str
) -> None:
    found = compared(manifest(DAY, low=low), manifest({"2026-01-02": theirs}))
    assert (found.passed, found.limit) == (passes, limit)
    assert found.figure.endswith(", tested up to 1 days apart")


def test_the_interval_that_counts_is_the_challengers() -> None:
    wide, narrow = manifest(DAY, low=-0.1), manifest({"2026-01-02": 0.05}, 0.05, 0.049)
    assert compared(wide, narrow).passed
    narrow, wide = manifest(DAY, low=-0.001), manifest({"2026-01-02": 0.05}, 0.05, -0.1)
    assert not compared(narrow, wide).passed


@pytest.mark.parametrize(
    ("champion", "answers", "figure"),
    [
        (None, (), "no champion yet"),
        (manifest({"2026-01-01": 1.0}), ("leaving", "buying"), "not compared: the champion answers another question"),
        (manifest({"2027-01-01": 1.0}), (), "not compared: tested at other times"),
        (manifest({"2026-01-01": None}), (), "not compared: tested at other times"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_keeps_no_model_out_and_says_so(
    champion: Manifest | None, answers: tuple[str, ...], figure: str
) -> None:
    found = compared(manifest(DAY), champion, *answers)
    assert (found.passed, found.figure) == (True, figure)


def test_tests_as_near_as_a_quarter_of_the_challengers_horizon_are_compared() -> None:
    """The horizon is 60 days: 14 days apart are near, 15 are not."""
    assert compared(manifest(DAY), manifest({"2026-01-15": 0.5})).figure.startswith("-0.5000")
    assert compared(manifest(DAY), manifest({"2026-01-16": 0.5})).figure.startswith("not compared")


@pytest.mark.parametrize(
    ("theirs", "cut", "low", "passes"),
    [
        (-0.5, "same", 0.0, True),
        (0.0, "same", 0.0, True),
        (0.005, "same", 0.0, True),
        (0.0051, "same", 0.0, False),
        (0.5, "same", 0.0, False),
        (0.0051, "same", -0.1, False),
        (0.0051, "other", -0.0051, True),
        (0.02, "other", -0.02, True),
        (0.0201, "other", -0.02, False),
        (-0.5, "other", -0.02, True),
        (0.005, "other", -0.001, True),
        (0.0051, "other", -0.001, False),
        (0.005, "other", NAN, True),
        (0.0051, "other", NAN, False),
        (NAN, "same", 0.0, False),
        (NAN, "other", -0.1, False),
    ],
)
def test_one_figure_may_be_lower_by_the_limit_or_on_other_data_by_what_chance_gives(
    theirs: float, cut: str, low: float, passes: bool
) -> None:
    mine = manifest_of(MODEL, metrics={"recall": 0.0, "recall_low": low}, data_cut="same")
    other = manifest_of(MODEL, metrics={"recall": theirs, "recall_low": -9.0}, data_cut=cut)
    found = not_much_lower("recall", "recall", 0.005, mine, other, "on another day")
    assert found.passed is passes
    assert found.figure == f"{0.0 - theirs:+.4f}"
    assert ("as chance gives on another day" in found.limit) is (cut == "other")


def test_the_quickest_of_three_goes_counts_in_milliseconds() -> None:
    seconds = iter([0.0, 0.5, 1.0, 1.25, 2.0, 2.75])
    goes: list[int] = []
    assert fastest_milliseconds(lambda: goes.append(1), clock=lambda: next(seconds)) == 250.0
    assert len(goes) == 3


def at(
    bias: float, low: float | None = None, high: float | None = None, **more: float
) -> dict[str, Any]:
    """What a manifest tells of one test whose level is off by so much."""
    ends = {"bias_low": bias if low is None else low, "bias_high": bias if high is None else high}
    return {"customers": 100, "bias": bias, **ends, **more}


def kept_out(*levels: Mapping[str, Any]) -> list[str]:
    """The failed checks of levels at the end of so many years, the latest last."""
    told = {f"{2020 + year}-12-31": one for year, one in enumerate(levels)}
    return [one.name for one in failed_of(level_checks(told))]


@pytest.mark.parametrize(
    ("bias", "low", "high", "passes"),
    [
        (0.25, 0.25, 0.25, True),
        (0.2501, 0.2501, 0.2501, False),
        (-0.25, -0.25, -0.25, True),
        (-0.2501, -0.2501, -0.2501, False),
        (0.4, 0.25, 0.6, True),
        (0.4, 0.2501, 0.6, False),
        (-0.4, -0.5, -0.25, True),
        (-0.4, -0.5, -0.2501, False),
        (0.0, -0.9, 9.0, True),
        (0.5, 0.1, 1.0, True),
        (0.5001, 0.1, 1.0, False),
        (-0.5, -0.7, -0.1, True),
        (-0.5001, -0.7, -0.1, False),
        (NAN, NAN, NAN, False),
    ],
)
def test_a_level_may_be_off_by_a_quarter_and_by_what_customers_leave_open_but_never_by_half(
    bias: float, low: float, high: float, passes: bool
) -> None:
    assert (kept_out(at(bias, low, high)) == []) is passes


def test_opposite_errors_never_cancel() -> None:
    """On average these three are right to the cent, and not one of them is."""
    assert kept_out(at(0.4), at(-0.4), at(0.4)) == ["level, latest test", "level, worst test"]
    assert kept_out(at(0.4), at(-0.1), at(0.1)) == ["level, worst test"]
    assert kept_out(at(0.1), at(-0.1), at(0.4)) == ["level, latest test", "level, worst test"]
    assert kept_out(at(0.1), at(-0.2), at(0.2)) == []


def test_a_level_is_said_with_its_test_and_what_stands_beside_it() -> None:
    told = {"2025-01-01": at(-0.3, -0.4, -0.2), "2026-01-01": at(0.1, 0.0, 0.2)}
    latest, worst = level_checks(told, beside=["few bring most of it"])
    assert latest.figure == "+10.0% at 2026-01-01 [+0.0%, +20.0%]; few bring most of it"
    assert worst.figure.startswith("-30.0% at 2025-01-01 [-40.0%, -20.0%]")
    assert latest.limit == worst.limit == "at most ±25% beyond chance and ±50% at all"


@pytest.mark.parametrize(
    ("error", "by_chance", "passes", "limit"),
    [
        (0.0, 0.0, True, "at most 0.05"),
        (0.05, 0.0, True, "at most 0.05"),
        (0.0501, 0.0, False, "at most 0.05"),
        (0.0501, 0.05, False, "at most 0.05"),
        (0.08, 0.08, True, "at most 0.0800, as chance alone gives with so few customers"),
        (0.0801, 0.08, False, "at most 0.0800, as chance alone gives with so few customers"),
        (NAN, 0.0, False, "at most 0.05"),
    ],
)
def test_the_calibration_error_of_the_latest_test_may_be_a_twentieth_or_what_chance_gives(
    error: float, by_chance: float, passes: bool, limit: str
) -> None:
    told = {"2026-01-01": at(0.0, ece=error, ece_by_chance=by_chance, rate=0.5)}
    found = calibration_checks(told)[0]
    assert (found.passed, found.limit) == (passes, limit)


@pytest.mark.parametrize(
    ("error", "rate", "passes"),
    [
        (0.145, 0.5, True),
        (0.1451, 0.5, False),
        (0.05, 0.01, True),
        (0.0501, 0.01, False),
        (NAN, 0.5, False),
    ],
)
def test_at_the_worst_test_it_may_be_what_a_level_off_by_a_quarter_makes_and_chance_on_top(
    error: float, rate: float, passes: bool
) -> None:
    """A quarter of a half is 0.125, and chance gives 0.02; of a hundredth it is less than a twentieth."""
    told = {
        "2025-01-01": at(0.0, ece=error, ece_by_chance=0.02, rate=rate),
        "2026-01-01": at(0.0, ece=0.01, ece_by_chance=0.02, rate=rate),
    }
    assert [one.passed for one in calibration_checks(told)] == [True, passes]


def test_a_good_mean_of_calibration_errors_hides_no_bad_latest_one() -> None:
    good, bad = ({"ece": one, "ece_by_chance": 0.01, "rate": 0.2} for one in (0.0, 0.06))
    told = {
        "2024-01-01": at(0.0, **good),
        "2025-01-01": at(0.0, **good),
        "2026-01-01": at(0.0, **bad),
    }
    assert [one.name for one in failed_of(chance_checks(told))] == [
        "calibration error, latest test"
    ]


def test_a_model_that_does_not_tell_its_tests_apart_is_kept_out() -> None:
    for told in ({}, {"2026-01-01": {"gini": 0.5, "bias": 0.0}}):
        checks = chance_checks(told)
        assert len(checks) == 4 and not any(one.passed for one in checks)
        assert {one.figure for one in checks} == {"not measured test by test: train again"}
    unknown = calibration_checks({"2026-01-01": at(0.0)})
    assert [one.figure for one in unknown] == ["not known at 2026-01-01"] * 2


def test_what_keeps_a_model_out_is_said_with_figure_and_limit() -> None:
    good, bad = Check("good", True, "1", "1"), Check("order", False, "0.5", "at least 1")
    assert failed_of([good, bad, good]) == [bad]
    assert said_of([bad, bad]) == "order 0.5, allowed at least 1; order 0.5, allowed at least 1"
