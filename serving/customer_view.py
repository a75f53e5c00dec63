"""One customer's page: the risk as a waterfall from the base, and the facts behind each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.settings import Settings
from serving.belonging import Belonging, shown_shares
from serving.churn_list import sorts
from serving.desk import InUse
from serving.page_contexts import CustomerPage, FactLine, HabitLine, WaterfallStep
from serving.page_views import (
    ago,
    at_risk,
    between,
    customer_link,
    explanations_at,
    instant,
    last_order,
    model,
    percent_shown,
    signed,
    standing,
    worth_of,
)
from serving.scoring import band
from serving.value_view import ACTIONABLE, worth_explanation, worth_steps, worth_sum
from serving.waterfall import bars
from training.reasons.explanation import Explanation, Reason
from training.reasons.quantities import money, quantity
from training.reasons.wording import Fact

_A_NEAR_TIE = 0.1


def customer_page(in_use: InUse, settings: Settings, position: int) -> CustomerPage:
    """Everything about the score of one customer, by place in the ranking."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    ranking = snapshot.ranking
    key = int(ranking.customer_keys[position])
    worth = worth_of(snapshot, key)
    percentile = float(ranking.percentile[position])
    explanation = explanations_at(in_use, np.array([position]))[0]
    why_worth = worth_explanation(in_use, key)
    segment = snapshot.belonging(key, currency)
    return CustomerPage(
        company=settings.company.name,
        customer_id=snapshot.customer_ids[key],
        risk=percent_shown(explanation.shown_probability),
        sentence=snapshot.manifest["sentence"],
        standing=(
            f"Number {position + 1:,} of {snapshot.judged:,} by risk; "
            f"higher than {min(int(percentile), 99)} % of the customers the model learned from."
        ),
        stage=standing(snapshot, key),
        segment="" if segment is None else segment.name,
        segment_why="" if segment is None else _beside(segment),
        habits=[] if segment is None else _habits(segment),
        band=band(percentile),
        steps=_steps(explanation),
        sum=_sum(explanation),
        facts=[_fact_line(one, currency) for one in _facts(explanation.reasons)],
        spend=money(int(snapshot.spend_cents[key]), currency),
        worth=money(worth[0], currency) if snapshot.value_days else "",
        worth_title=f"Expected {snapshot.value_money}, next {snapshot.value_days} days",
        worth_between=between(worth, currency),
        worth_steps=[] if why_worth is None else worth_steps(why_worth, currency),
        worth_sum="" if why_worth is None else worth_sum(why_worth, currency),
        at_risk=at_risk(snapshot, position, currency),
        at_risk_title=sorts(snapshot)["at_risk"],
        last_order=last_order(snapshot, key),
        ago=ago(snapshot, key),
        model=model(snapshot),
        as_of=instant(snapshot.cutoff_seconds),
        back="/churn",
        previous=customer_link(snapshot, position - 1) if position > 0 else "",
        following=customer_link(snapshot, position + 1) if position + 1 < snapshot.judged else "",
    )


def _steps(explanation: Explanation) -> list[WaterfallStep]:
    """The way from the base to the risk, step by step."""
    changes = [*(one.points for one in explanation.reasons), explanation.other_points]
    drawn = [
        one.as_dict()
        for one in bars(100 * explanation.base, changes, 100 * explanation.probability)
    ]
    steps = [
        WaterfallStep(
            "base",
            "Base risk",
            "Where the model starts for everybody.",
            percent_shown(explanation.shown_base),
            note="",
            **drawn[0],
        )
    ]
    for bar, reason in zip(drawn[1:], explanation.reasons, strict=False):
        steps.append(
            WaterfallStep(
                reason.direction,
                reason.title,
                reason.text,
                signed(reason.shown_points),
                note=ACTIONABLE[reason.actionable],
                **bar,
            )
        )
    steps.append(
        WaterfallStep(
            "other", "Everything else", "", signed(explanation.shown_other), note="", **drawn[-2]
        )
    )
    shown_total = percent_shown(explanation.shown_probability)
    steps.append(WaterfallStep("total", "Risk", "", shown_total, note="", **drawn[-1]))
    return steps


def _sum(explanation: Explanation) -> str:
    parts = [*(one.shown_points for one in explanation.reasons), explanation.shown_other]
    added = " ".join(f"{'−' if one < 0 else '+'} {abs(one):.1f}" for one in parts)
    return f"{explanation.shown_base:.1f} {added} = {explanation.shown_probability:.1f}"


def _beside(segment: Belonging) -> str:
    """Beside which neighbour, and how clearly."""
    if not segment.neighbour:
        return ""
    how = "Almost as near" if segment.lead < _A_NEAR_TIE else "The next nearest"
    return (
        f"{how} is “{segment.neighbour}”. The figures are shares of all that speaks for the one rather than "
        "the other; the nearer their sum is to 0, the more this customer stands between the two."
    )


def _habits(segment: Belonging) -> list[HabitLine]:
    *shown, other, lead = shown_shares(segment)
    lines = [
        HabitLine(one.word, one.text, _percent(share), one.speaks)
        for one, share in zip(segment.reasons, shown, strict=True)
    ]
    return [
        *lines,
        HabitLine("all other habits", "", _percent(other), "other"),
        HabitLine("together", "", _percent(lead), "total"),
    ]


def _percent(share: int) -> str:
    return f"{share:+d} %".replace("-", "−")


def _facts(reasons: Sequence[Reason]) -> list[Fact]:
    by_name: dict[str, Fact] = {}
    for reason in reasons:
        for fact in reason.facts:
            by_name.setdefault(fact.feature, fact)
    return list(by_name.values())


def _fact_line(fact: Fact, currency: str) -> FactLine:
    typical = "" if fact.typical is None else quantity(fact.typical, fact.unit, currency)
    return FactLine(fact.meaning.rstrip("."), fact.text or "unknown", typical)
