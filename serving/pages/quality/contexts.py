"""What the page of trust shows, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.contexts import LevelSection
from serving.pages.shown import shown


@dataclass(frozen=True)
class RuleLine:
    """A simple rule the model is held against."""

    name: str = shown("What the rule does.")
    more: str = shown("How many pairs in a hundred the model orders right beyond it.")
    between: str = shown("The 95 % interval of that number.")
    start: str = shown("Where the bar of the interval begins, in percent of the whole.")
    width: str = shown("How wide that bar is.")


@dataclass(frozen=True)
class KindLine:
    """Customers of one kind: how well the model tells them apart."""

    name: str = shown("Which customers.")
    customers: str = shown("How many of them were tested.")
    rate: str = shown("How many of a hundred did it.")
    pairs: str = shown("How many pairs in a hundred are in the right order; a dash of too few.")
    between: str = shown("The 95 % interval of that number.")
    came: str = shown("How many did it for each one expected to.")


@dataclass(frozen=True)
class KindSection:
    """Customers told apart in one way."""

    title: str = shown("By what they are told apart.")
    lines: Sequence[KindLine] = shown("A line a kind.")


@dataclass(frozen=True)
class VerdictLine:
    """What people said of one kind of reason."""

    reason: str = shown("The kind of reason.")
    verdicts: str = shown("How many verdicts there are.")
    wrong: str = shown("Of a hundred so many were called wrong.")
    between: str = shown("The 95 % interval of that number.")


@dataclass(frozen=True)
class QualityPage:
    """Whether the scores can be trusted: for whom, beyond what, and how sure that is."""

    company: str = shown("The company's name.")
    grade: str = shown("The grade, in a word or two; empty of a model that has none.")
    tone: str = shown("What the grade is coloured by: good, fair or poor.")
    sentences: Sequence[str] = shown("What the grade rests on, the most telling first.")
    rules: Sequence[RuleLine] = shown("The simple rules it is held against, the best one first.")
    rules_tested: str = shown("On which customers that was tried.")
    levels: Sequence[LevelSection] = shown("How the level of each model held at its past tests.")
    kinds: Sequence[KindSection] = shown("How well it does for kinds of customers.")
    past: Sequence[str] = shown("What became of past scores, in sentences; empty before any look.")
    verdicts: Sequence[VerdictLine] = shown("What people said of its reasons; empty before any.")
    model: str = shown("Which model that is, from when, and learned from what.")
    limits: Sequence[str] = shown("What it cannot tell, in sentences.")
