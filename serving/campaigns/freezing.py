"""Starting a campaign: its plan is frozen into the ledger with customers held out by lot, so that it can be measured."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Truths
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.campaigns.answerable import HoldOutAnswer, answer_of
from serving.campaigns.planning import ContactPlan
from serving.ledger.campaigns import CampaignMember, FrozenCampaign
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import Snapshot

LONGEST_DAYS = 365


@dataclass(frozen=True)
class CampaignTerms:
    """What a campaign is called, is for, whose it is, and when it runs: ``window_days`` from a midnight in UTC on."""

    name: str
    goal: str
    owner: str
    starts: Cutoff
    window_days: int


@dataclass(frozen=True)
class StartedCampaign:
    """A campaign as it was frozen, and what its hold-out can find."""

    campaign: FrozenCampaign
    contacted: int
    held_out: int
    spend_cents: int
    gain_cents: int
    answer: HoldOutAnswer


def start(
    ledger: Ledger,
    snapshot: Snapshot,
    plan: ContactPlan,
    terms: CampaignTerms,
    *,
    without_measurement: bool,
    at: int,
) -> StartedCampaign:
    """Freeze a plan: who is contacted and who is held out, by a lot that is the same for whoever asks for it again.

    The limits of the plan hold for whom the lot leaves to be contacted, to the cent. Raises ``UsageRefused`` for a name that was used before, a
    plan of nobody, a start before the scores, and where the hold-out could not find even that everybody was kept, unless it is
    ``without_measurement``.
    """
    _require_terms(snapshot, terms)
    ids = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[plan.places]]
    percent = plan.limits.hold_out_percent
    held = np.array([ledger.hold_out.holds(one, terms.name, percent) for one in ids], np.bool_)
    kept = within_limits(plan, held)
    if not (~held[kept]).any():
        raise UsageRefused(
            expected="customers whom it pays to contact within the limits",
            found="nobody",
            remedy="Raise the budget, allow more contacts, or narrow the campaign less.",
        )
    answer = answer_of(plan, kept, held[kept])
    if not answer.is_possible and not without_measurement:
        raise UsageRefused(
            expected="a hold-out that can find what the campaign does",
            found=answer.sentence,
            remedy="Contact more customers, hold more of them out, or say --without-measurement.",
        )
    campaign = _campaign(snapshot, plan, terms, is_measurable=answer.is_possible, at=at)
    members = _members(campaign, plan, kept, held, ids)
    ledger.campaigns.freeze(campaign, members)
    contacted = [one for one in members if not one.is_held_out]
    return StartedCampaign(
        campaign,
        len(contacted),
        len(members) - len(contacted),
        sum(one.cost_cents for one in contacted),
        sum(one.net_gain_cents for one in contacted),
        answer,
    )


def within_limits(plan: ContactPlan, held: Truths) -> NDArray[np.intp]:
    """The customers of a plan so that those contacted keep to its limits, by their place in it, whoever the lot held out.

    Where too many are left to be contacted, the last ones are taken out of both arms alike.
    """
    kept = np.ones(plan.customers, np.bool_)
    for place, one in enumerate(plan.actions):
        capacity = plan.limits.capacity_of(one)
        if capacity is not None:
            mine = plan.chosen == place
            kept &= ~mine | (np.cumsum(mine & ~held) <= capacity)
    if plan.limits.most is not None:
        kept &= np.cumsum(kept & ~held) <= plan.limits.most
    if plan.limits.budget_cents is not None:
        spent = np.cumsum(np.where(kept & ~held, plan.cost_cents, 0.0))
        kept &= spent <= plan.limits.budget_cents
    return np.flatnonzero(kept)


def _require_terms(snapshot: Snapshot, terms: CampaignTerms) -> None:
    if not terms.name.strip():
        raise UsageRefused(
            expected="a name for the campaign",
            found="none",
            remedy='Such as "Spring calls 2026".',
        )
    if not 1 <= terms.window_days <= LONGEST_DAYS:
        raise UsageRefused(
            expected=f"a window of 1 to {LONGEST_DAYS} days",
            found=f"{terms.window_days}",
            remedy="So many days are watched for what the campaign does.",
        )
    if terms.starts.seconds % DAY_SECONDS:
        raise UsageRefused(
            expected="a start at a midnight in UTC",
            found=str(terms.starts),
            remedy="Give the day alone, such as 2026-10-01.",
        )
    if terms.starts.seconds < snapshot.cutoff_seconds:
        raise UsageRefused(
            expected=f"a start on {Cutoff(snapshot.cutoff_seconds)} or later, the day of the scores",
            found=str(terms.starts),
            remedy="What had happened by the day of the scores is not the campaign's doing.",
        )


def _campaign(
    snapshot: Snapshot, plan: ContactPlan, terms: CampaignTerms, *, is_measurable: bool, at: int
) -> FrozenCampaign:
    manifest = snapshot.manifest
    return FrozenCampaign(
        campaign_id=secrets.token_hex(8),
        name=terms.name,
        goal=terms.goal,
        owner=terms.owner,
        starts_at=terms.starts.seconds,
        window_days=terms.window_days,
        hold_out_percent=plan.limits.hold_out_percent,
        is_measurable=is_measurable,
        made_from={
            "model_digest": str(manifest["model_digest"]),
            "model_version": str(manifest["model_version"]),
            "data_digest": snapshot.data_digest,
            "cutoff_seconds": snapshot.cutoff_seconds,
            "actions": [one.as_dict() for one in plan.actions],
            "limits": {
                "budget_cents": plan.limits.budget_cents,
                "most": plan.limits.most,
                "capacities": dict(plan.limits.capacities),
                "statuses": list(plan.limits.statuses),
            },
        },
        frozen_at=at,
    )


def _members(
    campaign: FrozenCampaign,
    plan: ContactPlan,
    kept: NDArray[np.intp],
    held: Truths,
    ids: list[str],
) -> list[CampaignMember]:
    gains = np.round(plan.gain_cents[kept]).astype(np.int64).tolist()
    return [
        CampaignMember(
            campaign_id=campaign.campaign_id,
            customer_id=ids[place],
            decision_id=secrets.token_hex(16),
            action=plan.actions[plan.chosen[place]].name,
            is_held_out=bool(held[place]),
            lifecycle_status=LifecycleStatus(int(plan.statuses[place])).word,
            risk=float(plan.risk[place]),
            chance_kept=float(plan.chance_kept[place]),
            if_kept_cents=round(float(plan.if_kept_cents[place])),
            cost_cents=int(plan.cost_cents[place]),
            net_gain_cents=gain,
            frozen_at=campaign.frozen_at,
        )
        for place, gain in zip(kept.tolist(), gains, strict=True)
    ]
