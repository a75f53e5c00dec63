"""The head of a request is held to its limits before anybody looks at a key in it."""

from __future__ import annotations

import pytest

from serving.access.problems import Refusal
from serving.access.request_head import MOST_HEAD_BYTES, MOST_HEADERS, check_head
from tests.serving.calling import Caller, Service


def test_the_limits_are_a_hundred_headers_and_32_kb() -> None:
    assert (MOST_HEADERS, MOST_HEAD_BYTES) == (100, 32_768)


@pytest.mark.parametrize(
    ("path", "query", "headers", "is_refused"),
    [
        (b"", b"", [(b"a", b"")] * 100, False),
        (b"", b"", [(b"a", b"")] * 101, True),
        (b"", b"", [(b"a", b"b" * 32_767)], False),
        (b"", b"", [(b"a", b"b" * 32_768)], True),
        (b"", b"", [(b"a" * 32_768, b"b")], True),
        (b"/" * 10_000, b"q" * 10_000, [(b"a", b"b" * 12_767)], False),
        (b"/" * 10_001, b"q" * 10_000, [(b"a", b"b" * 12_767)], True),
        (b"/" * 10_000, b"q" * 10_001, [(b"a", b"b" * 12_767)], True),
    ],
)
def test_a_head_that_is_too_large_in_number_or_in_bytes_is_refused(
    path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], is_refused: bool
) -> None:
    scope = {"headers": headers, "raw_path": path, "query_string": query}
    if not is_refused:
        check_head(scope)
        return
    with pytest.raises(Refusal) as refused:
        check_head(scope)
    assert refused.value.kind.status == 431


def test_a_large_head_is_refused_before_its_key_is_looked_at(service: Service) -> None:
    for key in ("wrong", service.caller("score").headers["x-api-key"]):
        answer = Caller(service.application, {"x-api-key": key}).get(
            "/v1/version", headers={"x-long": "b" * 40_000}
        )
        assert answer.status_code == 431
        assert answer.json()["code"] == "head_too_large"
