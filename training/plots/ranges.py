"""Ranges of amounts: whether they hold what they should."""

from __future__ import annotations

from collections.abc import Sequence

from training.measures.estimates import Estimate
from training.plots.style import QUIET, STRONG, canvas, png


def ranges_plot(tenths: Sequence[Estimate], should_hold: float, title: str) -> bytes:
    """The share of ranges that held what was brought, by tenth of the customers, beside what they should hold, as PNG."""
    figure, axes = canvas(title, "tenth of the customers, by expected value", "ranges that held")
    axes.axhline(should_hold, color=QUIET, linewidth=1, label=f"should hold {should_hold:.0%}")
    places = range(1, len(tenths) + 1)
    for place, one in zip(places, tenths, strict=True):
        axes.plot([place, place], [one.low, one.high], color=STRONG, linewidth=2.4, alpha=0.45)
    axes.plot(places, [one.mean for one in tenths], "o", color=STRONG, label="held, 95 % interval")
    axes.set_xticks(list(places))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.grid(False, axis="x")
    axes.legend(loc="lower left", frameon=False)
    return png(figure)
