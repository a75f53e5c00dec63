"""How a feature is declared: a value, with the entry that explains it in the dictionary.

A declaration is data. Its value says *what* is computed (a total, a distinct count, a gap, a ratio)
over *which* events and *which* window; ``plan.compiler`` turns it into the integer tables the kernel
interprets. So a new feature is a new line in ``behaviour``, and no engine code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from features.declarations.values import WHOLE_PAST, Value
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window

Actionable = Literal["now", "indirect", "context"]
SaidAs = Literal["fact", "comparison", "estimate"]
LATER = "later"
"""Marks a field that plans of before do not have: they leave it out, and so does a plan where it is as usual."""
COMPARED_UNITS = frozenset({"ratio", "nats", "per_day", "lines"})
"""Units whose bare figures say little to who is no statistician."""
WINDOWS = (*(Window(days) for days in (7, 30, 90, 180, 365)), WHOLE_PAST)


@dataclass(frozen=True)
class ReasonGroup:
    """A theme under which features are summed into one reason, with the title a marketer reads."""

    name: str
    title: str


@dataclass(frozen=True)
class Feature:
    """One column of a behaviour vector, as the dictionary explains it.

    ``unit`` says how to show a value: money is in ``cents``, times are fractional ``days`` of 24
    hours, a ``share`` lies between 0 and 1. ``said`` is a clause with ``{value}`` in it, ready to be
    told to a marketer. ``actionable`` is ``now`` (an offer can change it), ``indirect`` or ``context``.
    ``said_as`` tells how a reason may speak of it: a ``fact`` by its bare value, a ``comparison`` only in a sentence
    that compares, and an ``estimate``, which a model made, never by its value: what the customer did is said.
    """

    name: str
    meaning: str
    unit: str
    group: str
    actionable: Actionable
    missing: str
    said: str
    said_as: SaidAs = field(default="fact", metadata={LATER: True})


@dataclass(frozen=True)
class Declaration:
    """A feature and how it is computed."""

    feature: Feature
    value: Value


def declare(
    subject: str,
    value: Value,
    *,
    meaning: str,
    unit: str,
    group: ReasonGroup,
    said: str,
    missing: str,
    actionable: Actionable = "indirect",
    said_as: SaidAs = "fact",
) -> Declaration:
    """One feature, named after its subject and its definition.

    Whatever ``said_as`` asks for, what a model makes of a customer is an estimate.
    """
    if "{value}" not in said:
        raise PlanRefused(
            expected="a clause with {value} in it",
            found=repr(said),
            remedy=f"Correct `said` of {value.named(subject)}.",
        )
    name = value.named(subject)
    feature = Feature(
        name, meaning, unit, group.name, actionable, missing, said, _said_as(value, unit, said_as)
    )
    return Declaration(feature, value)


def windowed(
    subject: str,
    value: Value,
    *,
    meaning: str,
    unit: str,
    group: ReasonGroup,
    said: str,
    missing: str,
    actionable: Actionable = "indirect",
    said_as: SaidAs = "fact",
    windows: Iterable[Window] = WINDOWS,
) -> tuple[Declaration, ...]:
    """One feature a window; ``{window}`` in the texts becomes "in the last 90 days" or "so far"."""
    return tuple(
        declare(
            subject,
            value.over(window),
            meaning=meaning.replace("{window}", window_phrase(window)),
            unit=unit,
            group=group,
            said=said.replace("{window}", window_phrase(window)),
            missing=missing,
            actionable=actionable,
            said_as=said_as,
        )
        for window in windows
    )


def window_phrase(window: Window) -> str:
    """How a window is said in a sentence.

    >>> window_phrase(Window(30)), window_phrase(Window(None))
    ('in the last 30 days', 'so far')
    """
    return "so far" if window.days is None else f"in the last {window.days} days"


def _said_as(value: Value, unit: str, asked: SaidAs) -> SaidAs:
    if not value.is_observed:
        return "estimate"
    return "comparison" if unit in COMPARED_UNITS else asked
