"""BentoML's own clients are answered as everybody else is: the same body, whole or damaged, has one answer."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller

JSON = {"content-type": "application/json"}
CANARY = "CANARY77XJ"
BREAKS = (
    b"NaN", b"-Infinity", b"1e400", b"1" + b"0" * 30, b"-0", b"[[", b"]", b"}", b"{", b'"', b",", b":", b"\\ud800",
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"null", b"true", CANARY.encode(), b'"' + CANARY.encode() + b'":',
)  # fmt: skip
MADE_ANEW = re.compile(rb'"(decision_id|correlation_id)":"[0-9a-f]+"')


def both(caller: Caller, body: bytes) -> list[tuple[int, str, bytes]]:
    """What the two addresses answer to a body, but for what is made anew for every call."""
    answers = [caller.post(path, content=body, headers=JSON) for path in ("/v1/score", "/score")]
    return [plain(one) for one in answers]


def plain(answer: httpx.Response) -> tuple[int, str, bytes]:
    content = MADE_ANEW.sub(rb'"\1":""', answer.content)
    return answer.status_code, answer.headers["content-type"], content


def questions(customers: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Questions that can be answered, and some that cannot."""
    names = st.sampled_from([*customers, "nobody", CANARY])
    row = st.fixed_dictionaries(
        {"customer_id": names | st.none() | st.integers() | st.text(max_size=4)},
        optional={
            "row_id": st.text(max_size=3),
            "vector": st.dictionaries(
                st.sampled_from(["orders_count_365d", CANARY]),
                st.floats() | st.none(),
                max_size=2,
            ),
        },
    )
    return st.fixed_dictionaries(
        {"rows": st.lists(row, max_size=3)}, optional={"reasons": st.booleans()}
    ) | st.fixed_dictionaries({"customer_id": names})


@st.composite
def damaged(draw: st.DrawFn, customers: list[str]) -> bytes:
    """A body of JSON, whole, cut off, or with something put in the place of a part of it."""
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )  # fmt: skip
    body = json.dumps(draw(questions(customers) | anything)).encode()
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        until = draw(st.integers(at, len(body)))
        body = body[:at] + draw(st.sampled_from([b"", *BREAKS])) + body[until:]
    return body


@pytest.fixture
def customers(snapshot: Snapshot) -> list[str]:
    return [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:3]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"customer_id":"X', 400, "invalid_json"),
        (b"[1", 400, "invalid_json"),
        (b"", 400, "invalid_json"),
        (b'{"customer_id": 1' + b"0" * 30 + b"}", 200, None),
        (b'{"customer_id": NaN}', 422, "invalid_request"),
        (b'["CANARY77XJ"]', 422, "invalid_request"),
        (b'"CANARY77XJ"', 422, "invalid_request"),
        (b"17", 422, "invalid_request"),
    ],
)
def test_a_body_that_is_no_question_is_refused_by_a_problem_that_repeats_nothing(
    caller: Caller, body: bytes, status: int, code: str | None
) -> None:
    answer = caller.post("/score", content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert CANARY not in answer.text


@pytest.mark.parametrize("bodies", [40, pytest.param(2_000, marks=pytest.mark.slow)])
def test_the_two_addresses_answer_the_same_body_alike_to_the_byte_and_log_nothing_of_it(
    caller: Caller, customers: list[str], caplog: pytest.LogCaptureFixture, bodies: int
) -> None:
    caplog.set_level(logging.DEBUG, "regulars")
    met: set[int] = set()

    @settings(
        max_examples=bodies,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(customers))
    @example(json.dumps({"customer_id": customers[0]}).encode())
    @example(b'{"customer_id":"X')
    @example(b'["CANARY77XJ"]')
    def ask(body: bytes) -> None:
        ours, clients = both(caller, body)
        assert ours == clients
        assert ours[0] in (200, 400, 422)
        met.add(ours[0])

    ask()
    assert met == {200, 400, 422}
    assert CANARY not in caplog.text
