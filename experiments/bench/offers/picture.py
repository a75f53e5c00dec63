"""What decisions earn by the share of customers written to, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.plots.style import QUIET, canvas, colours, png

_SHARE, _LEAST_SHOWN = "{x:.0%}", -1.0


def earnings_plot(earned: Mapping[str, Sequence[Mapping[float, float]]], title: str) -> bytes:
    """Shares of the profit of who knows all chances, by the share of customers written to, as PNG.

    Of each way its draws, each by the share written to: their mean is a line, the least and the most of them a band. The way
    that ships comes last. Who loses more than could be earned leaves the picture below.
    """
    figure, axes = canvas(
        title, "share of the customers who are written to", "share of the profit of who knows all"
    )
    axes.axhline(0.0, color=QUIET, linewidth=1)
    for name, draws in earned.items():
        shares = sorted(draws[0])
        table = np.array([[one[share] for share in shares] for one in draws])
        colour = colours(earned)[name]
        axes.fill_between(
            shares, table.min(axis=0), table.max(axis=0), color=colour, alpha=0.15, linewidth=0
        )
        axes.plot(shares, table.mean(axis=0), "o-", markersize=3, label=name, color=colour)
    axes.set_ylim(bottom=max(axes.get_ylim()[0], _LEAST_SHOWN))
    axes.xaxis.set_major_formatter(_SHARE)
    axes.yaxis.set_major_formatter(_SHARE)
    axes.legend(frameon=False)
    return png(figure)
