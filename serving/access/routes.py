"""Every address the service answers, declared once: what is not here does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LONGEST_SECONDS = 300.0
_PERSONAL_PAGES = ("/churn", "/churn.csv", "/churn/customer")


@dataclass(frozen=True)
class Route:
    """One address the service answers: who may come, and how.

    ``scope`` is what a key must carry, None where anybody may come. ``browser`` says that a signed-in
    browser may come as well and that refusals are shown as a page. ``body`` is the kind of body a POST
    must have, ``body_bytes`` how large it may be and ``seconds`` how long an answer may take. BentoML itself answers
    those that are ``is_frameworks``. A ``path`` that ends in a slash stands for
    everything below it, unless it is ``/``.
    """

    path: str
    scope: str | None
    methods: tuple[str, ...] = ("GET",)
    browser: bool = False
    body: Literal["json", "form"] = "json"
    seconds: float = 10.0
    body_bytes: int = 1_000_000
    is_frameworks: bool = False

    def is_personal(self, method: str) -> bool:
        """Whether a call asks for people's data or tells of it, so that it is written down."""
        return self.scope is not None and (
            method != "GET" or self.path in ("/v1/jobs/", *_PERSONAL_PAGES)
        )

    def matches(self, path: str) -> bool:
        """Whether an address belongs to this route."""
        below = self.path.endswith("/") and self.path != "/" and path.startswith(self.path)
        return below or path == self.path


ROUTES = (
    Route("/livez", None, is_frameworks=True),
    Route("/readyz", None, is_frameworks=True),
    Route("/static/", None),
    Route("/sign-in", None, ("GET", "POST"), browser=True, body="form"),
    Route("/sign-out", "pages", ("POST",), browser=True, body="form"),
    Route("/", "pages", browser=True),
    Route("/churn", "pages", browser=True),
    Route("/churn.csv", "pages", browser=True, seconds=LONGEST_SECONDS),
    Route("/churn/find", "pages", ("POST",), browser=True, body="form"),
    Route("/churn/customer", "pages", browser=True),
    Route("/v1/docs", "pages", browser=True),
    Route("/v1/score", "score", ("POST",), body_bytes=8_000_000),
    Route("/v1/jobs", "score", ("POST",), body_bytes=16_000_000),
    Route("/v1/jobs/", "score", ("GET", "DELETE"), seconds=LONGEST_SECONDS),
    Route("/v1/customer", "score", ("POST",)),
    Route("/v1/schema", "score"),
    Route("/v1/offers", "score", ("GET", "POST")),
    Route("/v1/recommendations", "score", ("POST",)),
    Route("/v1/similar-items", "score", ("POST",)),
    Route("/v1/item-customers", "score", ("POST",), seconds=60.0),
    Route("/v1/changes", "score", ("POST",)),
    Route("/v1/what-if", "score", ("POST",)),
    Route("/v1/events", "events", ("POST",)),
    Route("/v1/feedback", "events", ("POST",)),
    Route("/v1/objections", "privacy", ("POST",)),
    Route("/v1/erasures", "privacy", ("POST",), seconds=60.0),
    Route("/v1/erasures/status", "privacy", ("POST",)),
    Route("/v1/version", "score"),
    Route("/v1/models", "score"),
    Route("/v1/openapi.json", "score"),
    Route("/metrics", "admin", is_frameworks=True),
    Route("/docs.json", "admin", is_frameworks=True),
    Route("/schema.json", "score", is_frameworks=True),
    Route("/score", "score", ("POST",), body_bytes=8_000_000, is_frameworks=True),
)
