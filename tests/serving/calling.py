"""The guarded application in this process, and callers who send it requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter

from features.company.workspace import Workspace
from serving.access.asgi import Application
from serving.access.cookies import DOOR_COOKIE, FORM_TOKEN, SESSION_COOKIE, form_token_of
from serving.access.guard import Guard
from serving.access.routes import Route
from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api, declared
from serving.in_use.models_in_use import ModelsInUse
from serving.ledger.ledger import Ledger
from serving.pages.pages import Pages
from tests.serving.company import Company
from tests.waiting import GENEROUS_SECONDS

NOW = 1_800_000_000
Kind = TypeVar("Kind")
ADDRESS = "http://regulars.test"
ROUTES = declared(*ADAPTERS, Pages().routes)
# How long an answer may take is no matter of a test on a busy machine, but for the one test of it.
PATIENT = tuple(replace(route, seconds=GENEROUS_SECONDS) for route in ROUTES)
"""Every address the guard of a service knows."""


class Workplace(Workspace):
    """A company's workspace with another ledger, so that tests do not meet in it."""

    def __init__(self, workspace: Workspace, ledger: Path) -> None:
        super().__init__(workspace.folder)
        self._ledger = ledger

    @property
    def ledger(self) -> Path:
        return self._ledger

    @property
    def jobs(self) -> Path:
        return self._ledger.parent / "jobs"


class Service:
    """Everything a service process holds, without the process."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.seconds = NOW
        workspace = Workplace(company.workspace, folder / "ledger.db")
        self.models_in_use = ModelsInUse(
            company.settings,
            workspace,
            now=lambda: self.seconds,
            ticks=lambda: float(self.seconds),
        )
        self.pages = Pages()
        self.pages.language = self.models_in_use.language
        self.web = build_api(*ADAPTERS, self.pages.routes)
        self.web.state.models_in_use = self.models_in_use
        self.application = self.guarded(self.web)

    def begin(self, folder: Path) -> None:
        """A new day: an empty ledger and the clock set back."""
        with self.models_in_use.at_rest():
            self.models_in_use.ledger.close()
            self.models_in_use.ledger = Ledger(folder / "ledger.db")
        self.seconds = NOW

    def guarded(
        self, application: Application, routes: Sequence[Route] = PATIENT, **further: Any
    ) -> Guard:
        return Guard(
            application,
            routes,
            ledger=lambda: self.models_in_use.ledger,
            now=lambda: self.seconds,
            error_page=self.pages.error_page,
            **further,
        )

    def caller(self, *scopes: str) -> Caller:
        key = self.models_in_use.ledger.create_key("test", scopes, at=self.seconds)
        return Caller(self.application, {"x-api-key": key})

    def browser(self, account_id: str | None = None) -> Browser:
        """Somebody who came in by a link: an account, or whoever runs the service."""
        sessions = self.models_in_use.ledger.sessions
        ticket = sessions.create_ticket(account_id, at=self.seconds)
        token = sessions.redeem_ticket(ticket, at=self.seconds)
        return Browser(self.application, SESSION_COOKIE, str(token))

    def stranger(self) -> Browser:
        """Somebody at the sign-in page, who has no session."""
        return Browser(self.application, DOOR_COOKIE, "a-stranger")

    def close(self) -> None:
        self.models_in_use.close()


class Caller:
    """Sends requests with the same headers each time."""

    def __init__(self, application: Any, headers: Mapping[str, str]) -> None:
        self.headers = dict(headers)
        self._application = application

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._application)
            async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
                headers = self.headers | content.pop("headers", {})
                return await client.request(method, path, headers=headers, **content)

        return asyncio.run(send())

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self.request("POST", path, **content)

    def score(self, **question: Any) -> dict[str, Any]:
        answer = self.post("/v1/score", json=question)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content


class Browser(Caller):
    """Sends a cookie, and with each form what names the browser it was drawn for."""

    def __init__(self, application: Any, cookie: str, secret: str) -> None:
        super().__init__(application, {"cookie": f"{cookie}={secret}", "accept": "text/html"})
        self.form_token = form_token_of(secret)

    def post(self, path: str, **content: Any) -> httpx.Response:
        if "data" in content or "files" in content:
            content["data"] = {FORM_TOKEN: self.form_token} | content.get("data", {})
        return super().post(path, **content)


def answer_as(kind: type[Kind], content: bytes) -> Kind:
    """An answer read as the type it is said to be; a fault where it is another."""
    return TypeAdapter(kind).validate_json(content)


async def in_parts(*parts: bytes) -> AsyncIterator[bytes]:
    """A body sent in chunks, without saying how long it will be."""
    for part in parts:
        yield part
