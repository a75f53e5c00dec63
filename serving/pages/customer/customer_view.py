"""One customer's page: who they are, the risk as a waterfall from the base, the facts behind it, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from features.company.settings.reading import Settings
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.items.recommending import Recommending
from serving.ledger.campaigns import CampaignMembership, ContactOutcome
from serving.ledger.decisions import Decision
from serving.ledger.offer_decisions import OfferDecision
from serving.ledger.reported_events import ReportedEvent
from serving.offers.plans.candidates import Candidates, candidates_now
from serving.pages.churn_list import sorts
from serving.pages.customer.change_view import change_section, play_lines
from serving.pages.customer.contexts import CustomerPage, FactLine, HabitLine, WaterfallStep
from serving.pages.customer.cost_view import cost_sentence
from serving.pages.customer.customer_query import CustomerQuery, place_in_list
from serving.pages.customer.item_view import item_section
from serving.pages.customer.timeline_view import campaign_moments, recorded, timeline_section
from serving.pages.customer.to_do_view import to_do_section
from serving.pages.customer.value_view import (
    actionable,
    shown_value_explanation,
    value_steps,
    value_sum,
)
from serving.pages.customer.waterfall import bars
from serving.pages.customer.who_view import badges, declared_of, no_score, status_of, who_lines
from serving.pages.figures import (
    ago,
    at_risk,
    between,
    customer_link,
    instant,
    last_order,
    model,
    out_of_date,
    percent_shown,
    signed,
    standing,
    value_and_range,
)
from serving.pages.list_query import ListQuery
from serving.pages.list_view import explanations_at
from serving.scores.score import Status, band
from serving.scores.timeline import TimelineEntry, timeline
from serving.snapshot.reading import Snapshot
from serving.snapshot.segments import CustomerSegment, shown_shares
from training.families.segments.words import beside as beside_neighbour
from training.families.segments.words import other_habits, together
from training.reasons.explanation import Explanation, Reason
from training.reasons.languages.language import Language
from training.reasons.wording import Fact

_LATEST_DECISIONS = 100
_A_NEAR_TIE = 0.1


@dataclass(frozen=True)
class KnownBeside:
    """What is known of a customer beside the scores, and when it is.

    ``candidates`` are the offers and contacts they may be given now, None where the two are not held against each other.
    """

    at: int
    events: Sequence[ReportedEvent] = ()
    decisions: Sequence[Decision] = ()
    offers: Sequence[OfferDecision] = ()
    memberships: Sequence[CampaignMembership] = ()
    outcomes: Sequence[ContactOutcome] = ()
    recommending: Recommending | None = None
    candidates: Candidates | None = None

    @classmethod
    def of(cls, models_in_use: ModelsInUse, in_use: InUse, customer_id: str) -> KnownBeside:
        """What the service's own memory has of a customer, and what recommends to them."""
        cutoff, ledger = in_use.snapshot.cutoff_seconds, models_in_use.ledger
        every_id = (customer_id, *models_in_use.other_ids.beside(customer_id))
        offering, now = models_in_use.offering, models_in_use.now()
        return cls(
            at=now,
            events=models_in_use.newer_events([customer_id], cutoff).get(customer_id, ()),
            decisions=models_in_use.latest_decisions(customer_id, _LATEST_DECISIONS),
            offers=[two for one in every_id for two in ledger.offers.of_customer(one)],
            memberships=ledger.campaigns.of_customers(every_id),
            outcomes=ledger.campaigns.outcomes_of(every_id),
            recommending=models_in_use.recommending,
            candidates=None
            if offering is None
            else candidates_now(offering, in_use.snapshot, ledger, every_id, now),
        )


def customer_page(
    in_use: InUse, settings: Settings, key: int, query: CustomerQuery, beside: KnownBeside
) -> CustomerPage:
    """Everything about one customer, judged or not; of one who declined to be scored that alone."""
    snapshot, language = in_use.snapshot, in_use.wording.language
    status = status_of(snapshot, key)
    lasts_days, ways = settings.service.scores_last_days, _ways(in_use, key, query)
    page = CustomerPage(
        company=settings.company.name,
        customer_id=snapshot.customer_ids[key],
        name=in_use.names.of(snapshot.customer_ids[key]).name,
        notice=out_of_date(snapshot, beside.at, lasts_days, language),
        no_score=no_score(status, language),
        model=model(snapshot, language),
        as_of=instant(snapshot.cutoff_seconds, language),
        hidden_fields={} if query.came_from is None else query.came_from.parameters(),
        back=ways.back,
        previous=ways.previous,
        following=ways.following,
    )
    if status == Status.NO_CONSENT:
        return page
    page = replace(page, **_known(in_use, settings, key, query, beside))
    place = int(snapshot.places[key])
    if status != Status.OK or place < 0:
        return page
    return replace(page, **_risk(in_use, settings, key, place, query, beside.candidates))


class _Ways(NamedTuple):
    """Where one can go from a customer's page; empty where nowhere."""

    back: str
    previous: str = ""
    following: str = ""


def _ways(in_use: InUse, key: int, query: CustomerQuery) -> _Ways:
    """Back to the list one came from, and on to those beside the customer in it."""
    snapshot, listed = in_use.snapshot, query.came_from
    if listed is None:
        return _Ways(ListQuery().link())
    found = place_in_list(snapshot, listed, int(snapshot.places[key]))
    if found is None:
        return _Ways(listed.link(page=listed.page))

    def link(place: int | None) -> str:
        return "" if place is None else customer_link(in_use, place, listed)

    page = found.index // listed.size + 1
    return _Ways(listed.link(page=page), link(found.previous), link(found.following))


def _known(
    in_use: InUse, settings: Settings, key: int, query: CustomerQuery, beside: KnownBeside
) -> dict[str, Any]:
    """What is told of every customer who may be told of."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    language, customer_id = in_use.wording.language, snapshot.customer_ids[key]
    value, spend = value_and_range(snapshot, key), snapshot.spend_of(key)
    is_valued = snapshot.value_of(key) is not None
    why_value = shown_value_explanation(in_use, key)
    segment = snapshot.segment_of(key, currency, language)
    declared, moments = declared_of(in_use, key), _moments(in_use, key, beside)
    every_moment = [
        *moments,
        *recorded(beside.decisions, beside.offers),
        *campaign_moments(beside.memberships, beside.outcomes, at=beside.at),
    ]
    return {
        "badges": badges(declared, language),
        "who": who_lines(in_use, customer_id, declared, moments, language),
        "stage": standing(snapshot, key, language),
        "segment": "" if segment is None else segment.name,
        "segment_why": "" if segment is None else _beside(segment, language),
        "habits": [] if segment is None else _habits(segment, language),
        "spend": "" if spend is None else language.money(spend, currency),
        "value": language.money(value[0], currency) if is_valued else "",
        "value_title": _value_title(snapshot, language),
        "value_between": between(value, currency, language),
        "value_steps": [] if why_value is None else value_steps(why_value, currency, language),
        "value_sum": "" if why_value is None else value_sum(why_value, currency, language),
        "cost_to_serve": cost_sentence(in_use, key, currency, language),
        "last_order": last_order(snapshot, key, language),
        "ago": ago(snapshot, key, language),
        "timeline": timeline_section(in_use, every_moment, query, currency),
        "items": item_section(beside.recommending, in_use.scorer, customer_id, language),
    }


def _moments(in_use: InUse, key: int, beside: KnownBeside) -> list[TimelineEntry]:
    """Everything that happened, by the tables and as it was told since."""
    if in_use.past is None:
        return []
    return timeline(in_use.past.pack, key, in_use.snapshot.cutoff_seconds, beside.events, most=None)


def _risk(
    in_use: InUse,
    settings: Settings,
    key: int,
    place: int,
    query: CustomerQuery,
    candidates: Candidates | None,
) -> dict[str, Any]:
    """What is told of the score of a customer, by their place in the ranking."""
    snapshot, currency = in_use.snapshot, settings.company.currency
    language, customer_id = in_use.wording.language, snapshot.customer_ids[key]
    percentile = float(snapshot.ranking.percentile[place])
    explanation = explanations_at(in_use, np.array([place]))[0]
    facts = _facts(explanation.reasons)
    peers = next((one.peers for one in facts if one.peers), "")
    return {
        "risk": percent_shown(explanation.shown_probability, language),
        "sentence": language.phrased(snapshot.manifest["sentence"], "question"),
        "standing": _rank(place, snapshot.judged, min(int(percentile), 99), language),
        "band": band(percentile),
        "steps": _steps(explanation, language),
        "sum": _sum(explanation, language),
        "facts": [_fact_line(one, peers, language) for one in facts],
        "peers": peers,
        "at_risk": at_risk(snapshot, place, currency, language),
        "at_risk_title": sorts(snapshot, language).get("at_risk", ""),
        "to_do": to_do_section(snapshot, place, currency, language, candidates),
        "change": change_section(in_use, key, query),
        "plays": play_lines(in_use, customer_id),
    }


def _rank(position: int, judged: int, percentile: int, language: Language) -> str:
    said = language.say(
        "Number {place} of {judged} by risk; higher than {percentile} % of the customers the model "
        "learned from."
    )
    return said.format(
        place=language.count(position + 1), judged=language.count(judged), percentile=percentile
    )


def _value_title(snapshot: Snapshot, language: Language) -> str:
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
    return beside_neighbour(segment.neighbour, segment.lead < _A_NEAR_TIE, language)


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
