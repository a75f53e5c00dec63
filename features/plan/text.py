"""A plan as data: declarations written as JSON and read back, so that a model carries its own.

Every part is an object that names its class beside its fields. Reading makes nothing but the classes
listed here, each of exactly its own fields, and each checks itself as it does in a declaration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import BaseModel, ConfigDict, InstanceOf, ValidationError, create_model

import features.declarations as declared
from features.declarations.feature import LATER, Declaration
from features.vocabulary.errors import PlanRefused, RegularsError, did_you_mean
from features.vocabulary.time import Window

SCHEMA_VERSION: Final = 1
_CLASS = "class"
_CLASSES: Final[Mapping[str, type]] = {
    made.__name__: made
    for made in (
        *(declared.Declaration, declared.Feature, declared.Condition, declared.Moment),
        *(declared.Events, Window, declared.Count, declared.Total, declared.Largest),
        *(declared.Distinct, declared.SinceLast, declared.SinceFirst, declared.Latest),
        *(declared.Gap, declared.Bins, declared.Ratio, declared.Sum, declared.Difference),
        *(declared.Repeats, declared.SinceInstant, declared.UntilInstant, declared.Elapsed),
        *(declared.New, declared.Entropy, declared.TopShare, declared.DeclaredSince),
        *(declared.DeclaredText, declared.DeclaredFlag, declared.DeclaredNumber),
        *(declared.BuyingModel, declared.NoPurchase, declared.ExpectedPurchases),
        *(declared.StillBuying, declared.TimeOfYear),
    )
}


def plan_to_text(declarations: Sequence[Declaration]) -> str:
    """Declarations as JSON in one canonical form: the same declarations give the same text.

    Raises ``PlanRefused`` for a value of a class that is not listed here.
    """
    content = {"schema_version": SCHEMA_VERSION, "declarations": list(declarations)}
    text = json.dumps(
        content,
        default=_as_object,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return text + "\n"


def plan_from_text(text: str) -> tuple[Declaration, ...]:
    """Declarations read back, equal to those written.

    Raises ``PlanRefused`` for text that is no plan, a schema or class this version does not know, and
    fields that are not the class's own or of another type.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("a plan as JSON", "text that is none") from None
    if not isinstance(content, dict) or content.get("schema_version") != SCHEMA_VERSION:
        found = content.get("schema_version") if isinstance(content, dict) else "no schema version"
        raise _refused(f"a plan of schema version {SCHEMA_VERSION}", str(found))
    rows = content.get("declarations")
    if not isinstance(rows, list):
        raise _refused("a list of declarations", type(rows).__name__)
    declarations = tuple(_read(row) for row in rows)
    if not all(isinstance(part, Declaration) for part in declarations):
        raise _refused("declarations alone in a plan", "something else")
    return declarations


def _as_object(part: object) -> dict[str, Any]:
    """A part of a plan as JSON: the name of its class, and its fields in their order."""
    name = type(part).__name__
    if _CLASSES.get(name) is not type(part):
        raise _unknown(name)
    written = {
        field.name: getattr(part, field.name)
        for field in fields(part)  # type: ignore[arg-type]
        if LATER not in field.metadata or getattr(part, field.name) != field.default
    }
    return {_CLASS: name} | written


def _read(part: Any) -> Any:
    if isinstance(part, list):
        return tuple(_read(inner) for inner in part)
    if not isinstance(part, dict):
        return part
    name = part.get(_CLASS)
    made = _CLASSES.get(name) if isinstance(name, str) else None
    if made is None:
        raise _unknown(str(name))
    given = {key: _read(inner) for key, inner in part.items() if key != _CLASS}
    try:
        _fields_of(made).model_validate(given)
        return made(**given)
    except ValidationError as fault:
        raise _misshapen(made.__name__, fault) from None
    except PlanRefused:
        raise
    except RegularsError as fault:
        raise _refused(fault.expected, fault.found) from None


@cache
def _fields_of(made: type) -> type[BaseModel]:
    """What holds the fields of a class to their annotations: all of them, no others, nothing converted."""
    hints = get_type_hints(made)
    kinds = {field.name: hints[field.name] for field in fields(made)}
    # A whole number would do for a fraction, and the plan would have another hash.
    exact = {name: InstanceOf[float] if kind is float else kind for name, kind in kinds.items()}
    later = {field.name: field.default for field in fields(made) if LATER in field.metadata}
    required: dict[str, Any] = {name: (kind, later.get(name, ...)) for name, kind in exact.items()}
    return create_model(
        made.__name__, __config__=ConfigDict(strict=True, extra="forbid"), **required
    )


def _misshapen(name: str, fault: ValidationError) -> PlanRefused:
    faults = fault.errors(include_url=False, include_context=False)
    odd = {str(one["loc"][0]) for one in faults if one["type"] in ("missing", "extra_forbidden")}
    if odd:
        return _refused(f"the fields of {name}", f"a difference in {', '.join(sorted(odd))}")
    field = str(faults[0]["loc"][0])
    return _refused(f"{name}.{field} of its own type", type(faults[0]["input"]).__name__)


def _unknown(name: str) -> PlanRefused:
    return PlanRefused(
        expected="a value this version knows",
        found=name,
        remedy=did_you_mean(name, sorted(_CLASSES)),
    )


def _refused(expected: str, found: str) -> PlanRefused:
    return PlanRefused(
        expected=expected, found=found, remedy="Use the version that wrote it, or train again."
    )
