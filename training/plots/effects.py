"""What approaching customers changes, by how many are approached."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.vocabulary.arrays import Floats
from training.plots.style import QUIET, STRONG, canvas, colours, png

Band = tuple[Floats, Floats, Floats]
"""How many are approached, and the ends of an interval of what that brings."""
_POINTS = 101


def qini_plot(
    curves: Mapping[str, tuple[Floats, Floats]], band: Band, shown: int, title: str
) -> bytes:
    """How many more act the more customers are shown the offer, one curve a way, that of what ships last, as PNG.

    A curve has how many are approached, from the one with the highest effect on, and how many more of them act for it
    (Radcliffe 2007). ``band`` is the 95 % interval of the last, ``shown`` how many were shown the offer; the straight line is that of customers drawn by lot.
    """
    *_, (approached, gained) = curves.values()
    everybody, colour_of = approached[-1], colours(curves)
    figure, axes = canvas(
        title, "share approached, highest effect first", f"more of {shown:,} shown it who act"
    )
    axes.plot([0, 1], [0, gained[-1]], color=QUIET, linewidth=1, label="by lot")
    places, low, high = band
    axes.fill_between(places / everybody, low, high, color=STRONG, alpha=0.15, linewidth=0)
    shares = np.linspace(0, 1, _POINTS)
    for name, (places, more) in curves.items():
        width = 1.6 if colour_of[name] == STRONG else 1.0
        drawn = np.interp(shares * everybody, places, more)
        axes.plot(shares, drawn, label=name, color=colour_of[name], linewidth=width)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter("{x:.0%}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend(loc="best", frameon=False)
    return png(figure)
