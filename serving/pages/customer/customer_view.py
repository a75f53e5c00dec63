"""One customer's page: the risk as a waterfall from the base, and the facts behind each step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.company.settings.reading import Settings
from serving.in_use.models_in_use import InUse
from serving.items.recommending import Recommending
from serving.pages.churn_list import sorts
from serving.pages.customer.change_view import change_section, play_lines
from serving.pages.customer.contexts import CustomerPage, FactLine, HabitLine, WaterfallStep
from serving.pages.customer.cost_view import cost_sentence
from serving.pages.customer.item_view import item_section
from serving.pages.customer.value_view import actionable, worth_explanation, worth_steps, worth_sum
from serving.pages.customer.waterfall import bars
from serving.pages.figures import (
    ago,
    at_risk,
    between,
    customer_link,
    instant,
    last_order,
    model,
    percent_shown,
    signed,
    standing,
    worth_of,
)
from serving.pages.list_view import explanations_at
from serving.scores.score import band
from serving.snapshot.reading import Snapshot
from serving.snapshot.segments import CustomerSegment, shown_shares
from training.families.segments.words import beside, other_habits, together
from training.reasons.explanation import Explanation, Reason
from training.reasons.languages.language import Language
from training.reasons.wording import Fact

_A_NEAR_TIE = 0.1


def customer_page(
    in_use: InUse,
    settings: Settings,
    position: int,
    since: str = "",
    recommending: Recommending | None = None,
) -> CustomerPage:
    """Everything about the score of one customer, by place in the ranking.

    ``since`` is the earlier day to compare with, as ``2026-05-01``; another text means a month before.
    """
    snapshot, currency = in_use.snapshot, settings.company.currency
    ranking = snapshot.ranking
    key = int(ranking.customer_keys[position])
    worth, spend = worth_of(snapshot, key), snapshot.spend_of(key)
    percentile = float(ranking.percentile[position])
    explanation = explanations_at(in_use, np.array([position]))[0]
    why_worth = worth_explanation(in_use, key)
    language = in_use.wording.language
    segment = snapshot.segment_of(key, currency, language)
    facts = _facts(explanation.reasons)
    peers = next((one.peers for one in facts if one.peers), "")
    return CustomerPage(
        company=settings.company.name,
        customer_id=snapshot.customer_ids[key],
        risk=percent_shown(explanation.shown_probability, language),
        sentence=language.phrased(snapshot.manifest["sentence"], "question"),
        standing=_rank(position, snapshot.judged, min(int(percentile), 99), language),
        stage=standing(snapshot, key, language),
        segment="" if segment is None else segment.name,
        segment_why="" if segment is None else _beside(segment, language),
        habits=[] if segment is None else _habits(segment, language),
        band=band(percentile),
        steps=_steps(explanation, language),
        sum=_sum(explanation, language),
        facts=[_fact_line(one, peers, language) for one in facts],
        peers=peers,
        spend="" if spend is None else language.money(spend, currency),
        worth=language.money(worth[0], currency) if snapshot.value_days else "",
        worth_title=_worth_title(snapshot, language),
        worth_between=between(worth, currency, language),
        worth_steps=[] if why_worth is None else worth_steps(why_worth, currency, language),
        worth_sum="" if why_worth is None else worth_sum(why_worth, currency, language),
        cost_to_serve=cost_sentence(in_use, key, currency, language),
        at_risk=at_risk(snapshot, position, currency, language),
        at_risk_title=sorts(snapshot, language).get("at_risk", ""),
        last_order=last_order(snapshot, key, language),
        ago=ago(snapshot, key, language),
        change=change_section(in_use, position, since),
        plays=play_lines(in_use, snapshot.customer_ids[key]),
        items=item_section(recommending, in_use.scorer, snapshot.customer_ids[key], language),
        model=model(snapshot, language),
        as_of=instant(snapshot.cutoff_seconds, language),
        back="/churn",
        previous=customer_link(snapshot, position - 1) if position > 0 else "",
        following=customer_link(snapshot, position + 1) if position + 1 < snapshot.judged else "",
    )


def _rank(position: int, judged: int, percentile: int, language: Language) -> str:
    said = language.say(
        "Number {place} of {judged} by risk; higher than {percentile} % of the customers the model "
        "learned from."
    )
    return said.format(
        place=language.count(position + 1), judged=language.count(judged), percentile=percentile
    )


def _worth_title(snapshot: Snapshot, language: Language) -> str:
    said = language.say("Expected {money}, next {days} days")
    money = language.say(snapshot.value_money, "money")
    return said.format(money=money, days=snapshot.value_days)


def _steps(explanation: Explanation, language: Language) -> list[WaterfallStep]:
    """The way from the base to the risk, step by step."""
    changes = [*(one.points for one in explanation.reasons), explanation.other_points]
    drawn = [
        one.as_dict()
        for one in bars(100 * explanation.base, changes, 100 * explanation.probability)
    ]
    steps = [
        WaterfallStep(
            "base",
            language.base,
            language.base_said,
            percent_shown(explanation.shown_base, language),
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
                signed(reason.shown_points, language),
                note=_note(reason, language),
                **bar,
            )
        )
    steps.append(
        WaterfallStep(
            "other",
            language.other,
            "",
            signed(explanation.shown_other, language),
            note="",
            **drawn[-2],
        )
    )
    shown_total = percent_shown(explanation.shown_probability, language)
    steps.append(WaterfallStep("total", language.total, "", shown_total, note="", **drawn[-1]))
    return steps


def _note(reason: Reason, language: Language) -> str:
    """Whether it can be acted on, and whether its place among the reasons means little."""
    return ", ".join(
        filter(
            None,
            (actionable(reason.actionable, language), language.similar if reason.similar else ""),
        )
    )


def _sum(explanation: Explanation, language: Language) -> str:
    parts = [*(one.shown_points for one in explanation.reasons), explanation.shown_other]
    added = " ".join(f"{'−' if one < 0 else '+'} {abs(one):.1f}" for one in parts)
    return language.written(
        f"{explanation.shown_base:.1f} {added} = {explanation.shown_probability:.1f}"
    )


def _beside(segment: CustomerSegment, language: Language) -> str:
    """Beside which neighbour, and how clearly."""
    if not segment.neighbour:
        return ""
    return beside(segment.neighbour, segment.lead < _A_NEAR_TIE, language)


def _habits(segment: CustomerSegment, language: Language) -> list[HabitLine]:
    *shown, other, lead = shown_shares(segment)
    lines = [
        HabitLine(one.word, one.text, _percent(share), one.speaks)
        for one, share in zip(segment.reasons, shown, strict=True)
    ]
    return [
        *lines,
        HabitLine(other_habits(language), "", _percent(other), "other"),
        HabitLine(together(language), "", _percent(lead), "total"),
    ]


def _percent(share: int) -> str:
    return f"{share:+d} %".replace("-", "−")


def _facts(reasons: Sequence[Reason]) -> list[Fact]:
    by_name: dict[str, Fact] = {}
    for reason in reasons:
        for fact in reason.facts:
            by_name.setdefault(fact.feature, fact)
    return list(by_name.values())


def _fact_line(fact: Fact, peers: str, language: Language) -> FactLine:
    everybody = (
        f" {language.say('(all)')}" if peers and fact.typical_text and not fact.peers else ""
    )
    typical = fact.typical_text + everybody
    return FactLine(fact.meaning.rstrip("."), fact.text or language.say("unknown"), typical)
