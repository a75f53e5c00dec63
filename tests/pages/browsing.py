"""A real browser before the guarded application: what tests of the pages drive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from tests.serving.calling import Service
from tests.serving.company import Company
from tests.waiting import GENEROUS_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def served(company: Company, folder: Path) -> Iterator[tuple[Service, str]]:
    """The guarded application of a company behind a real socket, and its address."""
    service = Service(company, folder)
    config = uvicorn.Config(service.application, port=0, log_config=None, ws="none", lifespan="off")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield service, f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    socket.close()
    service.close()


def sign_in(page: Page, running: tuple[Service, str]) -> Page:
    """Come in by a link, and wait for the list: the page behind the link goes on to it by itself."""
    service, address = running
    page.set_default_timeout(1_000 * GENEROUS_SECONDS)
    ticket = service.models_in_use.ledger.sessions.create_ticket(at=service.seconds)
    page.goto(f"{address}/sign-in?ticket={ticket}")
    page.wait_for_url("**/churn")
    return page


def signed_in(chromium: Browser, running: tuple[Service, str], width: int = 1280) -> Page:
    """A page of its own that came in by a link."""
    return sign_in(chromium.new_page(viewport={"width": width, "height": 844}), running)
