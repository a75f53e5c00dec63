"""What the page of segments and stages shows, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.shown import shown


@dataclass(frozen=True)
class GroupLine:
    """One stage, status or segment."""

    name: str = shown("What it is called.")
    link: str = shown("The list of its customers; empty where nobody in it is judged.")
    habits: str = shown("What sets it apart, in a few words; empty where nothing is told of it.")
    customers: str = shown("How many customers it has.")
    share: str = shown("Of a hundred customers so many.")
    width: str = shown("The same as the length of a bar, in percent.")
    expected: str = shown("How many of the judged are expected to act; a dash where nobody is.")
    rate: str = shown("The same of a hundred; empty where nobody is judged.")
    at_risk: str = shown("The money at risk with them; empty without any money.")
    value: str = shown("What they are expected to bring; empty without a model of value.")


@dataclass(frozen=True)
class GroupSection:
    """One way to tell customers apart."""

    title: str = shown("By what they are told apart.")
    said: str = shown("What that means, in a sentence.")
    lines: Sequence[GroupLine] = shown("A line a group.")


@dataclass(frozen=True)
class SegmentsPage:
    """How many customers every stage, status and segment has, and what they come to."""

    company: str = shown("The company's name.")
    as_of: str = shown("The instant before which everything counted was known.")
    act: str = shown("What judged customers are expected to do, such as leave.")
    at_risk_title: str = shown("What the money at risk is called; empty without any money.")
    value_title: str = shown("What the expected value is called; empty without a model of it.")
    sections: Sequence[GroupSection] = shown("The ways to tell customers apart.")
