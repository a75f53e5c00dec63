"""One compiled plan: the features, their dictionary, their hash and the program that computes them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from features.declarations.attributes import Declared
from features.declarations.buying import Buying, BuyingModel
from features.declarations.feature import Declaration, Feature, ReasonGroup
from features.declarations.values import FITTED, Value
from features.plan.attributes import refuse_absent
from features.plan.compiler import compile_values
from features.plan.program import Program
from features.store.pack import Pack
from features.vocabulary.errors import PlanRefused

# Raised whenever the same declarations would give other numbers than before.
_MEANING_OF_DECLARATIONS = 1


@dataclass(frozen=True)
class Plan:
    """What a behaviour vector consists of, and how it is computed from a pack.

    ``hash`` names the definitions alone: not the wording, and not the codes by which this pack happens
    to store a text, nor what was fitted to the company. Vectors and models made by plans of one hash can be
    used together. ``buying`` is the model of buying its features ask, None where none of them asks or the
    declarations bring their own.
    """

    declarations: tuple[Declaration, ...]
    groups: tuple[ReasonGroup, ...]
    hash: str
    program: Program
    columns: Mapping[str, tuple[str, ...]]
    buying: BuyingModel | None = None

    @property
    def fitted(self) -> str:
        """The name of what was fitted beforehand for these features; empty where nothing was."""
        return name_of_fitted(self.declarations, self.buying)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every feature, in the order of the columns of a vector."""
        return tuple(declaration.feature for declaration in self.declarations)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The names of the columns of a vector."""
        return tuple(feature.name for feature in self.features)

    @property
    def declared(self) -> tuple[Declared, ...]:
        """The values of the attribute features: the last columns, which the program does not fill."""
        values = (declaration.value for declaration in self.declarations)
        return tuple(value for value in values if isinstance(value, Declared))

    def dictionary(self) -> list[dict[str, str]]:
        """One entry a feature: name, meaning, unit, group, actionable, missing and said."""
        return [asdict(feature) for feature in self.features]


def standard_plan(pack: Pack, buying: BuyingModel | None = None) -> Plan:
    """The plan of all feature families that the tables and columns of a pack allow.

    The features of a model of buying are in it where such a model is given. Raises ``PlanRefused`` when the pack has no table any family is about.
    """
    from features.behaviour import declarations  # the families are built on this package

    return plan_of(declarations(pack, with_buying=buying is not None), pack, buying)


def plan_of(
    declarations: Sequence[Declaration], pack: Pack, buying: BuyingModel | None = None
) -> Plan:
    """Compile declarations for a pack; features of attributes come after those of events.

    ``buying`` answers the features that ask a model of buying. Raises ``PlanRefused`` when there are none,
    when two have one name, when a reason group is unknown or when a table, column, attribute, condition
    or the model of buying cannot be found.
    """
    from features.behaviour.groups import GROUPS, group_called

    if not declarations:
        raise PlanRefused(
            expected="at least one feature",
            found="none: " + (", ".join(sorted(pack.streams)) or "no tables"),
            remedy="Map the table of purchases in regulars.toml.",
        )
    _refuse_repeated(declarations)
    used = {one.feature.group for one in declarations}
    _refuse_unknown_groups(used, GROUPS)
    by_program = [one for one in declarations if not isinstance(one.value, Declared)]
    by_attributes = [one for one in declarations if isinstance(one.value, Declared)]
    declarations = (*by_program, *by_attributes)
    refuse_absent(
        [one.value for one in by_attributes if isinstance(one.value, Declared)], pack.attributes
    )
    compiled = compile_values([one.value for one in by_program], pack.streams, buying)
    own = used - {group.name for group in GROUPS}
    return Plan(
        declarations=declarations,
        groups=(
            *(group for group in GROUPS if group.name in used),
            *(group_called(name) for name in sorted(own)),
        ),
        hash=hash_of(declarations),
        program=compiled.program,
        columns=compiled.columns,
        buying=buying if any(one.model is None for one in asking(declarations)) else None,
    )


def definition(part: object, *, with_fitted: bool = False) -> Any:
    """A declaration's parts as plain data: class names, numbers and texts; what was fitted is left out."""
    if isinstance(part, tuple):
        return [definition(one, with_fitted=with_fitted) for one in part]
    names = _defining(type(part), with_fitted)  # type: ignore[arg-type]
    if names is None:
        return part
    values = [definition(getattr(part, name), with_fitted=with_fitted) for name in names]
    return [type(part).__name__, *values]


@cache
def _defining(kind: type, with_fitted: bool) -> tuple[str, ...] | None:
    """The names of the parts by which objects of a class are defined; None where they have no parts."""
    if not is_dataclass(kind):
        return None
    return tuple(one.name for one in fields(kind) if with_fitted or FITTED not in one.metadata)


def hash_of(declarations: Sequence[Declaration], *, with_fitted: bool = False) -> str:
    """The name of what declarations define, as ``Plan.hash`` carries it.

    ``with_fitted`` gives the name they had while what was fitted counted among it.
    """
    content = [
        [one.feature.name, one.feature.unit, definition(one.value, with_fitted=with_fitted)]
        for one in declarations
    ]
    text = json.dumps([_MEANING_OF_DECLARATIONS, content], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def name_of_fitted(declarations: Sequence[Declaration], buying: BuyingModel | None) -> str:
    """The name of the parameters by which features are computed; empty where none asks for any.

    Parameters that a declaration carries itself are others than the same ones from beside the plan, for
    they were asked about times that no vector had rounded.
    """
    asked = {
        json.dumps([one.model is None, definition(one.model or buying, with_fitted=True)])
        for one in asking(declarations)
    }
    return hashlib.sha256(json.dumps(sorted(asked)).encode()).hexdigest() if asked else ""


def asking(declarations: Iterable[Declaration]) -> Iterator[Buying]:
    """The values that ask a model of buying, wherever they stand among the parts of others."""
    return (part for one in declarations for part in _within(one.value) if isinstance(part, Buying))


def _within(value: Value) -> Iterator[Value]:
    yield value
    for part in value.parts():
        yield from _within(part)


def _refuse_repeated(declarations: Sequence[Declaration]) -> None:
    names = Counter(one.feature.name for one in declarations)
    repeated = [name for name, times in names.items() if times > 1]
    if repeated:
        raise PlanRefused(
            expected="every feature to have a name of its own",
            found="repeated: " + ", ".join(repeated),
            remedy="Give one of them another subject.",
        )


def _refuse_unknown_groups(names: set[str], groups: Sequence[ReasonGroup]) -> None:
    known = {group.name for group in groups}
    unknown = sorted(name for name in names - known if not name.startswith("declared_"))
    if unknown:
        raise PlanRefused(
            expected="a reason group out of " + ", ".join(sorted(known)),
            found=", ".join(unknown),
            remedy="Add the group to behaviour/groups.py or use another.",
        )
