"""The contract as a page for the developer who calls it: every operation, every field, without script or network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from serving.contract.description import OPEN_WORDS
from serving.pages.contexts import ContractPage, FieldLine, OperationLine, TypeTable

Schema = Mapping[str, Any]


def contract_page(described: Schema, company: str) -> ContractPage:
    """The page of an OpenAPI description."""
    types = described["components"]["schemas"]
    return ContractPage(
        company=company,
        version=described["info"]["version"],
        operations=list(_operations(described["paths"])),
        types=[_table(name, types[name]) for name in sorted(types)],
    )


def _operations(paths: Mapping[str, Mapping[str, Schema]]) -> Iterator[OperationLine]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            asked = _body(operation.get("requestBody", {}))
            well = {one: two for one, two in operation["responses"].items() if one < "300"}
            yield OperationLine(
                method=method.upper(),
                path=path,
                anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
                said=operation.get("description", operation.get("summary", "")),
                scope=_scope(operation),
                asked=asked,
                answered=next((name for one in well.values() if (name := _body(one))), ""),
                statuses=", ".join(sorted(operation["responses"])),
            )


def _scope(operation: Schema) -> str:
    """The scope a key must carry; empty where anybody may come."""
    return next(
        (scope for one in operation["security"] for some in one.values() for scope in some), ""
    )


def _body(content: Schema) -> str:
    schema = content.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _table(name: str, schema: Schema) -> TypeTable:
    needed = set(schema.get("required", ()))
    examples = [json.dumps(one, indent=1, ensure_ascii=False) for one in schema.get("examples", ())]
    return TypeTable(
        name=name,
        said=schema.get("description", ""),
        fields=[
            FieldLine(field, _kind(one), field in needed, one.get("description", ""), _refers(one))
            for field, one in schema.get("properties", {}).items()
        ],
        examples=examples,
    )


def _kind(schema: Schema) -> str:
    """A type in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"]]
        return " or ".join(one for one in kinds if one != "null") + (
            ", or null" if "null" in kinds else ""
        )
    if words := schema.get("enum", schema.get(OPEN_WORDS)):
        return " | ".join(str(one) for one in words)
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format", schema.get("type", "anything")))


def _refers(schema: Schema) -> str:
    """The type a field leads to, where it is one of ours."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner = [schema.get("items", {}), *schema.get("anyOf", ())]
    return next((name for one in inner if one and (name := _refers(one))), "")
