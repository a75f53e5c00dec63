"""The value ladder as people read it: each figure in its own unit."""

from __future__ import annotations

import pytest

from training.families.value.report import value_cell

ROW = {
    "gini": 0.3,
    "gini_low": 0.25,
    "gini_high": 0.35,
    "gain": 0.02,
    "gain_low": -0.01,
    "gain_high": 0.05,
    "bias": -0.125,
    "mae_cents": 1_234.5,
    "coverage": 0.8,
    "nothing": None,
    "other": 0.12345,
}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("gini", "0.300 [0.250, 0.350]"),
        ("gain", "+0.020 [-0.010, +0.050]"),
        ("bias", "-12.5%"),
        ("mae_cents", "12.35"),
        ("coverage", "80.0%"),
        ("nothing", "–"),
        ("other", "0.123"),
    ],
)
def test_a_figure_of_the_ladder_is_shown_in_its_unit(key: str, said: str) -> None:
    assert value_cell(ROW, key) == said
