"""Answers on the wire: text is smaller for whoever reads gzip, and the same for everybody else."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from serving.access.asgi import Headers, Message
from serving.access.compression import Compressed, accepts_gzip
from tests.serving.calling import Caller, Service

LONG = b"nothing to see here, " * 100
TEXT = (b"content-type", b"text/plain; charset=utf-8")


def sent(
    *bodies: bytes, headers: Headers | None = None, accepts: bytes = b"gzip"
) -> tuple[dict[bytes, bytes], list[bytes]]:
    """The headers and the parts that leave, of an answer in these parts."""
    made: list[Message] = []

    async def send(message: Message) -> None:
        made.append(message)

    async def answer() -> None:
        out = Compressed({"headers": [(b"accept-encoding", accepts)]}, send)
        start = headers if headers is not None else [TEXT]
        await out.send({"type": "http.response.start", "status": 200, "headers": start})
        for place, body in enumerate(bodies, 1):
            is_more = place < len(bodies)
            await out.send({"type": "http.response.body", "body": body, "more_body": is_more})

    asyncio.run(answer())
    return dict(made[0]["headers"]), [one["body"] for one in made[1:]]


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        ("gzip", True), ("GZIP", True), ("x-gzip", True), ("br, gzip", True), ("gzip;q=0.001", True),
        ("gzip; q=1.0", True), ("*", True), ("br;q=1, *;q=0.1", True), ("gzip, *;q=0", True),
        ("", False), ("br", False), ("identity", False), ("gzip;q=0", False), ("gzip; q=0.0", False),
        ("gzip;q=0, *", False), ("*;q=0", False), ("gzip;q=much", False), ("gzipped", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_whoever_asks_for_it_alone(header: str, is_accepted: bool) -> None:
    assert accepts_gzip(header) is is_accepted


def test_a_whole_answer_says_how_long_it_is_on_the_wire() -> None:
    headers, [body] = sent(LONG, headers=[TEXT, (b"content-length", b"2100")])
    assert gzip.decompress(body) == LONG and len(body) < 100
    assert headers[b"content-length"] == str(len(body)).encode()
    assert headers[b"content-encoding"] == b"gzip"


@pytest.mark.parametrize(
    ("size", "is_packed"), [(0, False), (999, False), (1_000, True), (1_001, True)]
)
def test_a_small_answer_stays_plain(size: int, is_packed: bool) -> None:
    headers, [body] = sent(b"a" * size)
    assert (b"content-encoding" in headers) is is_packed and (len(body) < size) is is_packed
    assert headers[b"vary"] == b"Accept-Encoding"


def test_each_part_can_be_read_as_soon_as_it_is_sent() -> None:
    headers, parts = sent(b"one,", b"two,", b"", b"three", b"")
    assert b"content-length" not in headers
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert [reader.decompress(one) for one in parts] == [b"one,", b"two,", b"", b"three", b""]
    assert reader.eof


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-type", b"application/vnd.ms-excel")],
        [],
        [TEXT, (b"content-encoding", b"br")],
        [TEXT, (b"content-range", b"bytes 0-1/2")],
        [(b"Content-Type", b"text/plain"), (b"Content-Encoding", b"br")],
    ],
)
def test_what_is_no_text_or_packed_by_somebody_else_goes_out_as_it_came(headers: Headers) -> None:
    assert sent(LONG, headers=headers) == (dict(headers), [LONG])


def test_a_header_is_known_however_its_name_is_written() -> None:
    written = [(b"Content-Type", b"Text/HTML"), (b"Content-Length", b"2100"), (b"ETag", b'"1"')]
    headers, [body] = sent(LONG, headers=written)
    assert gzip.decompress(body) == LONG and headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert not {b"Content-Length", b"ETag"} & set(headers)


def test_a_text_that_is_sent_by_its_path_goes_out_as_it_came() -> None:
    made: list[Message] = []

    async def send(message: Message) -> None:
        made.append(message)

    said: list[Message] = [
        {"type": "http.response.start", "status": 200, "headers": [TEXT]},
        {"type": "http.response.pathsend", "path": "/srv/terms.txt"},
    ]

    async def answer() -> None:
        out = Compressed({"headers": [(b"accept-encoding", b"gzip")]}, send)
        for message in said:
            await out.send(message)

    asyncio.run(answer())
    assert made == said


def test_a_name_of_the_plain_bytes_is_not_given_to_others() -> None:
    named = [TEXT, (b"etag", b'"1"'), (b"accept-ranges", b"bytes")]
    assert not {b"etag", b"accept-ranges"} & set(sent(LONG, headers=named)[0])
    assert {b"etag", b"accept-ranges"} <= set(sent(LONG, headers=named, accepts=b"br")[0])


@pytest.mark.parametrize(
    "path", ["/churn", "/churn.csv", "/static/style.css", "/static/list.js", "/static/htmx.min.js"]
)
def test_pages_and_files_are_the_same_for_whoever_reads_gzip_and_who_does_not(
    service: Service, path: str
) -> None:
    browser = service.browser()
    plain = browser.get(path, headers={"accept-encoding": "identity"})
    packed = browser.get(path, headers={"accept-encoding": "gzip"})
    assert plain.status_code == 200 and packed.content == plain.content
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    if path != "/churn.csv":
        assert int(packed.headers["content-length"]) < 0.6 * len(plain.content)


def test_an_answer_is_repeated_to_whoever_reads_gzip_and_who_does_not(service: Service) -> None:
    """What is kept is the answer, not how it went out the first time."""
    assert service.models_in_use.in_use is not None
    known = service.models_in_use.in_use.snapshot.customer_ids
    rows = [{"customer_id": known[place]} for place in range(5)]
    caller = Caller(service.application, service.caller("score").headers)

    def ask(encoding: str) -> tuple[bytes, str, bool]:
        headers = {"idempotency-key": "1", "accept-encoding": encoding}
        answer = caller.post("/v1/score", json={"rows": rows}, headers=headers)
        assert answer.status_code == 200 and answer.headers["vary"] == "Accept-Encoding"
        said = answer.headers
        return answer.content, said.get("content-encoding", ""), "idempotent-replayed" in said

    first, *again = (ask(encoding) for encoding in ("gzip", "identity", "gzip"))
    assert first[1:] == ("gzip", False)
    assert again == [(first[0], "", True), (first[0], "gzip", True)]


def test_a_refusal_is_short_and_plain(service: Service) -> None:
    answer = service.caller("score").get("/churn", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 403 and "content-encoding" not in answer.headers
