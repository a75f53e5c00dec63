"""Pictures of a training that nobody looks at: everything is drawn, and nothing is rendered.

Rendering takes a third of the training of a small company. What draws the pictures runs all the same, so
that a company whose curves cannot be drawn fails here too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from training.recipe import falling
from training.recipe.report import Report, draw_plots

EMPTY_PNG = b"\x89PNG\r\n\x1a\n"
Draw = Callable[[Report, Path], None]


def unrendered(draw: Draw) -> Draw:
    """The same drawing, whose pictures are empty."""

    def drawn(report: Report, folder: Path) -> None:
        from matplotlib.backend_bases import FigureCanvasBase
        from matplotlib.figure import Figure

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Figure, "savefig", _nothing_but_a_file)
            patched.setattr(Figure, "tight_layout", lambda *_, **__: None)
            # Having saved a picture, pyplot renders it once more for a screen, which is not there.
            patched.setattr(FigureCanvasBase, "draw_idle", lambda *_, **__: None)
            draw(report, folder)

    return drawn


def leave_unrendered(patched: pytest.MonkeyPatch) -> None:
    """From now on no training renders its pictures."""
    patched.setattr(falling, "draw_plots", unrendered(draw_plots))


def render(patched: pytest.MonkeyPatch) -> None:
    """From now on every training does."""
    patched.setattr(falling, "draw_plots", draw_plots)


def _nothing_but_a_file(figure: Any, file: BinaryIO, **_: Any) -> None:
    file.write(EMPTY_PNG)
