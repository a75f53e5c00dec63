"""The curve as a table and as a plot."""

from __future__ import annotations

from training.families.items.balance.curve import BalanceCurve, BalancePoint
from training.families.items.balance.curve_report import curve_markdown, curve_plot

ROWS = BalanceCurve(
    [
        BalancePoint(at / 10, 0.1 + at / 100, 0.3, 0.4, 0.5, 0.01 * (at == 3), 0.0, 0.0, 0.01)
        for at in range(7)
    ]
).rows()


def test_every_fifth_offset_and_the_chosen_one_have_a_line() -> None:
    lines = curve_markdown(ROWS).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| +0.0", "| +0.3 (chosen)", "| +0.5"]
    assert "13.0%" in lines[3] and "0.0100" in lines[3]


def test_the_plot_is_the_same_picture_whenever_it_is_drawn() -> None:
    drawn = curve_plot(ROWS, "on a day")
    assert drawn.startswith(b"\x89PNG") and drawn == curve_plot(ROWS, "on a day")
