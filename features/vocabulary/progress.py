"""How a long step tells a person how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then by a long step: what it is doing, how much is done, of how much."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` parts of a step are finished."""


def silent(step: str, done: int, total: int) -> None:
    """Say nothing: for callers that do not show progress."""
