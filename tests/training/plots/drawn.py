"""What a plot has drawn, looked at before it becomes a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from training.plots import style


class Drawn:
    """The axes of the last picture that was drawn by a module."""

    def __init__(self, patched: pytest.MonkeyPatch, module: Any) -> None:
        self.axes: Any = None
        patched.setattr(module, "canvas", self._watched(style.canvas))

    def _watched(self, canvas: Callable[..., tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
        def watched(*words: Any, **options: Any) -> tuple[Any, Any]:
            figure, self.axes = canvas(*words, **options)
            return figure, self.axes

        return watched

    def line(self, label: str) -> tuple[list[float], list[float]]:
        """Where the line or the points of this name are."""
        [found] = [one for one in self.axes.lines if one.get_label() == label]
        return list(map(float, found.get_xdata())), list(map(float, found.get_ydata()))

    @property
    def words(self) -> list[str]:
        """What is written into the picture, beside its axes and its legend."""
        return [one.get_text() for one in self.axes.texts]
