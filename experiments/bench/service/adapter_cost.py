"""What an answer in a caller's own terms costs beyond the contract's own: CPU milliseconds a row.

``python -m experiments.bench.service.adapter_cost`` measures it alone, in one process, on 3,000 simulated customers.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.ground import BenchCompany, laid
from serving.access.asgi import Message
from serving.access.guard import Guard
from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api, declared
from serving.in_use.models_in_use import ModelsInUse

_ROWS, _TIMES, _ROUNDS = 200, 5, 7
_CEILING_MS = 0.2


def adapter_cost_ms(ground: BenchCompany) -> dict[str, float]:
    """CPU milliseconds a row by the address that is called, less those of the same customers at ``/v1/score``."""
    models_in_use = ModelsInUse(
        ground.settings, ground.workspace, now=lambda: 1, ticks=time.monotonic
    )
    try:
        web = build_api(*ADAPTERS)
        web.state.models_in_use = models_in_use
        guard = Guard(
            web,
            declared(*ADAPTERS),
            ledger=lambda: models_in_use.ledger,
            now=lambda: 1,
            error_page=lambda problem: b"",
        )
        key = models_in_use.ledger.create_key("bench", ["score"], at=1)
        calls = _calls(ground.customers[:_ROWS])
        spent = asyncio.run(_measured(guard, key, calls))
        return {
            path: (median(spent[path]) - median(spent[beside])) / rows
            for path, (beside, rows, _) in calls.items()
            if beside
        }
    finally:
        models_in_use.close()


def _calls(customers: list[str]) -> dict[str, tuple[str, int, Any]]:
    """Addresses with the one each is held to, how many rows it asks for, and its body."""
    one, rows = customers[0], [{"customer_id": name} for name in customers]
    pairs = [{"key": "number", "value": one}]
    target = {"key": "Target", "value": {"Id": one, "LogicalName": "contact", "Attributes": pairs}}
    columns = {"columns": ["customer_id"], "data": [[name] for name in customers]}
    many, alone = "/v1/score", "/score"
    return {
        many: ("", _ROWS, {"rows": rows}),
        alone: ("", 1, {"rows": rows[:1]}),
        "/invocations": (many, _ROWS, {"dataframe_split": columns}),
        "/v1/salesforce/score": (many, _ROWS, {"inputs": rows}),
        "/v1/hubspot/webhook/number": (alone, 1, {"number": one}),
        "/v1/hubspot/action/number": (alone, 1, {"inputFields": {"number": one}}),
        "/v1/dataverse/webhook/number": (alone, 1, {"InputParameters": [target]}),
    }


async def _measured(
    guard: Guard, key: str, calls: dict[str, tuple[str, int, Any]]
) -> dict[str, list[float]]:
    """CPU milliseconds a call, in turns, so that whatever else runs meets all alike."""
    spent: dict[str, list[float]] = {path: [] for path in calls}
    for _ in range(_ROUNDS + 1):
        for path, (_, rows, body) in calls.items():
            times = _TIMES if rows > 1 else 10 * _TIMES
            content = orjson.dumps(body)
            begun = time.process_time()
            for _ in range(times):
                await _ask(guard, key, path, content)
            spent[path].append(1_000 * (time.process_time() - begun) / times)
    return {path: several[1:] for path, several in spent.items()}


async def _ask(guard: Guard, key: str, path: str, content: bytes) -> None:
    waiting = iter([content])

    async def receive() -> Message:
        for body in waiting:
            return {"type": "http.request", "body": body, "more_body": False}
        # Whoever watches for the end of the connection waits.
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        assert message.get("status", 200) == 200, path

    headers = [(b"content-type", b"application/json"), (b"x-api-key", key.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": headers,
        "query_string": b"",
    }
    await guard(scope, receive, send)


def claims(found: dict[str, float]) -> list[Claim]:
    """What answering in other terms is held to."""
    return [
        Claim(f"{path} beyond the contract", milliseconds, _CEILING_MS, "CPU ms a row")
        for path, milliseconds in found.items()
    ]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("callers' own terms")
    with tempfile.TemporaryDirectory() as scratch:
        ground = laid(Path(scratch) / "company", 1_500 if given.is_small else 3_000)
        return conclude("adapters", claims(adapter_cost_ms(ground)), given)


if __name__ == "__main__":
    sys.exit(main())
