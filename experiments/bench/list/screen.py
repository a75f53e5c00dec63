"""The list in a real browser: how many rows it shows at once, and how many stops of Tab lead to the first."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from experiments.bench.list.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_MOST_STOPS = 60
_VISIBLE = """rows => rows.filter(row => {
    const box = row.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= window.innerHeight;
}).length"""


@contextmanager
def opened(visitor: Visitor) -> Iterator[Screen]:
    """The pages behind a real socket, and Chromium before them."""
    from playwright.sync_api import sync_playwright

    config = uvicorn.Config(visitor.guard, port=0, log_config=None, ws="none", lifespan="off")
    server, socket = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        with sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            yield Screen(visitor, browser, f"http://127.0.0.1:{socket.getsockname()[1]}")
            browser.close()
    finally:
        server.should_exit = True
        thread.join()
        socket.close()


class Screen:
    """A browser that is signed in, at any size of window."""

    def __init__(self, visitor: Visitor, browser: Browser, address: str) -> None:
        self._visitor, self._browser, self._address = visitor, browser, address

    def rows_at(self, width: int, height: int) -> int:
        """How many customers can be seen whole without scrolling."""
        page = self._list(width, height)
        seen = int(page.locator(".list tbody tr").evaluate_all(_VISIBLE))
        page.close()
        return seen

    def stops_to_first(self) -> int:
        """How many times Tab is pressed until the first customer is reached."""
        page = self._list(1440, 900)
        first = page.locator(".list .customer a").first.inner_text()
        stops, reached = 0, ""
        while reached != first and stops < _MOST_STOPS:
            page.keyboard.press("Tab")
            reached = str(page.evaluate("document.activeElement.textContent")).strip()
            stops += 1
        page.close()
        return stops

    def _list(self, width: int, height: int) -> Page:
        page = self._browser.new_page(viewport={"width": width, "height": height})
        ticket = self._visitor.models_in_use.ledger.sessions.create_ticket(at=self._visitor.seconds)
        page.goto(f"{self._address}/sign-in?ticket={ticket}")
        page.wait_for_url("**/churn")
        return page
