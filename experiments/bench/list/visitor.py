"""Somebody signed in to the pages of a company, in this process, with a watch in hand."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.access.asgi import Message
from serving.access.cookies import FORM_TOKEN, SESSION_COOKIE, form_token_of
from serving.access.guard import Guard
from serving.contract.application import build_api, declared
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.pages.pages import Pages
from serving.process.garbage_collection import settle

HOUR_SECONDS = 3_600
_PATIENT_SECONDS = float(HOUR_SECONDS)


@dataclass
class PageAnswer:
    """What came back, in how much time, and how soon its first customers came."""

    status: int = 0
    transferred_bytes: int = 0
    parts: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    first_seconds: float = 0.0


class Visitor:
    """Opens the service's application on a company's scores and signs in."""

    def __init__(self, settings_path: Path) -> None:
        self.seconds = int(time.time())
        settings = load_settings(settings_path)
        workspace = Workspace(settings.workspace_folder)
        self.models_in_use = ModelsInUse(
            settings, workspace, now=lambda: self.seconds, ticks=time.monotonic
        )
        pages = Pages()
        pages.language = self.models_in_use.language
        web = build_api(pages.routes)
        web.state.models_in_use = self.models_in_use
        # A file of a million lines may take as long as it takes.
        routes = [replace(one, seconds=_PATIENT_SECONDS) for one in declared(pages.routes)]
        self.pages = pages
        self.guard = Guard(
            web,
            routes,
            ledger=lambda: self.models_in_use.ledger,
            now=lambda: self.seconds,
            error_page=pages.error_page,
        )
        pages.rehearse()
        settle()
        asyncio.run(_started(self.guard))
        # The morning after the scores were made, when nothing is out of date.
        self.seconds = self.in_use.snapshot.cutoff_seconds + HOUR_SECONDS
        ledger, now = self.models_in_use.ledger, self.seconds
        token = ledger.sessions.redeem_ticket(ledger.sessions.create_ticket(at=now), at=now)
        self._form_token = form_token_of(str(token))
        self._headers = [
            (b"cookie", f"{SESSION_COOKIE}={token}".encode()),
            (b"accept", b"text/html"),
            (b"accept-encoding", b"gzip"),
        ]

    @property
    def in_use(self) -> InUse:
        """The scores the pages are about."""
        found = self.models_in_use.in_use
        assert found is not None
        return found

    def get(self, address: str, most_parts: int = 0) -> PageAnswer:
        """Ask for a page; with ``most_parts`` the connection is closed after so many parts of a file."""
        return self._asked("GET", address, b"", most_parts)

    def find(self, text: str) -> PageAnswer:
        """Search for a number."""
        return self._asked(
            "POST", "/churn/find", urlencode({"q": text, FORM_TOKEN: self._form_token}).encode(), 0
        )

    def _asked(self, method: str, address: str, body: bytes, most_parts: int) -> PageAnswer:
        found, cpu = PageAnswer(), _cpu_seconds()
        begun = time.perf_counter()
        asyncio.run(self._ask(method, address, body, most_parts, found, begun))
        found.seconds = time.perf_counter() - begun
        found.cpu_seconds = _cpu_seconds() - cpu
        assert found.status in (200, 303), (address, found.status)
        return found

    async def _ask(
        self,
        method: str,
        address: str,
        body: bytes,
        most_parts: int,
        found: PageAnswer,
        begun: float,
    ) -> None:
        path, _, query = address.partition("?")
        headers = [*self._headers, (b"content-type", b"application/x-www-form-urlencoded")]
        headers.append((b"sec-fetch-site", b"same-origin"))
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "http_version": "1.1",
            "scheme": "http",
            "server": ("x", 1),
            "client": ("y", 2),
            "root_path": "",
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]
        has_gone = asyncio.Event()

        async def receive() -> Message:
            if messages:
                return messages.pop()
            await has_gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.status = int(message["status"])
                return
            found.parts += 1
            found.transferred_bytes += len(message["body"])
            # The first part of a file is its heading.
            if found.parts == 2:
                found.first_seconds = time.perf_counter() - begun
            if most_parts and found.parts == most_parts:
                has_gone.set()

        await self.guard(scope, receive, send)

    def close(self) -> None:
        """Let go of everything that was opened."""
        self.models_in_use.close()


async def _started(guard: Guard) -> None:
    """Start the application as a server does, which makes ready what a first call would have to."""
    messages: list[Message] = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]

    async def receive() -> Message:
        return messages.pop()

    async def send(message: Message) -> None:
        """Nobody waits for what is said."""

    await guard({"type": "lifespan", "state": {}}, receive, send)


def _cpu_seconds() -> float:
    return sum(os.times()[:4])
