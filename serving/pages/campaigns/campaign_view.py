"""One campaign as a page: what it was frozen with, what became of its contacts, what it brought, and whom it contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.company.settings.reading import Settings
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.time import DAY_SECONDS
from serving.campaigns.contact_list import may_be_contacted
from serving.campaigns.outcome_words import SPOKEN_TO
from serving.campaigns.outcome_words import TITLES as OUTCOMES
from serving.campaigns.states import due_at
from serving.in_use.models_in_use import InUse
from serving.ledger.campaign_counts import Assignment, ContactCounts, OutcomeCount
from serving.ledger.campaigns import FrozenCampaign
from serving.ledger.ledger import Ledger
from serving.pages.campaigns.campaign_contexts import (
    AssignmentLine,
    CampaignPage,
    ContactLine,
    TermLine,
)
from serving.pages.campaigns.campaigns_view import campaign_link, state_said
from serving.pages.campaigns.result_view import result_section
from serving.pages.figures import instant, link_to, percent, whole_money
from serving.pages.list_sentences import position
from training.actions.actions import TITLES
from training.reasons.languages.language import Language

A_PAGE = 50


@dataclass(frozen=True)
class Notice:
    """What is said above a campaign: what was done with a list, or what is wrong with it."""

    text: str = ""
    is_fault: bool = False
    detail: str = ""


def campaign_page(
    in_use: InUse,
    settings: Settings,
    ledger: Ledger,
    campaign: FrozenCampaign,
    page: int,
    at: int,
    notice: Notice,
) -> CampaignPage:
    """The page of a campaign; ``at`` is now and ``page`` counts those of its customers from 1."""
    language, currency = in_use.wording.language, settings.company.currency
    counts = ledger.campaign_counts.of_campaign(campaign.campaign_id)
    contacted = sum(one.contacted for one in counts)
    pages = max(1, -(-contacted // A_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * A_PAGE
    found = ledger.campaign_counts.assignments(campaign.campaign_id, first=first, most=A_PAGE)
    allowed = [one for one in found if may_be_contacted(one.customer_id, in_use.snapshot)]
    until, link = in_use.snapshot.cutoff_seconds, campaign_link(campaign)
    kind, state = state_said(campaign, language, at=at, until=until)
    next_step, command = _next_step(campaign, kind, language)
    return CampaignPage(
        company=settings.company.name,
        name=campaign.name,
        goal=campaign.goal,
        kind=kind,
        state=state,
        link=link,
        notice=notice.text,
        is_fault=notice.is_fault,
        detail=notice.detail,
        terms=_terms(campaign, currency, language),
        contacts=_contacts(
            counts, ledger.campaign_counts.outcomes(campaign.campaign_id), currency, language
        ),
        result=result_section(campaign, currency, language),
        next_step=next_step,
        command=command,
        assignments=[_assignment(in_use, one, currency, language) for one in allowed],
        left_out=_left_out(len(found) - len(allowed), language),
        position=position(first, len(found), contacted, language),
        previous=f"{link}?page={page - 1}" if page > 1 else "",
        following=f"{link}?page={page + 1}" if page < pages else "",
    )


def _left_out(customers: int, language: Language) -> str:
    if not customers:
        return ""
    said = language.plural(
        "{count} customer of this page may not be contacted any more.",
        "{count} customers of this page may not be contacted any more.",
        customers,
    )
    return said.format(count=language.count(customers))


def _next_step(campaign: FrozenCampaign, kind: str, language: Language) -> tuple[str, str]:
    """What can be done next about measuring, and by which command."""
    if campaign.result is not None:
        return "", ""
    if not campaign.is_measurable:
        return language.say(
            "It was started without measurement: what it brings will not be known."
        ), ""
    if kind == "due":
        said = language.say("All data of its window are there. This measures it:")
        return said, f'regulars campaign measure "{campaign.name}"'
    said = language.say("It can be measured once “regulars ingest” has the data up to {due}.")
    return said.format(due=instant(due_at(campaign), language)), ""


def _terms(campaign: FrozenCampaign, currency: str, language: Language) -> list[TermLine]:
    say, made_from = language.say, campaign.made_from
    limits = made_from.get("limits", {})
    window = say("{starts} to {due}, {days}").format(
        starts=instant(campaign.starts_at, language),
        due=instant(due_at(campaign), language),
        days=language.days(campaign.window_days),
    )
    told = {
        say("Owner"): campaign.owner,
        say("Window"): window,
        say("Held out, of a hundred"): language.count(campaign.hold_out_percent),
        say("Budget"): _budget(limits.get("budget_cents"), currency, language),
        say("Customers, at most"): _counted(limits.get("most"), language),
        say("Contacts, at most"): ", ".join(
            f"{say(TITLES[name])} {language.count(count)}"
            for name, count in limits.get("capacities", {}).items()
        ),
        say("Only customers of status"): ", ".join(
            say(LifecycleStatus[one.upper()].title, "stage") for one in limits.get("statuses", ())
        ),
        say("Frozen on"): instant(campaign.frozen_at // 60 * 60, language),
        say("Model"): _version(made_from, language),
        say("Data known before"): instant(int(made_from["cutoff_seconds"]), language),
    }
    return [TermLine(label, value) for label, value in told.items() if value]


def _version(made_from: Mapping[str, Any], language: Language) -> str:
    version, digest = str(made_from.get("model_version", "")), str(made_from["model_digest"])[:12]
    return language.say("version {version}, {digest}").format(version=version or "–", digest=digest)


def _budget(cents: int | None, currency: str, language: Language) -> str:
    return "" if cents is None else whole_money(cents, currency, language)


def _counted(count: int | None, language: Language) -> str:
    return "" if count is None else language.count(count)


def _contacts(
    counts: Sequence[ContactCounts],
    outcomes: Sequence[OutcomeCount],
    currency: str,
    language: Language,
) -> list[ContactLine]:
    lines = []
    for one in sorted(counts, key=lambda each: [*TITLES].index(each.action)):
        mine = {each.outcome: each.customers for each in outcomes if each.action == one.action}
        said = [
            f"{language.say(title, 'outcome')} {language.count(mine[name])}"
            for name, title in OUTCOMES.items()
            if name in mine
        ]
        lines.append(
            ContactLine(
                label=language.say(TITLES[one.action]),
                contacted=language.count(one.contacted),
                held_out=language.count(one.held_out),
                spend=whole_money(one.spend_cents, currency, language),
                gain=whole_money(one.gain_cents, currency, language),
                spoken_to=language.count(sum(mine.get(name, 0) for name in SPOKEN_TO)),
                outcomes=" · ".join(said),
            )
        )
    return lines


def _assignment(
    in_use: InUse, one: Assignment, currency: str, language: Language
) -> AssignmentLine:
    key = in_use.snapshot.find(one.customer_id)
    outcome = ""
    if one.outcome:
        day = instant(one.happened_at // DAY_SECONDS * DAY_SECONDS, language)
        outcome = f"{language.say(OUTCOMES[one.outcome], 'outcome')}, {day}"
    return AssignmentLine(
        link=link_to(in_use, key),
        customer_id=one.customer_id,
        name=in_use.names.of(one.customer_id).name,
        action=language.say(TITLES[one.action]),
        status=language.say(LifecycleStatus[one.lifecycle_status.upper()].title, "stage"),
        risk=percent(one.risk, language),
        gain=whole_money(one.net_gain_cents, currency, language),
        outcome=outcome,
    )
