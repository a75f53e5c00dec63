"""Ways to make lists, by what they find and by how much of what there is they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from training.plots.style import INK, QUIET, STRONG, canvas, png

_LINE_HEIGHT, _MOST_LINES = 0.052, 20
"""How high a line of the names is, as a part of the picture's height, where there are fewer than so many."""
_LETTERS_A_LINE = 30


@dataclass(frozen=True)
class ListedWay:
    """One way to make lists: how much of all items it shows anybody, and how much of what was bought it finds, with an interval."""

    name: str
    coverage: float
    found: float
    low: float
    high: float
    ships: bool


def coverage_plot(ways: Sequence[ListedWay], title: str, up: str) -> bytes:
    """Coverage across and accuracy up, a point a way with its 95 % interval, as PNG; what ships has the strong colour.

    Points have the place of their way by accuracy, which is named beside the picture.
    """
    figure, axes = canvas(title, "share of all items that stand on some list", up)
    ordered = sorted(ways, key=lambda one: -one.found)
    names = [wrap(one.name, _LETTERS_A_LINE) for one in ordered]
    line = min(_LINE_HEIGHT, _MOST_LINES * _LINE_HEIGHT / max(1, sum(map(len, names))))
    height = 1.0
    # What ships is drawn last, so that nothing lies over it.
    for place, one in sorted(enumerate(ordered), key=lambda each: each[1].ships):
        color = STRONG if one.ships else QUIET
        axes.plot([one.coverage] * 2, [one.low, one.high], color=color, linewidth=2, alpha=0.4)
        axes.plot(one.coverage, one.found, "o", color=color, markersize=12, markeredgecolor="white")
        axes.annotate(
            str(place + 1), (one.coverage, one.found), ha="center", va="center", fontsize=7.5, color="white"
        )  # fmt: skip
    for place, (one, lines) in enumerate(zip(ordered, names, strict=True), 1):
        color = STRONG if one.ships else INK
        for number, said in zip((str(place), *[""] * len(lines)), lines, strict=False):
            at = {"xycoords": "axes fraction", "va": "top", "fontsize": 8.5, "color": color}
            axes.annotate(number, (1.065, height), ha="right", **at)
            axes.annotate(said, (1.08, height), **at)
            height -= line
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter("{x:.0%}")
    return png(figure)
