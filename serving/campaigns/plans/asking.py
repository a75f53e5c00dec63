"""The plan of now: whoever asks, a command, a page or a program, is answered here, so that all are told the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.campaigns.answerable import HoldOutAnswer, expected_answer
from serving.campaigns.plannable import PlanLimits, Plannable, keys_of, plannable
from serving.campaigns.planning import ContactPlan, PlannedPart, PlanTotals, plan_of
from serving.campaigns.plans.profit_curve import CurvePoint, profit_curve
from serving.campaigns.plans.reach import GroupReach, reach_of
from serving.ledger.campaigns import Campaigns
from serving.snapshot.reading import Snapshot
from training.actions.actions import Action


@dataclass(frozen=True)
class PlanSummary:
    """All that is told of a plan without naming a customer: it is small, and kept for whoever asks the same again.

    ``customers`` counts those planned, whoever will be held out among them; the other figures are of those who will be contacted.
    ``prices`` says what one more unit of each limit would bring, in cents.
    """

    limits: PlanLimits
    considered: int
    customers: int
    totals: PlanTotals
    by_contact: tuple[tuple[Action, PlannedPart], ...]
    by_status: tuple[tuple[LifecycleStatus, PlannedPart], ...]
    prices: Mapping[str, float]
    answer: HoldOutAnswer
    curve: tuple[CurvePoint, ...]
    reach: tuple[GroupReach, ...]


def first_day(snapshot: Snapshot, *, at: int) -> Cutoff:
    """The first day of a campaign of which nobody says another: today or the day of the scores, whichever is later."""
    return Cutoff(max(at // DAY_SECONDS * DAY_SECONDS, snapshot.cutoff_seconds))


def plan_now(
    campaigns: Campaigns,
    snapshot: Snapshot,
    limits: PlanLimits,
    starts: Cutoff,
    *,
    progress: Progress = silent,
) -> ContactPlan:
    """The best choice within the limits of customers who are in no campaign that runs on its first day; see ``planned``."""
    return plan_of(_plannable(campaigns, snapshot, limits, starts), progress=progress)


def summary_now(
    campaigns: Campaigns, snapshot: Snapshot, limits: PlanLimits, starts: Cutoff
) -> PlanSummary:
    """The same without customers, remembered beside the scores for as long as they and the campaigns that run are the same."""
    running = campaigns.running_at(starts.seconds)

    def found() -> PlanSummary:
        one = _plannable(campaigns, snapshot, limits, starts)
        plan = plan_of(one)
        return PlanSummary(
            limits=limits,
            considered=plan.considered,
            customers=plan.customers,
            totals=plan.totals,
            by_contact=plan.by_contact,
            by_status=plan.by_status,
            prices=dict(plan.prices),
            answer=expected_answer(plan),
            curve=_curve(snapshot, one, running),
            reach=reach_of(snapshot, one, plan),
        )

    return snapshot.remembered.of(("plan", limits.asked, running), found)


def _curve(snapshot: Snapshot, one: Plannable, running: tuple[str, ...]) -> tuple[CurvePoint, ...]:
    """The profit curve, which is the same whatever the budget."""
    free = replace(one, limits=replace(one.limits, budget_cents=None))
    asked = "profit curve", free.limits.asked, running
    return snapshot.remembered.of(asked, lambda: profit_curve(free, plan_of(free)))


def _plannable(
    campaigns: Campaigns, snapshot: Snapshot, limits: PlanLimits, starts: Cutoff
) -> Plannable:
    return plannable(snapshot, limits, _taken(campaigns, snapshot, starts))


def _taken(campaigns: Campaigns, snapshot: Snapshot, starts: Cutoff) -> NDArray[np.int64]:
    """Who is in a campaign that runs on that day; the customers of a campaign never change."""
    running = campaigns.running_at(starts.seconds)
    if not running:
        return np.zeros(0, np.int64)
    asked = "in campaigns", running
    return snapshot.remembered.of(
        asked, lambda: keys_of(snapshot, campaigns.running_with(starts.seconds))
    )
