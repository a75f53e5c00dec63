"""What a campaign brought: customers kept and money beyond what would have come anyway, by whom the lot held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.store.store import Store, open_store
from features.vectors.refresh import end_of_data
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused, UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from serving.campaigns.outcome_words import SPOKEN_TO
from serving.campaigns.states import due_at
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.ledger import ledger_of
from training.families.value.dataset import money_after
from training.families.value.margins import line_margins
from training.measures.estimates import Estimate
from training.measures.incremental.adjustment import column_table
from training.measures.incremental.effect import campaign_effect, effects_by_group
from training.measures.incremental.wasted import wasted_contacts
from training.questions.labels import bought_between


@dataclass(frozen=True)
class WastedMoney:
    """Money spent on customers for whom the contact brought less than it cost, at 95 percent, and on whom.

    *Sure things* stay anyway, *lost causes* do not stay either way, and contacts *made worse* the rest; ``unprofitable`` names the kinds of contact
    and status, such as "call, active", whose contacts are believed to bring less than they cost: what not to do next time.
    """

    total_cents: Estimate
    sure_things_cents: Estimate
    lost_causes_cents: Estimate
    made_worse_cents: Estimate
    unprofitable: tuple[str, ...]


@dataclass(frozen=True)
class Contaminated:
    """Customers with whom it went otherwise than the lot had it; the measurement counts them as the lot did.

    ``contacted_anyway`` were held out and spoken to, by what was reported; ``reported_too_early`` have an outcome from before the first day;
    ``in_another_campaign`` are in one that runs at the same time.
    """

    contacted_anyway: int
    reported_too_early: int
    in_another_campaign: int


@dataclass(frozen=True)
class CampaignResult:
    """What a campaign brought, intention to treat: whoever the lot assigned to be contacted counts as contacted, whatever was done with them.

    ``bought`` is the effect on the share of customers who buy in the window, ``money_cents`` that on what they bring in it, of ``money_kind``
    (margin or spend), and ``retained_cents`` that on the value if kept of those who buy, which is what keeping them is worth. Each as
    estimate, low and high at 95 percent over all who were contacted. ``expected`` is what was planned for the same customers.
    """

    contacted: int
    held_out: int
    gone_from_data: int
    spend_cents: int
    money_kind: str
    bought: Estimate
    money_cents: Estimate
    retained_cents: Estimate
    share_bought: float
    share_bought_untreated: float
    variance_explained: float
    expected_kept: float
    expected_gain_cents: float
    wasted: WastedMoney
    contamination: Contaminated
    reached: int
    reported: int
    by_outcome: Mapping[str, int]

    @property
    def net_cents(self) -> Estimate:
        """What keeping them is worth less what the contacts cost."""
        found, cost = self.retained_cents, self.spend_cents
        return Estimate(found.mean - cost, found.low - cost, found.high - cost)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain fields; no customer is in it."""
        wasted = asdict(self.wasted) | {"unprofitable": list(self.wasted.unprofitable)}
        return asdict(self) | {"net_cents": asdict(self.net_cents), "wasted": wasted}


def measure(workspace: Workspace, name: str, *, at: int) -> tuple[FrozenCampaign, CampaignResult]:
    """Measure a campaign by the company's own data, and keep the result in the ledger.

    Raises ``UsageRefused`` where the campaign was started without a hold-out or without measurement, and ``DataRefused`` before the store has
    everything that happened in its window.
    """
    store = open_store(workspace)
    with ledger_of(workspace) as ledger:
        campaign = ledger.campaigns.named(name)
        members = ledger.campaigns.members(campaign.campaign_id)
        outcomes = ledger.campaigns.outcomes(campaign.campaign_id)
        _require_measurable(campaign, store)
        elsewhere = ledger.campaigns.also_in_others(campaign)
        result = result_of(store, campaign, members, outcomes, elsewhere=elsewhere)
        ledger.campaigns.keep_result(campaign.campaign_id, result.as_dict(), at=at)
    return campaign, result


def result_of(
    store: Store,
    campaign: FrozenCampaign,
    members: Sequence[CampaignMember],
    outcomes: Sequence[ContactOutcome],
    *,
    elsewhere: Collection[str] = (),
) -> CampaignResult:
    """The result by a store that holds everything in the campaign's window; ``elsewhere`` are customers of other campaigns of that time."""
    pack, other_ids = store.pack(), store.other_ids()
    found = np.array(
        [pack.customer_ids.find(other_ids.person(one.customer_id)) for one in members], np.int64
    )
    here = found >= 0
    present = [one for one, is_here in zip(members, here.tolist(), strict=True) if is_here]
    seen = _seen(store, campaign, found[here].astype(np.int32))
    treated = np.array([not one.is_held_out for one in present], np.bool_)
    if_kept = np.array([one.if_kept_cents for one in present], np.float64)
    stays = 1.0 - np.array([one.risk for one in present])
    # What is expected of each outcome without a contact, as far as it was known before.
    before = column_table(stays, stays * if_kept, seen.money_before_cents)
    bought = campaign_effect(treated, seen.bought.astype(np.float64), before)
    contacted = [one for one in present if not one.is_held_out]
    spoken_to = {one.customer_id for one in outcomes if one.outcome in SPOKEN_TO}
    return CampaignResult(
        contacted=len(contacted),
        held_out=len(present) - len(contacted),
        gone_from_data=len(members) - len(present),
        spend_cents=sum(one.cost_cents for one in contacted),
        money_kind=seen.money_kind,
        bought=bought.total,
        money_cents=_total(treated, seen.money_cents, before),
        retained_cents=_total(treated, seen.bought * if_kept, before),
        share_bought=bought.treated_mean,
        share_bought_untreated=bought.untreated_mean,
        variance_explained=bought.variance_explained,
        expected_kept=float(sum(one.chance_kept for one in contacted)),
        expected_gain_cents=float(sum(one.net_gain_cents for one in contacted)),
        wasted=_wasted(present, treated, seen.bought * if_kept, before),
        contamination=_contaminated(campaign, present, outcomes, elsewhere),
        reached=len({one.customer_id for one in contacted} & spoken_to),
        reported=len({one.customer_id for one in outcomes}),
        by_outcome=dict(sorted(Counter(one.outcome for one in outcomes).items())),
    )


def _wasted(
    members: Sequence[CampaignMember], treated: Truths, outcomes: Floats, before: Floats
) -> WastedMoney:
    """What was wasted, by kind of contact and status, each drawn to what all have in common."""
    names = [f"{one.action}, {one.lifecycle_status.replace('_', ' ')}" for one in members]
    known, groups = np.unique(names, return_inverse=True)
    contacted = [one for one in members if not one.is_held_out and one.cost_cents]
    if not contacted:
        return WastedMoney(*(Estimate(0.0, 0.0, 0.0),) * 4, unprofitable=())
    costs = treated & np.array([one.cost_cents > 0 for one in members])
    found = wasted_contacts(
        groups[costs],
        np.array([one.cost_cents for one in contacted], np.float64),
        effects_by_group(groups, treated, outcomes, before),
        np.array([one.chance_kept * one.if_kept_cents for one in contacted]),
        stay_anyway=1.0 - np.array([one.risk for one in contacted]),
    )
    assert found.kinds is not None
    return WastedMoney(
        found.wasted_cents,
        found.kinds.sure_things_cents,
        found.kinds.lost_causes_cents,
        found.kinds.made_worse_cents,
        tuple(
            str(known[one.group])
            for one in found.groups
            if one.gain_cents.mean * one.contacts < one.spent_cents
        ),
    )


def _contaminated(
    campaign: FrozenCampaign,
    members: Sequence[CampaignMember],
    outcomes: Sequence[ContactOutcome],
    elsewhere: Collection[str],
) -> Contaminated:
    held_out = {one.customer_id for one in members if one.is_held_out}
    spoken_to = {one.customer_id for one in outcomes if one.outcome in SPOKEN_TO}
    return Contaminated(
        len(held_out & spoken_to),
        len({one.customer_id for one in outcomes if one.happened_at < campaign.starts_at}),
        len({one.customer_id for one in members} & set(elsewhere)),
    )


def _total(treated: Truths, outcomes: Floats, before: Floats) -> Estimate:
    return campaign_effect(treated, outcomes, before).total


@dataclass(frozen=True)
class _Seen:
    """What customers did in a campaign's window, and what they brought in as many days before it."""

    bought: Truths
    money_cents: Floats
    money_before_cents: Floats
    money_kind: str


def _seen(store: Store, campaign: FrozenCampaign, keys: NDArray[np.int32]) -> _Seen:
    purchases = store.pack().streams["purchases"]
    margins = line_margins(store, purchases)
    start = np.full(len(keys), campaign.starts_at, np.int64)
    days = campaign.window_days
    horizon = Horizon(days)
    earlier = start - days * DAY_SECONDS
    return _Seen(
        bought_between(purchases, keys, start, start + days * DAY_SECONDS),
        money_after(purchases, margins.cents, keys, start, horizon),
        money_after(purchases, margins.cents, keys, earlier, horizon),
        margins.kind,
    )


def _require_measurable(campaign: FrozenCampaign, store: Store) -> None:
    if not campaign.is_measurable:
        raise UsageRefused(
            expected="a campaign whose hold-out can answer",
            found=f'"{campaign.name}", which was started without measurement',
            remedy="Hold more customers out of the next one.",
        )
    until = end_of_data(store.pack())
    if until.seconds < due_at(campaign):
        raise DataRefused(
            expected=f"data up to {Cutoff(due_at(campaign))}, the end of the campaign's window",
            found=f"data up to {until}",
            remedy="Run `regulars ingest` when everything in the window has happened.",
        )
