"""What the terms of all callers have in common: a body read whatever it holds, and a problem in a sentence or two."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from serving.access.problems import ProblemAnswer

_LONGEST_MESSAGE = 1_000


def said_in(body: bytes) -> Any:
    """What a body of JSON says, NaN and infinite numbers among it; None for one that is none."""
    try:
        return from_json(body, allow_inf_nan=True)
    except ValueError:
        return None


def message_of(problem: ProblemAnswer) -> str:
    """A problem in words, with the fields at fault, for who reads one text."""
    faults = [f"{one['pointer']}: {one['message']}" for one in problem.get("errors") or ()]
    return " ".join([problem["title"], problem["detail"], *faults])[:_LONGEST_MESSAGE]


def pointer(*parts: str | int) -> str:
    """A JSON pointer.

    >>> pointer("inputs", 3, "a/b")
    '/inputs/3/a~1b'
    """
    return "".join(f"/{str(one).replace('~', '~0').replace('/', '~1')}" for one in parts)
