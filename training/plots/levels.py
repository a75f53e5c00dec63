"""The level of what was expected, test by test."""

from __future__ import annotations

import math

from training.measures.levels import HeldLevels
from training.plots.style import QUIET, STRONG, canvas, png

_TICKS = (0.25, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


def levels_plot(held: HeldLevels, next_level: tuple[float, float], title: str) -> bytes:
    """How much came at each test for each one expected, with its 95 % interval, and where the next level lies, as PNG.

    Twice as much and half as much are equally far off. A test at which nothing came, or nothing was expected, is left out.
    ``next_level`` has the ends of the range of nine in ten; NaN where it is not known.
    """
    known = [one for one in reversed(held.levels) if math.isfinite(one.distance)]
    figure, axes = canvas(title, "tested at", "came for each one expected")
    axes.axhline(1.0, color=QUIET, linewidth=1)
    ends = [one.observed_over_expected for one in known]
    for place, one in enumerate(known):
        found = one.observed_over_expected
        if math.isfinite(one.bias_low):
            low, high = 1.0 / (1.0 + one.bias_high), 1.0 / (1.0 + one.bias_low)
            axes.plot([place, place], [low, high], color=STRONG, linewidth=2.4, alpha=0.45)
            ends += [low, high]
        axes.plot(place, found, "o", color=STRONG)
        axes.annotate(
            f"{found:.2f}", (place, found), (9, 0), textcoords="offset points", va="center"
        )
    names = [one.test for one in known]
    if all(map(math.isfinite, next_level)):
        axes.bar(
            len(names), next_level[1] - next_level[0], 0.3, next_level[0], color=QUIET, alpha=0.35
        )
        axes.annotate(f"{next_level[0]:.2f} to {next_level[1]:.2f}", (len(names), next_level[1]), (0, 5), textcoords="offset points", ha="center")  # fmt: skip
        names.append("next, 9 in 10")
        ends += next_level
    most = 1.15 * max([1.25, *ends, *(1 / one for one in ends if one > 0)])
    axes.set_yscale("log")
    axes.set_ylim(1 / most, most)
    axes.set_yticks([one for one in _TICKS if 1 / most <= one <= most])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.grid(False, axis="x")
    return png(figure)
