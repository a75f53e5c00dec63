"""Waiting as a curve: how many still wait after so many days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.measures.survival import SurvivalCurve
from training.plots.style import OTHERS, QUIET, STRONG, canvas, png

_POINTS: Any = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 4.5,
    "markerfacecolor": "white",
    "clip_on": False,
}


def survival_plot(curves: Sequence[SurvivalCurve], title: str) -> bytes:
    """The share of customers without an order by day, seen with its 95 % interval and expected, as PNG; a colour a group."""
    figure, axes = canvas(title, "days", "share without an order")
    for curve, color in zip(curves, (STRONG, *OTHERS), strict=False):
        axes.fill_between(curve.days, curve.low, curve.high, color=color, alpha=0.18, linewidth=0)
        axes.plot(curve.days, curve.seen, color=color)
        axes.plot(curve.days, curve.expected, color=color, **_POINTS)
        said, place = f"{curve.name}\n{curve.customers:,} customers", (1.02, curve.seen[-1])
        axes.annotate(said, place, xycoords=("axes fraction", "data"), va="center", color=color)
    axes.plot([], [], color=QUIET, label="seen, 95 % interval")
    axes.plot([], [], color=QUIET, label="expected", **_POINTS)
    axes.set(xlim=(0, max(curve.days[-1] for curve in curves)), ylim=(0, 1))
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.legend(loc="lower left", frameon=False)
    return png(figure)
