"""One call as it was answered, for whoever counts calls or writes them down: nothing in it says about whom it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from serving.access.correlation import Correlation
from serving.access.routes import Route

UNKNOWN, OTHER = "unknown", "other"


class AnsweredCall(NamedTuple):
    """What is known of a call once it is over.

    ``route`` is None where nothing is declared at its address, ``key_id`` empty where no key was presented that is known,
    ``rows`` 0 where it had no body, and ``refused`` the kind of refusal where the guard made one.
    """

    route: Route | None
    method: str
    status: int
    seconds: float
    correlation: Correlation
    key_id: str = ""
    rows: int = 0
    refused: str = ""

    @property
    def path(self) -> str:
        """The declared address, or a word for all that are not: what was sent is never told."""
        return UNKNOWN if self.route is None else self.route.path

    @property
    def known_method(self) -> str:
        """The method where the route has it, else a word for all others."""
        known = self.route is not None and self.method in self.route.methods
        return self.method if known else OTHER


Note = Callable[[AnsweredCall], None]


class Heard:
    """Tells all who want to know of every call that was answered; before there is a process nobody does."""

    def __init__(self) -> None:
        self.listeners: list[Note] = []

    def note(self, call: AnsweredCall) -> None:
        """Tell of one call."""
        for listener in self.listeners:
            listener(call)
