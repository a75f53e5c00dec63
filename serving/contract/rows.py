"""One scored customer as a row of an answer: the type filled in from what was scored, field by field."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, cast

from serving.contract.action_messages import (
    ActionWord,
    BestActionAnswer,
    ContactGroupWord,
    EffectSource,
    WhyNothing,
)
from serving.contract.answering import instant, word_of
from serving.contract.messages import FactAnswer, ReasonAnswer, WarningAnswer
from serving.contract.row_messages import (
    Band,
    Interval,
    LifecycleWord,
    NextOrderAnswer,
    ReasonAmount,
    ScoredRowAnswer,
    SegmentAnswer,
    SegmentReasonAnswer,
    Shown,
    SilenceAnswer,
    StageWord,
    Value,
    ValueReasonAnswer,
)
from serving.ledger.decisions import Decision
from serving.scores.next_order import NextOrder
from serving.scores.score import Score
from serving.scores.subject import Caution
from serving.snapshot.freshness import expires_at
from serving.snapshot.segments import CustomerSegment
from training.actions.best import BestAction
from training.families.value.reasons.explanation import ValueExplanation, ValueReason
from training.reasons.explanation import Explanation
from training.reasons.wording import Fact

RowPart = Literal[
    "probability",
    "interval",
    "percentile",
    "band",
    "reasons",
    "other_points",
    "shown",
    "value",
    "segment",
    "next_order",
    "best_action",
]
RISK_FIELDS: tuple[RowPart, ...] = (
    *("probability", "interval", "percentile", "band"),
    *("reasons", "other_points", "shown", "best_action"),
)
PARTS: tuple[RowPart, ...] = ("value", "segment", "next_order")
"""What may be asked for beside the risk; each is a field of the row."""


def row_answer(
    row_id: str | None,
    row: Score,
    decision: Decision | None,
    *,
    currency: str,
    lasts_days: int,
    without: Collection[RowPart] = (),
) -> ScoredRowAnswer:
    """A row; ``without`` names the fields that were not asked for."""
    answer = ScoredRowAnswer(
        row_id=row_id,
        customer_id=row.customer_id or None,
        status=word_of(row.status),
        warnings=_warnings(row),
    )
    if decision is not None:
        answer["decision_id"] = decision.decision_id
        if decision.campaign:
            answer["hold_out"] = decision.hold_out == "yes"
    if row.stage is not None:
        answer["stage"] = cast(StageWord, row.stage)
        answer["lifecycle_status"] = cast(LifecycleWord, row.lifecycle_status)
    if row.as_of_seconds is not None and decision is not None:
        answer["vector_as_of"] = instant(row.as_of_seconds)
        answer["expires_at"] = instant(expires_at(row.as_of_seconds, lasts_days))
    if row.probability is not None:
        _say_risk(answer, row)
    if row.spend_cents is not None or row.value is not None:
        answer["value"] = _value(row, currency)
    if row.segment is not None:
        answer["segment"] = _segment(row.segment)
    if row.best_action is not None:
        answer["best_action"] = _best_action(row.best_action)
    if row.next_order is not None:
        answer["next_order"] = _next_order(row.next_order)
    if row.explanation is not None:
        _explain_risk(answer, row.explanation)
    for part in without:
        answer.pop(part, None)
    return answer


def _best_action(best: BestAction) -> BestActionAnswer:
    answer = BestActionAnswer(
        name="nothing" if best.action is None else cast(ActionWord, best.action.name),
        net_gain_cents=best.net_gain_cents,
        if_kept_cents=best.if_kept_cents,
    )
    if best.group:
        answer["group"] = cast(ContactGroupWord, best.group.word)
    if best.action is None:
        answer["why_nothing"] = cast(WhyNothing, best.why_nothing)
        return answer
    answer["channel"] = best.action.channel
    answer["cost_cents"] = best.action.cost_cents
    answer["chance_kept"] = best.chance_kept
    answer["source"] = cast(EffectSource, best.action.source)
    return answer


def _warnings(row: Score) -> list[WarningAnswer]:
    warnings = [_caution(caution) for caution in row.cautions]
    if row.explanation is not None and row.explanation.withheld:
        warnings.append(_withheld(row.explanation.withheld))
    if row.value_explanation is not None and row.value_explanation.withheld:
        warnings.append(_withheld(row.value_explanation.withheld, "value_"))
    return warnings


def _caution(caution: Caution) -> WarningAnswer:
    warning = WarningAnswer(code=caution.code, message=caution.message)
    if caution.features:
        warning["features"] = list(caution.features)
    return warning


def _withheld(sentences: int, of: str = "") -> WarningAnswer:
    message = f"{sentences} sentence(s) withheld because the facts contradict them."
    return WarningAnswer(code=f"{of}sentence_withheld", message=message)


def _say_risk(answer: ScoredRowAnswer, row: Score) -> None:
    assert row.interval is not None
    low, high = row.interval
    answer["probability"] = row.probability
    answer["interval"] = Interval(low=low, high=high)
    answer["percentile"] = row.percentile
    answer["band"] = cast(Band | None, row.band)


def _segment(membership: CustomerSegment) -> SegmentAnswer:
    """The segment, and on request what speaks for it and against."""
    segment = SegmentAnswer(
        id=membership.segment_id,
        name=membership.name,
        neighbour_id=membership.neighbour_id,
        neighbour=membership.neighbour,
        lead=membership.lead,
    )
    if membership.reasons:
        segment["reasons"] = [
            SegmentReasonAnswer(
                feature=reason.feature,
                group=reason.group,
                speaks=reason.speaks,
                share=reason.share,
                word=reason.word,
                text=reason.text,
                value=reason.value,
                unit=reason.unit,
            )
            for reason in membership.reasons
        ]
        segment["other_share"] = membership.other_share
    return segment


def _next_order(order: NextOrder) -> NextOrderAnswer:
    return NextOrderAnswer(
        silent=[SilenceAnswer(days=days, probability=chance) for days, chance in order.silent],
        earliest=order.earliest,
        expected=order.expected,
        latest=order.latest,
        horizon_days=order.horizon_days,
    )


def _value(row: Score, currency: str) -> Value:
    """Past spend, and what is expected where a value model is in use."""
    value = Value(spend_365d_cents=row.spend_cents, currency=currency)
    if row.value is not None:
        value["expected_cents"] = row.value["expected_cents"]
        value["low_cents"] = row.value["low_cents"]
        value["high_cents"] = row.value["high_cents"]
        value["if_kept_cents"] = row.value["if_kept_cents"]
        value["horizon_days"] = row.value["horizon_days"]
        if "net_cents" in row.value:
            value["cost_to_serve_cents"] = row.value["cost_to_serve_cents"]
            value["net_cents"] = row.value["net_cents"]
    if row.at_risk_cents is not None:
        value["at_risk_cents"] = row.at_risk_cents
    if row.value_explanation is not None:
        _explain_value(value, row.value_explanation)
    return value


def _explain_value(value: Value, explanation: ValueExplanation) -> None:
    """Base, reasons, limit and everything else, in cents that add up to the expected value."""
    value["base_cents"] = explanation.base_cents
    value["reasons"] = [_value_reason(reason) for reason in explanation.reasons]
    value["limit_cents"] = explanation.limit_cents
    value["other_cents"] = explanation.other_cents


def _value_reason(reason: ValueReason) -> ValueReasonAnswer:
    amount = ReasonAmount(group=reason.group, title=reason.title, cents=reason.shown_cents)
    if reason.parts:
        amount["parts"] = dict(reason.parts)
    return {
        **amount,
        "direction": reason.direction,
        "actionable": reason.actionable,
        "text": reason.text,
        "joined": list(reason.joined),
        "facts": _facts(reason.facts),
    }


def _explain_risk(answer: ScoredRowAnswer, explanation: Explanation) -> None:
    """Base, reasons and everything else, in points that add up to the probability."""
    answer["reasons"] = [
        ReasonAnswer(
            group=reason.group,
            title=reason.title,
            points=reason.points,
            shown_points=reason.shown_points,
            direction=reason.direction,
            actionable=reason.actionable,
            text=reason.text,
            joined=list(reason.joined),
            similar=reason.similar,
            facts=_facts(reason.facts),
        )
        for reason in explanation.reasons
    ]
    answer["other_points"] = explanation.other_points
    answer["shown"] = Shown(
        probability=explanation.shown_probability,
        base=explanation.shown_base,
        other=explanation.shown_other,
    )


def _facts(facts: Sequence[Fact]) -> list[FactAnswer]:
    return [
        FactAnswer(
            feature=fact.feature,
            meaning=fact.meaning,
            unit=fact.unit,
            value=fact.value,
            text=fact.text,
            typical=fact.typical,
            peers=fact.peers,
        )
        for fact in facts
    ]
