"""Ranges by tenth of the customers: what held beside what should."""

from __future__ import annotations

import pytest

from tests.training.plots.drawn import Drawn
from training.measures.estimates import Estimate
from training.plots import ranges


def test_every_tenth_has_a_point_beside_what_should_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(monkeypatch, ranges)
    tenths = [Estimate(0.7, 0.6, 0.8), Estimate(0.9, 0.8, 1.0)]
    assert ranges.ranges_plot(tenths, 0.8, "a test").startswith(b"\x89PNG")
    assert drawn.line("held, 95 % interval") == ([1.0, 2.0], [0.7, 0.9])
    assert drawn.line("should hold 80%")[1] == [0.8, 0.8]
