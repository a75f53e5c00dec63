"""What approaching changes: curves by the share who are approached."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.plots.drawn import Drawn
from training.plots import effects

PLACES = np.array([0.0, 50.0, 100.0])


def test_every_way_is_drawn_from_nobody_to_everybody_and_lot_is_a_straight_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = Drawn(monkeypatch, effects)
    curves = {"a way": (PLACES, np.array([0.0, 6.0, 8.0])), "what ships": (PLACES, np.array([0.0, 9.0, 8.0]))}  # fmt: skip
    band = (PLACES, np.array([0.0, 5.0, 2.0]), np.array([0.0, 12.0, 14.0]))
    assert effects.qini_plot(curves, band, 40, "a test").startswith(b"\x89PNG")
    assert drawn.line("by lot") == ([0.0, 1.0], [0.0, 8.0])
    across, up = drawn.line("what ships")
    assert dict(zip(across, up, strict=True))[0.5] == 9.0
    assert drawn.axes.get_ylabel() == "more of 40 shown it who act"
