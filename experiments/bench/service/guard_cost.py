"""What the guard, the key, the kept answer of a repeat and the record of a decision cost together."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path
from statistics import median

from serving.access.asgi import Message, Receive, Scope, Send
from serving.access.guard import Guard
from serving.contract.application import declared
from serving.ledger.decisions import Decision
from serving.ledger.ledger import Ledger

_CALLS, _STRETCHES = 200, 9


def guard_cost_ms(path: Path) -> float:
    """CPU milliseconds a call: a guarded call with an Idempotency-Key and one decision less a bare one."""
    ledger = Ledger(path)
    try:
        key = ledger.create_key("bench", ["score"], at=1)
        guarded = Guard(
            _recording(ledger),
            declared(),
            ledger=lambda: ledger,
            now=lambda: 1,
            error_page=lambda problem: b"",
        )
        spent, bare = [], []
        for _ in range(_STRETCHES):
            spent.append(asyncio.run(_cpu_ms(guarded, key)))
            bare.append(asyncio.run(_cpu_ms(_nothing, key)))
        return median(spent) - median(bare)
    finally:
        ledger.close()


async def _cpu_ms(application: object, key: str) -> float:
    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"customer_id": "1"}', "more_body": False}

    async def send(message: Message) -> None:
        return None

    begun = time.process_time()
    for _ in range(_CALLS):
        headers = [
            (b"content-type", b"application/json"),
            (b"x-api-key", key.encode()),
            (b"idempotency-key", secrets.token_hex(8).encode()),
        ]
        scope = {"type": "http", "method": "POST", "path": "/v1/score", "headers": headers}
        await application(scope, receive, send)  # type: ignore[operator]
    return 1_000 * (time.process_time() - begun) / _CALLS


def _recording(ledger: Ledger):  # type: ignore[no-untyped-def]
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        ledger.hold_out.holds("1", "spring", 10)
        ledger.append([_decision()])
        await _nothing(scope, receive, send)

    return answer


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def _decision() -> Decision:
    return Decision(
        decision_id=secrets.token_hex(16),
        customer_id="1",
        status="ok",
        probability=0.5,
        model_version="1",
        model_digest="d" * 64,
        cutoff_seconds=1,
        decided_at=1,
    )
