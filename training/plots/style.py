"""How every plot looks: one size, one ink, one colour for what matters and greys for the rest.   [matplotlib]"""

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
_STYLE: Any = {
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


def canvas(title: str, across: str, up: str, *, has_grid: bool = True) -> tuple[Any, Any]:
    """A figure and its axes, named."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Whoever draws in the same process keeps the looks of their own.
    with rc_context(_STYLE):
        figure = Figure(figsize=(6.4, 4.8), dpi=110, layout="tight")
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
