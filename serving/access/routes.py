"""What the guard knows of every address that the service answers: what is not declared does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from serving.access.caller_terms import CallerTerms
from serving.ledger.accounts.roles import Permission

LONGEST_SECONDS = 300.0
USUAL_SECONDS = 10.0
USUAL_BYTES = 1_000_000
LARGE_BYTES = 8_000_000
USUAL_ROW_SECONDS = 0.003
METHODS = ("GET", "POST", "DELETE")


@dataclass(frozen=True)
class Route:
    """One address the service answers: who may come, and how.

    ``scope`` is what a key must carry, None where anybody may come. By the methods that are ``personal`` people's
    data is asked for or told of, so that the call is written down. ``browser`` says that a signed-in
    browser may come as well and that refusals are shown as a page; what whoever signed in must be permitted is
    ``permission``, or follows from whether it is personal. ``body`` is the kind of body a POST
    must have, a form whose fields may be a ``file`` among them, ``body_bytes`` how large it may be and ``seconds`` how long an answer may take. BentoML itself answers
    those that are ``is_frameworks``. ``row_seconds`` is what a row of a question is believed to cost until it is learned.
    A route that ``tries_password`` takes long on purpose, and has a queue of its own.
    ``query_key`` names the part of an address's query in which a key may come, and ``terms`` are those of a caller who does not
    speak the contract's own. Of a route that ``is_whole`` the answer is made in one go, by one thread, and sent when it is there.
    A ``path`` that ends in a slash stands for everything below it, unless it is ``/``.
    """

    path: str
    scope: str | None
    methods: tuple[str, ...] = ("GET",)
    personal: tuple[str, ...] = ()
    browser: bool = False
    permission: Permission | None = None
    tries_password: bool = False
    body: Literal["json", "form", "file"] = "json"
    seconds: float = USUAL_SECONDS
    body_bytes: int = USUAL_BYTES
    row_seconds: float = USUAL_ROW_SECONDS
    is_whole: bool = False
    is_frameworks: bool = False
    query_key: str = ""
    terms: CallerTerms | None = field(default=None, compare=False)

    @property
    def needed(self) -> Permission:
        """What a signed-in browser must be permitted."""
        return self.permission or ("customers" if self.personal else "company")

    def is_personal(self, method: str) -> bool:
        """Whether a call asks for people's data or tells of it, so that it is written down."""
        return method in self.personal

    def matches(self, path: str) -> bool:
        """Whether an address belongs to this route."""
        below = self.path.endswith("/") and self.path != "/" and path.startswith(self.path)
        return below or path == self.path


FRAMEWORKS = (
    Route("/livez", None, is_frameworks=True),
    Route("/readyz", None, is_frameworks=True),
    Route("/metrics", "admin", is_frameworks=True),
    Route("/docs.json", "admin", is_frameworks=True),
    Route("/schema.json", "score", is_frameworks=True),
)
"""What BentoML answers by itself."""


def table(declared: Iterable[Route]) -> tuple[Route, ...]:
    """Every address once, with all methods it answers; a fault where they are declared to differ in more."""
    by_path: dict[str, Route] = {}
    for route in declared:
        known = by_path.get(route.path)
        by_path[route.path] = route if known is None else _with_methods(known, route)
    return tuple(by_path.values())


def _with_methods(route: Route, other: Route) -> Route:
    both = (route, other)
    posted = [one for one in both if "POST" in one.methods]  # others have no body
    if len(
        {(one.scope, one.browser, one.permission, one.seconds, one.is_frameworks) for one in both}
    ) > 1 or (len({(one.body, one.body_bytes) for one in posted}) > 1):
        raise ValueError(f"{route.path} is declared twice, and not alike but for the methods")
    return replace(
        (posted or both)[0],
        is_whole=all(one.is_whole for one in both),
        tries_password=any(one.tries_password for one in both),
        methods=_in_order({*route.methods, *other.methods}),
        personal=_in_order({*route.personal, *other.personal}),
    )


def _in_order(methods: set[str]) -> tuple[str, ...]:
    return tuple(method for method in METHODS if method in methods)
