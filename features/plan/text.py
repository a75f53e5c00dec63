"""A plan as data: declarations written as JSON and read back, so that a model carries its own.

Every part is an object that names its class beside its fields. Reading makes nothing but the classes
listed here, and each checks itself as it does in a declaration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from features.declarations import attributes, buying, instants, keyed
from features.declarations import values as spec
from features.declarations.values import Declaration
from features.vocabulary.errors import PlanRefused, RegularsError, did_you_mean
from features.vocabulary.time import Window

SCHEMA_VERSION: Final = 1
_CLASS = "class"
_CLASSES: Final[Mapping[str, type]] = {
    one.__name__: one
    for one in (
        *(spec.Declaration, spec.Feature, spec.Condition, spec.Moment, spec.Events, Window),
        *(spec.Count, spec.Total, spec.Largest, spec.Distinct, spec.SinceLast, spec.SinceFirst),
        *(spec.Latest, spec.Gap, spec.Bins, spec.Ratio, spec.Sum, spec.Difference, spec.Repeats),
        *(instants.SinceInstant, instants.UntilInstant, instants.Elapsed),
        *(keyed.New, keyed.Entropy, keyed.TopShare),
        *(attributes.DeclaredSince, attributes.DeclaredText, attributes.DeclaredFlag),
        *(attributes.DeclaredNumber, buying.BuyingModel, buying.NoPurchase),
        *(buying.ExpectedPurchases, buying.StillBuying),
    )
}


def plan_to_text(declarations: Sequence[Declaration]) -> str:
    """Declarations as JSON in one canonical form: the same declarations give the same text.

    Raises ``PlanRefused`` for a value of a class that is not listed here.
    """
    content = {
        "schema_version": SCHEMA_VERSION,
        "declarations": [_written(one) for one in declarations],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


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
    found = tuple(_read(one) for one in rows)
    if not all(isinstance(one, Declaration) for one in found):
        raise _refused("declarations alone in a plan", "something else")
    return found


def _written(part: object) -> Any:
    if is_dataclass(part) and not isinstance(part, type):
        name = type(part).__name__
        if _CLASSES.get(name) is not type(part):
            raise _unknown(name)
        return {_CLASS: name} | {
            one.name: _written(getattr(part, one.name)) for one in fields(part)
        }
    return [_written(one) for one in part] if isinstance(part, tuple) else part


def _read(part: Any) -> Any:
    if isinstance(part, list):
        return tuple(_read(one) for one in part)
    if not isinstance(part, dict):
        return part
    name = part.get(_CLASS)
    made = _CLASSES.get(name) if isinstance(name, str) else None
    if made is None:
        raise _unknown(str(name))
    given = {key: _read(one) for key, one in part.items() if key != _CLASS}
    hints = _hints(made)
    if set(given) != set(hints):
        odd = ", ".join(sorted(set(given) ^ set(hints)))
        raise _refused(f"the fields of {name}", f"a difference in {odd}")
    wrong = [key for key, one in given.items() if not _fits(one, hints[key])]
    if wrong:
        raise _refused(f"{name}.{wrong[0]} of its own type", type(given[wrong[0]]).__name__)
    try:
        return made(**given)
    except PlanRefused:
        raise
    except RegularsError as fault:
        raise _refused(fault.expected, fault.found) from None


@cache
def _hints(made: type) -> dict[str, Any]:
    hints = get_type_hints(made)
    return {one.name: hints[one.name] for one in fields(made)}


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is what a field's annotation says."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin is tuple:
        inner = get_args(hint)[0]
        return isinstance(value, tuple) and all(_fits(one, inner) for one in value)
    if hint in (int, float):
        return isinstance(value, hint) and not isinstance(value, bool)
    return isinstance(value, hint)


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
