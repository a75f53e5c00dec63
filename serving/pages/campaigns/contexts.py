"""What the pages of campaigns are given, each field with its sentence; the templates see no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.contexts import Choice
from serving.pages.shown import shown


@dataclass(frozen=True)
class ContactChoice:
    """One contact that may be used."""

    value: str = shown("What the form sends.")
    label: str = shown("What the contact is called.")
    note: str = shown("What one costs, and how its effect is known.")
    is_chosen: bool = shown("Whether it may be used.")
    capacity: str = shown("So many at most, as asked; empty without a limit.")
    usual: str = shown("So many at most by the company's settings; empty without a limit.")


@dataclass(frozen=True)
class PlanForm:
    """The limits as they are asked for."""

    currency: str = shown("The currency of the budget.")
    budget: str = shown("The budget in whole units; empty without one.")
    slider_most: str = shown("The largest budget that is of use, in whole units.")
    most: str = shown("So many customers at most; empty without a limit.")
    hold_out: str = shown("Of a hundred so many are held out.")
    days: str = shown("So many days are watched.")
    starts: str = shown("The first day, as a form writes it.")
    earliest: str = shown("The earliest first day, as a form writes it.")
    contacts: Sequence[ContactChoice] = shown("The contacts the company makes.")
    statuses: Sequence[Choice] = shown("The statuses of customers, each to be allowed.")


@dataclass(frozen=True)
class PlannedLine:
    """What is planned of one contact, or of customers of one status."""

    label: str = shown("What it is called.")
    note: str = shown("How the effect is known; empty of a status.")
    customers: str = shown("So many are contacted.")
    spend: str = shown("What that costs.")
    kept: str = shown("So many are expected to stay because of it.")
    gain: str = shown("The expected net gain.")


@dataclass(frozen=True)
class PlannedShare:
    """A part of those who are contacted, as a part of a bar."""

    kind: str = shown("reached, gone or stays.")
    label: str = shown("Who they are.")
    customers: str = shown("How many they are.")
    start: str = shown("Where its part of the bar begins, in percent.")
    width: str = shown("How long that is, in percent.")


@dataclass(frozen=True)
class CurveRow:
    """One point of the curve in numbers."""

    spend: str = shown("What is spent.")
    gain: str = shown("What it brings net.")
    link: str = shown("The plan of that budget.")


@dataclass(frozen=True)
class CurvePicture:
    """The profit curve, drawn in a square of 100 by 100 whose origin is at the top left."""

    path: str = shown("The line, from no money to all that pays.")
    area: str = shown("What lies below it.")
    chosen_x: str = shown("Where the plan stands.")
    chosen_y: str = shown("How high the plan stands.")
    spends: Sequence[str] = shown("The labels below, from left to right, evenly spaced.")
    gains: Sequence[str] = shown("The labels at the left, from the top down, evenly spaced.")
    said: str = shown("The plan's point in numbers, with the interval.")
    rows: Sequence[CurveRow] = shown("Some points in numbers.")


@dataclass(frozen=True)
class ReachLine:
    """One group of customers by its share of everybody and of the plan."""

    group: str = shown("Which group.")
    considered: str = shown("Its share of all who might be contacted.")
    planned: str = shown("Its share of the plan.")
    considered_width: str = shown("The first as the length of a bar, in percent.")
    planned_width: str = shown("The second as the length of a bar, in percent.")
    ratio: str = shown("How often it is reached beside everybody, such as 1.3 times.")


@dataclass(frozen=True)
class ReachSection:
    """What customers declared, by its groups."""

    title: str = shown("What was declared.")
    lines: Sequence[ReachLine] = shown("Its groups, the largest first.")


@dataclass(frozen=True)
class StartForm:
    """The form that starts a campaign from its plan."""

    fields: Sequence[tuple[str, str]] = shown("The limits of the plan, for the form to send along.")
    name: str = shown("The name as it was filled in.")
    goal: str = shown("What it is for, as it was filled in.")
    owner: str = shown("Whose it is, as it was filled in.")
    is_without_measurement: bool = shown("Whether it starts although it cannot be measured.")
    fault: str = shown("Why it was not started; empty at first.")


@dataclass(frozen=True)
class PlanPage:
    """A plan: its limits, and what is expected within them."""

    company: str = shown("The company's name.")
    notice: str = shown("That the scores are out of date; empty while they hold.")
    lacking: str = shown("Why nothing can be planned; empty where it can.")
    form: PlanForm | None = shown("The limits; absent where nothing can be planned.", None)
    sentence: str = shown("The result in a sentence.", "")
    is_empty: bool = shown("Whether it pays to contact nobody.", False)
    contacted: str = shown("How many are contacted.", "")
    considered: str = shown("Of how many.", "")
    spend: str = shown("What that costs.", "")
    spend_cents: str = shown("The same in whole cents, for machines.", "")
    kept: str = shown("How many are expected to stay because of it.", "")
    gain: str = shown("The expected net gain.", "")
    gain_cents: str = shown("The same in whole cents, for machines.", "")
    gain_between: str = shown("Its interval at 95 percent.", "")
    shares: Sequence[PlannedShare] = shown("Who is contacted: leaves, is gone, or stays.", ())
    lines: Sequence[PlannedLine] = shown("By contact.", ())
    statuses: Sequence[PlannedLine] = shown("By status.", ())
    curve: CurvePicture | None = shown("The net gain by spend; absent where nothing pays.", None)
    prices: Sequence[str] = shown("What one more unit of each limit would bring.", ())
    power: str = shown("What the hold-out can find, in a sentence.", "")
    verdict: str = shown("What that means for the start.", "")
    is_measurable: bool = shown("Whether the hold-out can answer anything.", True)
    start: StartForm | None = shown("The form that starts it; absent where it pays nobody.", None)
    reach: Sequence[ReachSection] = shown("Who is reached, by what customers declared.", ())
    model: str = shown("The honest name and version of the model.", "")
    as_of: str = shown("The instant before which everything counted was known.", "")
