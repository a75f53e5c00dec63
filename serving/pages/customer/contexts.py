"""What the page of one customer is given, each field with its sentence; the template sees no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    hidden_fields: Mapping[str, str] = shown(
        "What else the page's link asks for, for the form to keep."
    )
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
class Badge:
    """One thing a customer agreed to, or said no to."""

    kind: str = shown("yes, no or unknown.")
    text: str = shown("What it is about, in a few words.")


@dataclass(frozen=True)
class WhoLine:
    """One thing known of who a customer is."""

    label: str = shown("What it is.")
    value: str = shown("The customer's.")


@dataclass(frozen=True)
class ToDoLine:
    """One thing the company can do for the customer."""

    title: str = shown("What to do.")
    text: str = shown("Why, or how, in a sentence; may be empty.")
    value: str = shown("What it is expected to bring; may be empty.")


@dataclass(frozen=True)
class ToDoSection:
    """What to do, the most worth first."""

    lines: Sequence[ToDoLine] = shown("What can be done.")
    note: str = shown("What these figures mean; may be empty.")


@dataclass(frozen=True)
class KindChoice:
    """One kind of events the timeline can be narrowed to."""

    label: str = shown("What they are called.")
    count: str = shown("How many there are.")
    link: str = shown("The page with these alone.")
    is_chosen: bool = shown("Whether they are shown.")


@dataclass(frozen=True)
class TimelineLine:
    """One event."""

    kind: str = shown("Of which kind it is, by the name its choice has in links.")
    title: str = shown("What happened.")
    text: str = shown("What is known about it; may be empty.")
    day: str = shown("When, as the company's clocks had it.")
    note: str = shown("That no table has it yet; empty where one does.")


@dataclass(frozen=True)
class TimelineMonth:
    """The events of one month."""

    title: str = shown("The month and its year.")
    lines: Sequence[TimelineLine] = shown("Its events, the latest first.")


@dataclass(frozen=True)
class TimelineSection:
    """What happened to the customer, the latest first."""

    choices: Sequence[KindChoice] = shown("The kinds there are, everything first.")
    months: Sequence[TimelineMonth] = shown("The months of this page, the latest first.")
    position: str = shown("Which events of how many are on this page; empty where there are none.")
    newer: str = shown("The page with newer events; empty on the first.")
    older: str = shown("The page with older events; empty on the last.")


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """One customer: who they are, what to do, the risk and all that adds up to it, and what happened.

    Of one without a score everything about the risk is empty, and of one who declined to be scored all but the number and the name.
    """

    company: str = shown("The company's name.")
    customer_id: str = shown("The company's own number.")
    name: str = shown("What they are called; empty where the tables do not say.")
    notice: str = shown("That the scores are out of date; empty while they hold.")
    no_score: str = shown("Why there is no score; empty where there is one.")
    badges: Sequence[Badge] = shown("What the customer agreed to, or said no to.", ())
    who: Sequence[WhoLine] = shown("Since when they buy, and what they declared.", ())
    to_do: ToDoSection | None = shown("What to do; None where nobody has said.", None)
    risk: str = shown("The probability of leaving, in percent.", "")
    sentence: str = shown("What that number means.", "")
    standing: str = shown("The rank, and how the risk compares.", "")
    stage: str = shown("The customer's stage and status.", "")
    segment: str = shown("The behaviour segment; empty without one.", "")
    segment_why: str = shown("Beside which other segment, and how clearly, in a sentence.", "")
    habits: Sequence[HabitLine] = shown(
        "What speaks for the segment, and against; all adding up.", ()
    )
    band: str = shown("high, medium or low.", "")
    steps: Sequence[WaterfallStep] = shown("Base, reasons and the rest, adding up to the risk.", ())
    sum: str = shown("The same sum in one line.", "")
    facts: Sequence[FactLine] = shown("The raw facts behind the reasons.", ())
    peers: str = shown("Whom the customer is compared with; empty for everybody.", "")
    change: ChangeSection | None = shown(
        "What changed since an earlier day; None when it cannot be told.", None
    )
    plays: Sequence[PlayLine] = shown(
        "What the model would say if something were done, by how much it would change.", ()
    )
    timeline: TimelineSection | None = shown(
        "What happened; None where the events of these scores cannot be read.", None
    )
    items: ItemSection | None = shown(
        "What the customer would take next; None where nothing recommends.", None
    )
    spend: str = shown("Spend of the last 365 days, net of returns; empty where nobody knows.", "")
    value: str = shown("Expected value; empty where no value model is in use.", "")
    value_title: str = shown("What that value is, in a few words.", "")
    value_between: str = shown("The range four in five alike end in.", "")
    value_steps: Sequence[WaterfallStep] = shown(
        "Base, reasons and the rest, adding up to the expected value; empty without one.", ()
    )
    value_sum: str = shown("The same sum in one line; empty without one.", "")
    cost_to_serve: str = shown(
        "What serving costs and what it leaves; empty where nothing costs.", ""
    )
    at_risk: str = shown("Risk times value if kept, or times that spend.", "")
    at_risk_title: str = shown("What that money is, in a few words.", "")
    last_order: str = shown("The date of the last order.", "")
    ago: str = shown("How long ago that was, as of the data.", "")
    model: str = shown("The honest name and version of the model.")
    as_of: str = shown("The instant before which everything counted was known.")
    back: str = shown("The list one came from, or the whole one.")
    previous: str = shown("Whom that list has before; empty for the first, and without a list.")
    following: str = shown("Whom that list has behind; empty for the last, and without a list.")
    hidden_fields: Mapping[str, str] = shown("The filters of that list, for a search to keep.")


@dataclass(frozen=True)
class FoundCustomer:
    """One customer a search found."""

    customer_id: str = shown("The company's own number.")
    name: str = shown("What they are called; empty where the tables do not say.")
    link: str = shown("Their page.")
    no_score: str = shown("Why there is no score; empty where there is one.")
    email: str = shown("Their address; it and what follows are empty of who declined.", "")
    standing: str = shown("Their stage and status.", "")
    last_order: str = shown("The date of the last order.", "")
    ago: str = shown("How long ago that was, as of the data.", "")
    risk: str = shown("How likely they leave; empty without a score.", "")


@dataclass(frozen=True)
class FindPage:
    """Whom a search found, where it is not one alone."""

    company: str = shown("The company's name.")
    sentence: str = shown("How many were found.")
    customers: Sequence[FoundCustomer] = shown("Who was found, the likest first.")
    hidden_fields: Mapping[str, str] = shown("The filters of the list, for another search to keep.")
    back: str = shown("The list the search began from.")
