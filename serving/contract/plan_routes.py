"""The route of ``/v1/plans``: whom it pays to contact within limits, and what is expected of it."""

from __future__ import annotations

import math
from typing import cast

from fastapi import Request

from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.access.problems import FieldFault, Refusal
from serving.campaigns.answerable import HoldOutAnswer
from serving.campaigns.plannable import BUDGET, CUSTOMERS, PlanLimits
from serving.campaigns.plans.asking import PlanSummary, first_day, summary_now
from serving.contract.action_messages import EffectSource
from serving.contract.answering import (
    answer_in,
    identity,
    instant,
    models_in_use_of,
    required,
)
from serving.contract.plan_messages import (
    ContactPlanAnswer,
    ContactWord,
    CurvePointAnswer,
    HoldOutPowerAnswer,
    PlanAnswer,
    PlanRequest,
    ReachAnswer,
)
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import ModelsInUse
from serving.snapshot.reading import Snapshot
from training.reasons.languages.language import Language

_LIMITS = {BUDGET: "budget_cents", CUSTOMERS: "most"}
_NO_CONTACTS = (
    "The scores know no contact: see [actions] of the settings, then run `regulars score`."
)

routes = contract_routes()


@routes.post("/plans", scope="score", is_personal=False, seconds=60.0, row_seconds=0.5)
def plans(request: Request, question: PlanRequest) -> PlanAnswer:
    """Whom it pays to contact within limits, what that costs, and what is expected of it; no customer is named."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    limits, starts = _limits(models_in_use, in_use.snapshot, question)
    found = summary_now(models_in_use.ledger.campaigns, in_use.snapshot, limits, starts)
    days = question.window_days or models_in_use.settings.churn.horizon_days
    totals = found.totals
    return PlanAnswer(
        model=identity(in_use.scorer.bundle.manifest),
        vector_as_of=instant(in_use.snapshot.cutoff_seconds),
        starts=instant(starts.seconds),
        due=instant(starts.seconds + days * DAY_SECONDS),
        window_days=days,
        hold_out_percent=limits.hold_out_percent,
        considered=found.considered,
        customers=totals.customers,
        leavers_reached=totals.leavers_reached,
        gone_anyway=totals.gone_anyway,
        staying_anyway=totals.staying_anyway,
        kept=totals.kept,
        spend_cents=round(totals.spend_cents),
        net_gain_cents=round(totals.gain_cents),
        net_gain_low_cents=round(totals.gain_low_cents),
        net_gain_high_cents=round(totals.gain_high_cents),
        contacts=_contacts(found),
        prices={_LIMITS.get(name, name): price for name, price in found.prices.items()},
        curve=[
            CurvePointAnswer(
                spend_cents=round(one.spend_cents), net_gain_cents=round(one.gain_cents)
            )
            for one in found.curve
        ],
        hold_out=_power(found.answer, answer_in(question.language, models_in_use)),
        reach=[
            ReachAnswer(
                attribute=one.attribute,
                group=one.group,
                considered=one.considered,
                planned=one.planned,
                share_considered=one.share_considered,
                share_planned=one.share_planned,
            )
            for one in found.reach
        ],
    )


def _limits(
    models_in_use: ModelsInUse, snapshot: Snapshot, question: PlanRequest
) -> tuple[PlanLimits, Cutoff]:
    """The limits as a plan keeps them and its first day; a refusal that names the field at fault."""
    if not snapshot.actions:
        raise Refusal("not_trained", _NO_CONTACTS)
    names = [one.name for one in snapshot.actions]
    said = f"A contact the company makes: {', '.join(names)}."
    named = [(f"/actions/{place}", one) for place, one in enumerate(question.actions)]
    named += [(f"/capacities/{one}", one) for one in question.capacities]
    faults = [
        FieldFault(pointer, "unknown_contact", said) for pointer, one in named if one not in names
    ]
    starts = first_day(snapshot, at=models_in_use.now())
    if question.starts is not None:
        starts = Cutoff.at(question.starts)
        if starts.seconds < snapshot.cutoff_seconds:
            day = (
                f"A day on or after {instant(snapshot.cutoff_seconds)}, the instant of the scores."
            )
            faults.append(FieldFault("/starts", "before_scores", day))
    if faults:
        raise Refusal("invalid_request", errors=faults)
    percent = question.hold_out_percent
    limits = PlanLimits(
        question.budget_cents,
        question.most,
        {str(name): count for name, count in question.capacities.items()},
        tuple(question.actions),
        tuple(question.statuses),
        models_in_use.settings.campaign.hold_out_percent if percent is None else percent,
    )
    return limits, starts


def _contacts(found: PlanSummary) -> list[ContactPlanAnswer]:
    return [
        ContactPlanAnswer(
            name=cast(ContactWord, one.name),
            source=cast(EffectSource, one.source),
            customers=part.customers,
            spend_cents=round(part.spend_cents),
            kept=part.kept,
            net_gain_cents=round(part.gain_cents),
        )
        for one, part in found.by_contact
    ]


def _power(answer: HoldOutAnswer, language: Language) -> HoldOutPowerAnswer:
    return HoldOutPowerAnswer(
        contacted=answer.contacted,
        held_out=answer.held_out,
        smallest_effect=None if math.isinf(answer.smallest) else answer.smallest,
        expected_effect=answer.expected,
        most_effect=answer.most,
        is_possible=answer.is_possible,
        finds_what_is_expected=answer.finds_what_is_expected,
        said=f"{language.sentence(answer.said(language))}",
    )
