"""How every plot looks: the style file beside this one, and the colours by what they are for.   [matplotlib]"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

INK, QUIET, FAINT = "#222222", "#8a8a8a", "#dddddd"
"""Words, what is compared with, and lines that only help the eye."""
STRONG = "#1f4e79"
"""What a plot is about: what ships, or what was measured."""
OTHERS = ("#c8702a", "#5b8c5a", "#8a6fa8", "#b0a030")
"""What stands beside it, in an order that people who see few colours tell apart by lightness."""
HOUSE = "training.plots.house"
"""The style file by the name matplotlib finds it under."""


def canvas(title: str, across: str, up: str, *, has_grid: bool = True) -> tuple[Any, Any]:
    """A figure and its axes, named."""
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Whoever draws in the same process keeps the looks of their own.
    with style.context(HOUSE):
        figure = Figure()
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set(title=title, xlabel=across, ylabel=up)
        axes.grid(has_grid)
    return figure, axes


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each curve by its name; the last is what ships, and has the strong one.

    >>> colours(["a rule", "the model"])
    {'a rule': '#c8702a', 'the model': '#1f4e79'}
    """
    *others, ships = names
    return {name: OTHERS[place % len(OTHERS)] for place, name in enumerate(others)} | {
        ships: STRONG
    }


def ships_last(*names: str) -> list[str]:
    """The names of curves, each once, with the one that ships behind the others; it is given last.

    >>> ships_last("a rule", "the model", "a rule")
    ['the model', 'a rule']
    """
    return [*dict.fromkeys(one for one in names if one != names[-1]), names[-1]]


def png(figure: Any) -> bytes:
    """A figure as PNG, without a word of what drew it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
