"""How late the event loop was is measured by itself."""

from __future__ import annotations

import asyncio

from serving.process.loop_lag import LoopLag


def test_the_longest_the_loop_was_late_is_told_once() -> None:
    lag = LoopLag()

    async def held_up() -> None:
        loop, clock = asyncio.get_running_loop(), [0.0]
        due: list[tuple[float, object]] = []
        loop.time = lambda: clock[0]  # type: ignore[method-assign]
        loop.call_at = lambda at, look, *given: due.append((at, lambda: look(*given)))  # type: ignore[method-assign,assignment]
        lag.begin()
        for late in (0.0, 0.25, 0.125):
            at, look = due.pop()
            clock[0] = at + late
            look()  # type: ignore[operator]

    asyncio.run(held_up())
    assert round(lag.taken(), 6) == 0.25
    assert lag.taken() == 0.0


def test_without_a_loop_nothing_is_measured() -> None:
    lag = LoopLag()
    lag.begin()
    assert lag.taken() == 0.0
