"""What of a contract's document was promised and is no longer kept: only what adds to it breaks no caller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from serving.contract.description import OPEN_WORDS, asked_types

_TEXTS = {"description", "title", "summary", "examples", "example", "tags", "info", "servers"}
_MOST = {"maxLength", "maximum", "maxItems", "exclusiveMaximum"}
_LEAST = {"minLength", "minimum", "minItems", "exclusiveMinimum"}
_LIMITS = {*_MOST, *_LEAST, "pattern", "enum", "format", "additionalProperties"}


def broken_promises(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Every place where a caller written for ``before`` may fail with ``after``."""
    found = list(_lost(before["paths"], after["paths"], "paths", is_asked=False))
    asked = asked_types(before)
    known = after["components"]["schemas"]
    for name, schema in before["components"]["schemas"].items():
        if name not in known:
            found.append(f"{name} is gone")
        else:
            found += _lost(schema, known[name], name, is_asked=name in asked)
    return found


def _lost(before: Any, after: Any, at: str, *, is_asked: bool) -> Iterator[str]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        if before != after:
            yield f"{at} is another"
        return
    for key, old in before.items():
        here = f"{at}/{key}"
        if key in _TEXTS and not isinstance(old, dict):
            continue
        if key not in after:
            if not (is_asked and key in _LIMITS):
                yield f"{here} is gone"
        elif key == "required" and isinstance(old, list):
            yield from _required(set(old), set(after[key]), here, is_asked=is_asked)
        elif key in {"enum", OPEN_WORDS}:
            if not set(old) <= set(after[key]):
                yield f"{here} has fewer words"
        elif key in _MOST | _LEAST:
            yield from _limit(key, old, after[key], here, is_asked=is_asked)
        elif key == "parameters":
            yield from _parameters(old, after[key], here)
        elif isinstance(old, list):
            if any(one not in after[key] for one in old) or (
                len(old) < len(after[key]) and not is_asked
            ):
                yield f"{here} is another"
        else:
            yield from _lost(old, after[key], here, is_asked=is_asked or key == "requestBody")
    for key in after.keys() - before.keys():
        if is_asked and (key in _LIMITS or (key == "required" and after[key])):
            yield f"{at}/{key} was not asked for"


def _required(old: set[str], new: set[str], at: str, *, is_asked: bool) -> Iterator[str]:
    for field in sorted(new - old if is_asked else old - new):
        yield f"{at} {field} {'was optional' if is_asked else 'was always there'}"


def _limit(key: str, old: float, new: float, at: str, *, is_asked: bool) -> Iterator[str]:
    grows = new > old
    if new != old and grows is not (is_asked is (key in _MOST)):
        yield f"{at} is {'narrower' if is_asked else 'wider'}"


def _parameters(old: list[Any], new: list[Any], at: str) -> Iterator[str]:
    found = {(one["in"], one["name"]): one for one in new}
    known = {(one["in"], one["name"]): one for one in old}
    for name, one in known.items():
        if name not in found:
            yield f"{at}/{name[1]} is gone"
        else:
            yield from _lost(one, found[name], f"{at}/{name[1]}", is_asked=True)
    for name in found.keys() - known.keys():
        if found[name].get("required"):
            yield f"{at}/{name[1]} was not asked for"
