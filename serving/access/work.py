"""How much a call asks for, before anybody has read it: its rows, and what kind of rows they are."""

from __future__ import annotations

from dataclasses import dataclass

from serving.access.routes import Route

LIGHT_SECONDS = 0.01
"""Calls of which no more is expected never wait behind larger ones."""
_OBJECT = b"{"
_MARKS = (b'"events"', b'"vector"', b'"reasons"')
"""Members that make rows of another cost; whoever hides one is taken for a cheaper kind until its cost is learned."""


@dataclass(frozen=True)
class Work:
    """One call's work: ``kind`` is what its cost is learned by, ``row_seconds`` what is believed of a row until then.

    What ``tries_password`` takes long on purpose, and may be asked for by anybody.
    """

    kind: tuple[str, ...]
    rows: int
    row_seconds: float
    tries_password: bool = False

    @property
    def is_light(self) -> bool:
        """Whether it is small by what is declared, whatever is learned: a busy machine makes no call large."""
        return self.rows * self.row_seconds <= LIGHT_SECONDS

    @property
    def size(self) -> int:
        """Calls of twice as many rows are one size larger."""
        return self.rows.bit_length()


def work_of(route: Route, body: bytes) -> Work:
    """The work a call asks for.

    Rows are objects within the body's own: no spelling of JSON can hide the bracket an object begins with. Who calls in
    other terms than the contract's counts by these.
    """
    marks = [mark.decode() for mark in _MARKS if mark in body] if body else []
    rows = body.count(_OBJECT) - 1 if route.terms is None or not body else route.terms.rows(body)
    # The page with the form is asked for at the same address, without a body.
    if route.tries_password and body:
        return Work((route.path, "password"), max(1, rows), route.row_seconds, tries_password=True)
    return Work((route.path, *marks), max(1, rows), route.row_seconds)
