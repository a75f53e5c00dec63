"""What the page of one customer is given, each field with its sentence; the template sees no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.shown import shown


@dataclass(frozen=True)
class WaterfallStep:
    """One step of the way from the base to the risk, or to the value."""

    kind: str = shown("base, raises, lowers, other or total.")
    title: str = shown("What the step is about.")
    text: str = shown("The sentence from the customer's facts; may be empty.")
    points: str = shown("Percentage points, or money; a sign where it is a change.")
    start: str = shown("Where the bar begins, in percent of the width.")
    width: str = shown("How long the bar is, in percent of the width.")
    note: str = shown("Whether the business can act on it.")
    detail: str = shown("Through which parts of the model it comes; may be empty.", "")


@dataclass(frozen=True)
class FactLine:
    """One raw fact beside what is typical."""

    meaning: str = shown("What the figure means.")
    value: str = shown("The customer's.")
    typical: str = shown("What is usual among the customer's peers, or among all where it says so.")


@dataclass(frozen=True)
class HabitLine:
    """One habit that speaks for a segment, or for its neighbour."""

    word: str = shown("The habit in a word.")
    text: str = shown("The customer's own fact; may be empty.")
    share: str = shown("Its part of all that speaks for the segment, in percent, with a sign.")
    speaks: str = shown("for or against.")


@dataclass(frozen=True)
class ChangeLine:
    """One reason whose part in the risk moved since the earlier day."""

    title: str = shown("What the reason is about.")
    text: str = shown("The fact that moved it most, then and now.")
    events: str = shown("What happened in between; may be empty.")
    points: str = shown("Percentage points with their sign.")


@dataclass(frozen=True)
class ChangeSection:
    """What changed since an earlier day, by today's model."""

    since: str = shown("The earlier day, as the form sends it.")
    latest: str = shown("The last day that can be asked about.")
    generation: str = shown("The scores the form asks about.")
    row: str = shown("The place in the ranking the form asks about.")
    headline: str = shown("The change in one sentence, or why there is none to tell.")
    lines: Sequence[ChangeLine] = shown("The reasons that moved, the largest first.")
    sum: str = shown("How everything adds up; empty without a change.")


@dataclass(frozen=True)
class PlayLine:
    """Something that might be done, and what the model would say then."""

    title: str = shown("What might be done.")
    facts: str = shown("The facts that would be others and say most of the difference.")
    would_be: str = shown("The model's score of such a customer, in percent.")
    change: str = shown("The difference in percentage points.")


@dataclass(frozen=True)
class ItemLine:
    """An item the customer would take."""

    name: str = shown("What it is called.")
    category: str = shown("Its category; empty without one.")
    text: str = shown("What speaks for it, in one sentence.")
    chance: str = shown("How likely it is bought within the horizon, in percent.")


@dataclass(frozen=True)
class ItemSection:
    """The first items of a customer's list."""

    lines: Sequence[ItemLine] = shown("The items, the most likely first.")
    note: str = shown("What the chance means, and how likely an order is.")


@dataclass(frozen=True)
class CustomerPage:
    """One customer: the risk, all that adds up to it, and the facts behind it."""

    company: str = shown("The company's name.")
    customer_id: str = shown("The company's own number.")
    risk: str = shown("The probability of leaving, in percent.")
    sentence: str = shown("What that number means.")
    standing: str = shown("The rank, and how the risk compares.")
    stage: str = shown("The customer's stage and status.")
    segment: str = shown("The behaviour segment; empty without one.")
    segment_why: str = shown("Beside which other segment, and how clearly, in a sentence.")
    habits: Sequence[HabitLine] = shown("What speaks for the segment, and against; all adding up.")
    band: str = shown("high, medium or low.")
    steps: Sequence[WaterfallStep] = shown("Base, reasons and the rest, adding up to the risk.")
    sum: str = shown("The same sum in one line.")
    facts: Sequence[FactLine] = shown("The raw facts behind the reasons.")
    peers: str = shown("Whom the customer is compared with; empty for everybody.")
    change: ChangeSection | None = shown(
        "What changed since an earlier day; None when it cannot be told."
    )
    plays: Sequence[PlayLine] = shown("What the model would say if something were done.")
    items: ItemSection | None = shown(
        "What the customer would take next; None where nothing recommends."
    )
    spend: str = shown("Spend of the last 365 days, net of returns; empty where nobody knows.")
    worth: str = shown("Expected value; empty where no value model is in use.")
    worth_title: str = shown("What that value is, in a few words.")
    worth_between: str = shown("The range four in five alike end in.")
    worth_steps: Sequence[WaterfallStep] = shown(
        "Base, reasons and the rest, adding up to the expected value; empty without one."
    )
    worth_sum: str = shown("The same sum in one line; empty without one.")
    cost_to_serve: str = shown("What serving costs and what it leaves; empty where nothing costs.")
    at_risk: str = shown("Risk times value if kept, or times that spend.")
    at_risk_title: str = shown("What that money is, in a few words.")
    last_order: str = shown("The date of the last order.")
    ago: str = shown("How long ago that was, as of the data.")
    model: str = shown("The honest name and version of the model.")
    as_of: str = shown("The instant before which everything counted was known.")
    back: str = shown("The churn list.")
    previous: str = shown("The customer ranked before; empty for the first.")
    following: str = shown("The customer ranked after; empty for the last.")
