"""What may be asked, field by field: every default and every limit is written down beside this test.

``question_fields.txt`` has a line a field of the messages that callers send: its name, with a question mark where it may be
left out, and what the contract says of it. Callers build on all of it, so that another line is another contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from serving.adapters.adapters import ADAPTERS
from serving.contract.application import build_api
from serving.pages.pages import Pages

FIELDS = Path(__file__).with_name("question_fields.txt")
SAID = (
    *("type", "enum", "const", "format", "default", "pattern", "additionalProperties"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "minProperties", "maxProperties"),
)
NESTED = ("items", "additionalProperties", "anyOf", "allOf", "oneOf")


def named(node: Any) -> Iterator[str]:
    """The messages that a part of the description refers to."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].split("/")[-1]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from named(part)


def said(node: dict[str, Any]) -> str:
    """All that limits one field, in the order of ``SAID``."""
    parts = [
        f"{key}={json.dumps(node[key])}"
        for key in sorted(SAID)
        if key in node and not isinstance(node[key], dict)
    ]
    parts += [node["$ref"].split("/")[-1]] if "$ref" in node else []
    for key in NESTED:
        nested = node.get(key, [])
        nested = [] if isinstance(nested, bool) else nested
        some = [nested] if isinstance(nested, dict) else nested
        parts += [f"({said(part)})" for part in some if isinstance(part, dict)]
    return " ".join(parts)


def asked(description: dict[str, Any]) -> Iterator[str]:
    """A line a field of every message that can be sent, by name."""
    messages = description["components"]["schemas"]
    waiting = [
        name
        for calls in description["paths"].values()
        for call in calls.values()
        for name in named(call.get("requestBody", {}))
    ]
    known: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in known:
            known.add(name)
            waiting += named(messages[name])
    for name in sorted(known):
        required = messages[name].get("required", [])
        for field, node in messages[name].get("properties", {}).items():
            yield f"{name}.{field}{'' if field in required else '?'}: {said(node)}"


def test_what_may_be_asked_has_these_defaults_and_limits_and_no_others() -> None:
    description = build_api(*ADAPTERS, Pages().routes).openapi()
    assert list(asked(description)) == FIELDS.read_text(encoding="utf-8").splitlines()
