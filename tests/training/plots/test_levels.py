"""The level test by test: oldest first, half as much as far off as twice."""

from __future__ import annotations

import math

import pytest

from tests.training.plots.drawn import Drawn
from training.measures.levels import HeldLevel, HeldLevels
from training.plots import levels

LATE = HeldLevel("2026-06-01", 100, 0.25, 0.0, 0.5)
EARLY = HeldLevel("2026-03-01", 100, -0.2, -0.5, 0.0)
NOTHING_CAME = HeldLevel("2026-01-01", 100, math.nan, math.nan, math.nan)


def test_tests_stand_from_the_oldest_on_and_the_range_of_the_next_behind_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = Drawn(monkeypatch, levels)
    held = HeldLevels.of([LATE, EARLY, NOTHING_CAME])
    assert levels.levels_plot(held, (0.5, 2.0), "a test").startswith(b"\x89PNG")
    names = [one.get_text() for one in drawn.axes.get_xticklabels()]
    assert names == ["2026-03-01", "2026-06-01", "next, 9 in 10"]
    assert drawn.words == ["1.25", "0.80", "0.50 to 2.00"]
    low, high = drawn.axes.get_ylim()
    assert low * high == pytest.approx(1.0) and high > 2.0


def test_without_a_range_only_tests_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(monkeypatch, levels)
    levels.levels_plot(HeldLevels.of([LATE]), (math.nan, math.nan), "a test")
    assert [one.get_text() for one in drawn.axes.get_xticklabels()] == ["2026-06-01"]


def test_no_test_at_all_is_an_empty_picture() -> None:
    nothing = HeldLevels.of([NOTHING_CAME])
    assert levels.levels_plot(nothing, (math.nan, math.nan), "a test").startswith(b"\x89PNG")
