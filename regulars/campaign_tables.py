"""What the command line says of campaigns: plans, starts, lists that came back, and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from features.vocabulary.time import Cutoff
from regulars.narrator import Outcome, Table
from serving.campaigns.answerable import HoldOutAnswer
from serving.campaigns.freezing import StartedCampaign
from serving.campaigns.measuring import CampaignResult
from serving.campaigns.outcome_words import TITLES as OUTCOMES
from serving.campaigns.planning import ContactPlan
from serving.campaigns.returned_list import ReportedOutcomes
from serving.campaigns.states import due_at, state_of
from serving.ledger.campaigns import FrozenCampaign
from training.actions.actions import TITLES
from training.measures.estimates import Estimate, money, money_range


def plan_outcome(
    plan: ContactPlan, answer: HoldOutAnswer, starts: Cutoff, currency: str
) -> Outcome:
    """What is said of a plan that was not started."""
    found = plan.totals
    gain = Estimate(found.gain_cents, found.gain_low_cents, found.gain_high_cents)
    if not plan.customers:
        return Outcome(
            said=f"It pays to contact nobody of {plan.considered:,} customers within the limits",
            next="raise the budget, or say in [actions] what a contact costs and keeps",
            data={"customers": 0, "considered": plan.considered},
        )
    return Outcome(
        said=f"It pays to contact {found.customers:,.0f} of {plan.considered:,} customers for "
        f"{money(found.spend_cents, currency)}: expected is a net gain of {money_range(gain, currency)}",
        lines=[
            f"  Of those contacted {found.leavers_reached:,.0f} are about to leave and can be reached, {found.gone_anyway:,.0f} are gone "
            f"already or beyond reach, and {found.staying_anyway:,.0f} stay anyway; {found.kept:,.1f} are expected to stay because of it.",
            f"  {_held_out(plan)}{answer.sentence[:1].upper()}{answer.sentence[1:]}.",
            *([] if answer.is_possible else ["  ! It could never be measured: contact more customers or hold more of them out."]),
        ],
        tables=[_by_contact(plan, currency), _by_status(plan)],
        next=f'start it with `regulars campaign start NAME` and the same options; its first day is {starts}',
        data={
            **asdict(found),
            "gain_low_cents": found.gain_low_cents,
            "gain_high_cents": found.gain_high_cents,
            "considered": plan.considered,
            "starts": str(starts),
            "prices": dict(plan.prices),
            "answer": asdict(answer) | {"is_possible": answer.is_possible},
        },
    )  # fmt: skip


def _held_out(plan: ContactPlan) -> str:
    percent = plan.limits.hold_out_percent
    return f"Of a hundred {percent} are held out. " if percent else "Nobody is held out. "


def _by_contact(plan: ContactPlan, currency: str) -> Table:
    rows = [
        (
            TITLES[one.name],
            one.source,
            f"{part.customers:,.0f}",
            money(part.spend_cents, currency),
            f"{part.kept:,.1f}",
            money(part.gain_cents, currency),
        )
        for one, part in plan.by_contact
    ]
    heading = ("contact", "effect", "customers", "cost", "kept", "net gain")
    return Table("Contacts", heading, rows)


def _by_status(plan: ContactPlan) -> Table:
    rows = [
        (
            one.title,
            f"{part.customers:,.0f}",
            f"{100 * part.mean_risk:.1f} %",
            f"{part.kept:,.1f}",
        )
        for one, part in plan.by_status
    ]
    return Table("By status", ("status", "customers", "risk", "kept"), rows)


def started_outcome(started: StartedCampaign, currency: str) -> Outcome:
    """What is said of a campaign that was started."""
    campaign = started.campaign
    return Outcome(
        said=f'Started "{campaign.name}": {started.contacted:,} customers to contact for '
        f"{money(started.spend_cents, currency)}, {started.held_out:,} held out by lot; expected is a net gain of "
        f"{money(started.gain_cents, currency)}",
        lines=[f"  {started.answer.sentence[:1].upper()}{started.answer.sentence[1:]}."],
        next=f'`regulars campaign export "{campaign.name}" list.xlsx`; it can be measured with data up to {Cutoff(due_at(campaign))}',
        data={
            **_terms(campaign),
            "contacted": started.contacted,
            "held_out": started.held_out,
            "spend_cents": started.spend_cents,
            "expected_gain_cents": started.gain_cents,
            "answer": asdict(started.answer) | {"is_possible": started.answer.is_possible},
        },
    )


def _terms(campaign: FrozenCampaign) -> dict[str, object]:
    return {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "goal": campaign.goal,
        "owner": campaign.owner,
        "starts": str(Cutoff(campaign.starts_at)),
        "due": str(Cutoff(due_at(campaign))),
        "is_measurable": campaign.is_measurable,
    }


def list_outcome(campaigns: Sequence[FrozenCampaign], *, at: int, data_until: int) -> Outcome:
    """What is said of all campaigns."""
    states = [state_of(one, at=at, data_until=data_until) for one in campaigns]
    rows = [
        (
            one.name,
            one.owner,
            str(Cutoff(one.starts_at)),
            str(Cutoff(due_at(one))),
            f"{one.hold_out_percent} %",
            str(state),
        )
        for one, state in zip(campaigns, states, strict=True)
    ]
    heading = ("campaign", "owner", "starts", "due", "held out", "state")
    return Outcome(
        said=f"Campaigns: {len(campaigns):,}" if campaigns else "No campaign was started yet",
        next="" if campaigns else "`regulars campaign plan`",
        tables=[Table("Campaigns", heading, rows)] if rows else [],
        data={
            "campaigns": [
                _terms(one) | {"state": str(state), "result": one.result}
                for one, state in zip(campaigns, states, strict=True)
            ]
        },
    )


def reported_outcome(found: ReportedOutcomes) -> Outcome:
    """What is said of a list that came back."""
    told = ", ".join(f"{OUTCOMES[one]} {count:,}" for one, count in found.by_outcome.items())
    lines = [f"  {told}."] if told else []
    if found.held_out:
        lines.append(
            f"  ! {found.held_out:,} customers were spoken to who had been held out: the measurement counts them as held out."
        )
    if found.objections:
        lines.append(
            f"  {found.objections:,} asked not to be contacted: they are withheld from now on."
        )
    return Outcome(
        said=f"Took in {found.new:,} outcomes; {found.known:,} were known, {found.open:,} rows have none yet",
        lines=lines,
        data=asdict(found),
    )


def measured_outcome(campaign: FrozenCampaign, result: CampaignResult, currency: str) -> Outcome:
    """What is said of a measured campaign."""
    net = result.net_cents
    proven = "" if net.is_above_zero else " (chance alone may explain it)"
    kept = result.bought
    rows = [
        ("customers who bought because of it", f"{_count(kept.mean)} ({_count(kept.low)} … {_count(kept.high)})", f"{result.expected_kept:,.1f}"),
        (f"{result.money_kind} within the window", money_range(result.money_cents, currency), ""),
        ("what keeping them is worth", money_range(result.retained_cents, currency), money(result.expected_gain_cents + result.spend_cents, currency)),
        ("spent on contacts", money(result.spend_cents, currency), money(result.spend_cents, currency)),
        ("net", money_range(net, currency), money(result.expected_gain_cents, currency)),
    ]  # fmt: skip
    wasted = result.wasted
    vain = [
        ("sure things, who stay anyway", money_range(wasted.sure_things_cents, currency)),
        ("lost causes, who leave anyway", money_range(wasted.lost_causes_cents, currency)),
        ("made worse by it", money_range(wasted.made_worse_cents, currency)),
        ("all", money_range(wasted.total_cents, currency)),
    ]
    return Outcome(
        said=f'"{campaign.name}" brought {money_range(net, currency)} net{proven}, '
        f"{result.contacted:,} contacted beside {result.held_out:,} held out",
        lines=[
            f"  In the window {100 * result.share_bought:.1f} % of the contacted bought; without it {100 * result.share_bought_untreated:.1f} % would have.",
            f"  What was known before took {result.variance_explained:.0%} of the noise out. Spoken to were {result.reached:,} of {result.contacted:,}; of "
            f"{result.reported:,} an outcome was reported.",
            *_contaminated(result),
            *([f"  Not worth it next time: {'; '.join(wasted.unprofitable)}."] if wasted.unprofitable else []),
        ],
        tables=[
            Table("Beyond what would have come anyway, at 95 %", ("what", "measured", "planned"), rows),
            Table("Spent in vain, by who is believed to have been contacted", ("on", "money"), vain),
        ],
        data=_terms(campaign) | result.as_dict(),
    )  # fmt: skip


def _contaminated(result: CampaignResult) -> list[str]:
    """What went otherwise than the lot had it, a line each."""
    found = result.contamination
    told = (
        (found.contacted_anyway, "held out and spoken to all the same; they count as held out"),
        (found.reported_too_early, "with an outcome from before the first day"),
        (found.in_another_campaign, "in another campaign of that time as well"),
    )
    return [f"  ! {count:,} customers {what}." for count, what in told if count]


def _count(customers: float) -> str:
    """A number of customers with its sign as money has it."""
    return f"{customers:,.1f}".replace("-", "−")
