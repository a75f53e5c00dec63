"""What the contract's document says beyond types: who may call, which headers go along, and which words may be added.

All of it follows from what the guard is told of each address, so that the document cannot promise what the guard refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serving.access.entrance import REPEAT_HEADER
from serving.access.problems import MEDIA_TYPE
from serving.access.routes import Route
from serving.ledger.idempotency import LONGEST_KEY

Schema = dict[str, Any]

CONTRACT_VERSION = "1.2.0"
"""Of the document: the first number is that of the addresses, the second counts what was added since."""
OPEN_WORDS = "x-extensible-enum"
"""How words are listed to which others may be added: a reader takes one it does not know for no news."""
_PROBLEM = "#/components/schemas/ProblemAnswer"
_COMPONENTS = "#/components/schemas/"
_COME_AGAIN = ("409", "429", "503")
_SCHEMES: dict[str, Schema] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `regulars keys create`; an operation names the scope the key must carry.",
    },
    "api_key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "The same key in a header of its own.",
    },
}
_WAYS, _QUERY_KEY = tuple(_SCHEMES), "query_key"
_CORRELATION: Schema = {
    "name": "X-Correlation-Id",
    "in": "header",
    "required": False,
    "description": "The caller's own name for this call, which then stands in the log and in the answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_REPEAT: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "For a day the same key and body have one effect and one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
assert _REPEAT["name"].lower() == REPEAT_HEADER


def completed(document: Schema, routes: Sequence[Route]) -> Schema:
    """The document FastAPI makes of the types, completed in place by what ``routes`` declare."""
    by_query = {one.query_key for one in routes if one.query_key}
    schemes = document["components"]["securitySchemes"] = dict(_SCHEMES)
    for name in by_query:
        schemes[_QUERY_KEY] = _by_query(name)
    for path, operations in document["paths"].items():
        address = path.partition("{")[0]
        route = next(one for one in routes if one.matches(address))
        for method, operation in operations.items():
            _complete(operation, method, route)
    _open_answers(document)
    return document


def _by_query(name: str) -> Schema:
    said = "The same key in the address, for callers that can send it nowhere else; it stands in no log."
    return {"type": "apiKey", "in": "query", "name": name, "description": said}


def _complete(operation: Schema, method: str, route: Route) -> None:
    scopes = [] if route.scope is None else [route.scope]
    ways = [*_WAYS, *([_QUERY_KEY] if route.query_key else [])]
    operation["security"] = [{name: scopes} for name in ways] if scopes else []
    posted = [_REPEAT] if method == "post" else []
    operation["parameters"] = [*operation.get("parameters", ()), *posted, _CORRELATION]
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status >= "400" and content.get("application/json", {}).get("schema") == {
            "$ref": _PROBLEM
        }:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
        response["headers"] = dict(_headers(status, method))


def _headers(status: str, method: str) -> Iterator[tuple[str, Schema]]:
    """The headers an answer comes with, and those it may come with."""
    text: Schema = {"type": "string"}
    yield (
        "X-Correlation-Id",
        {"description": "Names this call in the log.", "required": True, "schema": text},
    )
    if status in _COME_AGAIN:
        seconds = {"type": "integer", "minimum": 1}
        said = "Try again after so many seconds."
        yield "Retry-After", {"description": said, "required": True, "schema": seconds}
    if status == "401":
        yield (
            "WWW-Authenticate",
            {"description": "`Bearer`.", "required": True, "schema": text},
        )
    if status < "300" and method == "post":
        said = "`true` where this is the answer of an earlier call with the same `Idempotency-Key`."
        yield "Idempotent-Replayed", {"description": said, "schema": text}


def _open_answers(document: Schema) -> None:
    """Fields and words that are answered may become more; those that are asked by are all there are."""
    schemas = document["components"]["schemas"]
    asked = asked_types(document)
    for name, schema in schemas.items():
        if name not in asked:
            for node in _nodes(schema):
                if "enum" in node:
                    node[OPEN_WORDS] = node.pop("enum")
                if node.get("additionalProperties") is False:
                    del node["additionalProperties"]


def asked_types(document: Schema) -> set[str]:
    """The names of all types that a body that is sent leads to."""
    operations = [one for path in document["paths"].values() for one in path.values()]
    return _reached(
        [one.get("requestBody", {}) for one in operations], document["components"]["schemas"]
    )


def _reached(begun: Sequence[Schema], schemas: Mapping[str, Schema]) -> set[str]:
    """The names of all types that these lead to."""
    names: set[str] = set()
    waiting = list(begun)
    while waiting:
        for node in _nodes(waiting.pop()):
            name = str(node.get("$ref", "")).removeprefix(_COMPONENTS)
            if name in schemas and name not in names:
                names.add(name)
                waiting.append(schemas[name])
    return names


def _nodes(schema: object) -> Iterator[Schema]:
    """A schema and all that lies within it."""
    if isinstance(schema, dict):
        yield schema
        for one in list(schema.values()):
            yield from _nodes(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _nodes(one)
