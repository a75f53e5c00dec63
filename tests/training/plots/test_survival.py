"""Waiting as a curve: who is drawn, and where."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.plots.drawn import Drawn
from training.measures.survival import SurvivalCurve
from training.plots import survival

DAYS = np.array([0.0, 10.0, 20.0])


def curve(name: str, seen: float) -> SurvivalCurve:
    """A group of whom so many still wait at the end, as expected."""
    shares = np.array([1.0, (1 + seen) / 2, seen])
    return SurvivalCurve(name, 30, DAYS, shares, shares, shares * 0.9, np.minimum(shares * 1.1, 1))


def test_each_group_is_named_beside_the_end_of_its_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(monkeypatch, survival)
    groups = [curve("most at risk", 0.8), curve("least at risk", 0.1)]
    picture = survival.survival_plot(groups, "a test")
    assert picture.startswith(b"\x89PNG")
    assert drawn.words == ["most at risk\n30 customers", "least at risk\n30 customers"]
    assert [one.xy[1] for one in drawn.axes.texts] == [0.8, 0.1]
    assert drawn.axes.get_xlim() == (0.0, 20.0) and drawn.axes.get_ylim() == (0.0, 1.0)
    legend = [one.get_text() for one in drawn.axes.get_legend().get_texts()]
    assert legend == ["seen, 95 % interval", "expected"]
