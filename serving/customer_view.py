"""One customer's page: the risk as a waterfall from the base, and the facts behind each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.settings import Settings
from serving.change_view import change_section, play_lines
from serving.churn_list import sorts
from serving.desk import InUse
from serving.page_contexts import CustomerPage, FactLine, WaterfallStep
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
from training.reasons.explanation import Explanation, Reason
from training.reasons.language import Language
from training.reasons.quantities import money
from training.reasons.wording import Fact

_ACTIONABLE = {"now": "Can be acted on", "indirect": "", "context": "Background"}


def customer_page(
    in_use: InUse, settings: Settings, position: int, since: str = ""
) -> CustomerPage:
    """Everything about the score of one customer, by place in the ranking.

    ``since`` is the earlier day to compare with, as ``2026-05-01``; another text means a month before.
    """
    snapshot, currency = in_use.snapshot, settings.company.currency
    ranking = snapshot.ranking
    key = int(ranking.customer_keys[position])
    worth = worth_of(snapshot, key)
    percentile = float(ranking.percentile[position])
    explanation = explanations_at(in_use, np.array([position]))[0]
    facts = _facts(explanation.reasons)
    peers = next((one.peers for one in facts if one.peers), "")
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
        band=band(percentile),
        steps=_steps(explanation, in_use.wording.language),
        sum=_sum(explanation),
        facts=[_fact_line(one, peers) for one in facts],
        peers=peers,
        spend=money(int(snapshot.spend_cents[key]), currency),
        worth=money(worth[0], currency) if snapshot.value_days else "",
        worth_title=f"Expected {snapshot.value_money}, next {snapshot.value_days} days",
        worth_between=between(worth, currency),
        at_risk=at_risk(snapshot, position, currency),
        at_risk_title=sorts(snapshot)["at_risk"],
        last_order=last_order(snapshot, key),
        ago=ago(snapshot, key),
        change=change_section(in_use, position, since),
        plays=play_lines(in_use, snapshot.customer_ids[key]),
        model=model(snapshot),
        as_of=instant(snapshot.cutoff_seconds),
        back="/churn",
        previous=customer_link(snapshot, position - 1) if position > 0 else "",
        following=customer_link(snapshot, position + 1) if position + 1 < snapshot.judged else "",
    )


def _steps(explanation: Explanation, language: Language) -> list[WaterfallStep]:
    """Bars from left to right, on a scale from the least to the most the sum ever comes to."""
    changes = [*(one.points for one in explanation.reasons), explanation.other_points]
    base, total = 100 * explanation.base, 100 * explanation.probability
    reached = base + np.cumsum([0.0, *changes])
    least, most = min(0.0, float(reached.min())), max(float(reached.max()), 1e-9)

    def bar(one: float, other: float) -> dict[str, str]:
        low, high = min(one, other), max(one, other)
        scale = 100 / (most - least)
        return {"start": f"{(low - least) * scale:.2f}%", "width": f"{(high - low) * scale:.2f}%"}

    steps = [
        WaterfallStep(
            "base",
            language.base,
            language.base_said,
            percent_shown(explanation.shown_base),
            note="",
            **bar(0.0, base),
        )
    ]
    for place, reason in enumerate(explanation.reasons):
        steps.append(
            WaterfallStep(
                reason.direction,
                reason.title,
                reason.text,
                signed(reason.shown_points),
                note=_note(reason, language),
                **bar(float(reached[place]), float(reached[place + 1])),
            )
        )
    steps.append(
        WaterfallStep(
            "other",
            language.other,
            "",
            signed(explanation.shown_other),
            note="",
            **bar(float(reached[-2]), float(reached[-1])),
        )
    )
    shown_total = percent_shown(explanation.shown_probability)
    steps.append(
        WaterfallStep("total", language.total, "", shown_total, note="", **bar(0.0, total))
    )
    return steps


def _note(reason: Reason, language: Language) -> str:
    """Whether it can be acted on, and whether its place among the reasons means little."""
    return ", ".join(
        filter(None, (_ACTIONABLE[reason.actionable], language.similar if reason.similar else ""))
    )


def _sum(explanation: Explanation) -> str:
    parts = [*(one.shown_points for one in explanation.reasons), explanation.shown_other]
    added = " ".join(f"{'−' if one < 0 else '+'} {abs(one):.1f}" for one in parts)
    return f"{explanation.shown_base:.1f} {added} = {explanation.shown_probability:.1f}"


def _facts(reasons: Sequence[Reason]) -> list[Fact]:
    by_name: dict[str, Fact] = {}
    for reason in reasons:
        for fact in reason.facts:
            by_name.setdefault(fact.feature, fact)
    return list(by_name.values())


def _fact_line(fact: Fact, peers: str) -> FactLine:
    everybody = " (all)" if peers and fact.typical_text and not fact.peers else ""
    typical = fact.typical_text + everybody
    return FactLine(fact.meaning.rstrip("."), fact.text or "unknown", typical)
