"""What the pages of started campaigns are given, each field with its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.shown import shown


@dataclass(frozen=True)
class CampaignLine:
    """One campaign in the list of all."""

    name: str = shown("What it is called.")
    link: str = shown("Its page.")
    goal: str = shown("What it is for; may be empty.")
    owner: str = shown("Whose it is; may be empty.")
    kind: str = shown(
        "The state as a word for the style: planned, running, waiting, due or measured."
    )
    state: str = shown("Where it stands, with the day that comes next.")
    starts: str = shown("Its first day.")
    contacted: str = shown("How many are contacted.")
    held_out: str = shown("How many are held out.")
    planned: str = shown("The planned net gain.")
    measured: str = shown("The measured net; empty before it is.")
    between: str = shown("Its interval at 95 percent; empty like that.")


@dataclass(frozen=True)
class CampaignsPage:
    """All campaigns, the latest first."""

    company: str = shown("The company's name.")
    sentence: str = shown("How many there are and what stands with them.")
    campaigns: Sequence[CampaignLine] = shown("The campaigns.")


@dataclass(frozen=True)
class TermLine:
    """One of the terms a campaign was frozen with."""

    label: str = shown("What it is.")
    value: str = shown("What was frozen.")


@dataclass(frozen=True)
class ContactLine:
    """One contact of a campaign: how many customers, and what became of them."""

    label: str = shown("What the contact is called.")
    contacted: str = shown("How many are contacted by it.")
    held_out: str = shown("How many are held out of it.")
    spend: str = shown("What it costs.")
    gain: str = shown("The planned net gain.")
    spoken_to: str = shown("Of how many it is told that somebody spoke to them.")
    outcomes: str = shown("What became of them, counted; empty before anything is told.")


@dataclass(frozen=True)
class ResultLine:
    """One measured figure beside the planned one."""

    label: str = shown("What was measured.")
    measured: str = shown("The estimate.")
    between: str = shown("Its interval at 95 percent; may be empty.")
    planned: str = shown("What was planned; may be empty.")


@dataclass(frozen=True)
class ResultSection:
    """What a campaign brought."""

    sentence: str = shown("The net in a sentence.")
    lines: Sequence[ResultLine] = shown("Beyond what would have come anyway.")
    wasted: Sequence[ResultLine] = shown("What was spent in vain, by whom.")
    remarks: Sequence[str] = shown("How it was found, and what went otherwise than the lot had it.")
    unprofitable: str = shown("What not to do next time; may be empty.")


@dataclass(frozen=True)
class AssignmentLine:
    """One customer to contact."""

    link: str = shown("The customer's page.")
    customer_id: str = shown("The company's own number.")
    name: str = shown("What they are called; may be empty.")
    action: str = shown("The contact.")
    status: str = shown("Their status when it was frozen.")
    risk: str = shown("Their risk then.")
    gain: str = shown("The expected net gain.")
    outcome: str = shown("What became of it; may be empty.")


@dataclass(frozen=True)
class CampaignPage:
    """One campaign: its terms, its contacts, its result and whom it contacts."""

    company: str = shown("The company's name.")
    name: str = shown("What it is called.")
    goal: str = shown("What it is for; may be empty.")
    kind: str = shown("The state as a word for the style.")
    state: str = shown("Where it stands, with the day that comes next.")
    link: str = shown("Its address.")
    notice: str = shown("What was just done with a list, or is wrong with it; may be empty.")
    is_fault: bool = shown("Whether that is something wrong.")
    detail: str = shown("The same as the command line has it, in English; may be empty.")
    terms: Sequence[TermLine] = shown("What it was frozen with.")
    contacts: Sequence[ContactLine] = shown("By contact.")
    result: ResultSection | None = shown("What it brought; absent before it is measured.")
    next_step: str = shown("What can be done next, in a sentence; may be empty.")
    command: str = shown("The command that does it; may be empty.")
    assignments: Sequence[AssignmentLine] = shown("Whom it contacts, a page of them.")
    left_out: str = shown("How many of this page may not be contacted any more; may be empty.")
    position: str = shown("Which customers of how many are on this page.")
    previous: str = shown("The page before; empty on the first.")
    following: str = shown("The page after; empty on the last.")
