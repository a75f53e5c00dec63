"""A service that does not answer is said to, in words, and a key goes nowhere but where it was meant for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from features.vocabulary.errors import UsageRefused
from regulars.assistant.asking import ServiceRefused, over_http, problem_in


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody on, and remembers who came."""

    seen: list[str]

    def do_POST(self) -> None:
        self.seen.append(self.path)
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(302)
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.seen.append(self.path)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is told."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    Elsewhere.seen = []
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", Elsewhere.seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_follows_nobody_elsewhere(elsewhere: tuple[str, list[str]]) -> None:
    url, seen = elsewhere
    with pytest.raises(ServiceRefused, match="no answer that can be read"):
        over_http(url, "rgl_1")("/v1/score", {})
    assert seen == ["/v1/score"]


def test_where_nobody_listens_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceRefused, match="cannot be reached") as refused:
        over_http(f"http://127.0.0.1:{port}", "rgl_1")("/v1/score", {})
    assert "rgl_1" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "localhost:3000", "file:///etc/passwd", "ftp://a"])
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(UsageRefused, match="address of a running service"):
        over_http(url, "rgl_1")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b"\xff", b"null"])
def test_a_refusal_that_is_no_problem_is_said_to_be_none(body: bytes) -> None:
    assert problem_in(body) == "The service gave no answer that can be read."
