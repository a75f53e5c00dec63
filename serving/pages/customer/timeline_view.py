"""What happened to a customer as their page tells it: month by month, of one kind or of all, fifty at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from serving.campaigns.outcome_words import TITLES as OUTCOMES
from serving.in_use.models_in_use import InUse
from serving.ledger.campaigns import CampaignMembership, ContactOutcome
from serving.ledger.decisions import Decision
from serving.ledger.offer_decisions import HOLD_OUT, OfferDecision
from serving.pages.customer.contexts import (
    KindChoice,
    TimelineLine,
    TimelineMonth,
    TimelineSection,
)
from serving.pages.customer.customer_query import CustomerQuery
from serving.pages.figures import percent
from serving.pages.list_sentences import position
from serving.scores.earlier_vector import Past
from serving.scores.timeline import TimelineEntry
from training.actions.actions import CHANNELS
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

SHOWN_MOMENTS = 50
PART = "timeline"
"""What the timeline is called within the page."""
_CONTACT_PLANNED, _HELD_OUT_OF_CAMPAIGN = "contact_planned", "held_out_of_campaign"
_CONTACT_OUTCOME = "contact_outcome"
_SCORED, _OFFER_DECIDED, _OFFER_WITHHELD = "scored", "offer_decided", "offer_withheld"
_LABELS = {
    "orders": phrase("Orders"),
    "visits": phrase("Visits"),
    "mails": phrase("Mails"),
    "calls": phrase("Calls and questions"),
    "surveys": phrase("Surveys"),
    "complaints": phrase("Complaints"),
    "offers": phrase("Offers"),
    "contracts": phrase("Contracts"),
    "scores": phrase("Scores"),
    "contacts": phrase("Other contacts"),
}
_OF_KINDS = {
    **dict.fromkeys(("order", "return", "cart"), "orders"),
    **dict.fromkeys(("open", "click"), "mails"),
    **dict.fromkeys(("contract_begun", "contract_cancelled"), "contracts"),
    **dict.fromkeys(("offer_shown", "offer_held_out", "offer_accepted"), "offers"),
    **dict.fromkeys(("contacted", "opened", "accepted", "rejected", "bought"), "offers"),
    **dict.fromkeys((_OFFER_DECIDED, _OFFER_WITHHELD), "offers"),
    "contact_held_out": "contacts",
    "visit": "visits",
    "inquiry": "calls",
    "survey": "surveys",
    "complaint": "complaints",
    _SCORED: "scores",
}
_OF_CHANNELS = {"phone": "calls", "email": "mails"}
"""Where a contact of a kind nobody else has belongs."""
_OWN_TITLES = {
    _SCORED: phrase("Score answered", "moment"),
    _OFFER_DECIDED: phrase("Offer decided", "moment"),
    _OFFER_WITHHELD: phrase("Held out of offers", "moment"),
    _CONTACT_PLANNED: phrase("Contact planned", "moment"),
    _HELD_OUT_OF_CAMPAIGN: phrase("Held out of a campaign", "moment"),
    _CONTACT_OUTCOME: phrase("Outcome of a contact", "moment"),
}
_CHANNELS = {
    "email": phrase("by email", "channel"),
    "phone": phrase("by phone", "channel"),
    "web": phrase("on the web", "channel"),
    "store": phrase("in a store", "channel"),
    "chat": phrase("in a chat", "channel"),
    "social": phrase("on social media", "channel"),
    "post": phrase("by post", "channel"),
    "app": phrase("in the app", "channel"),
}


def recorded(decisions: Sequence[Decision], offers: Sequence[OfferDecision]) -> list[TimelineEntry]:
    """What the service answered about a customer and decided for them, as moments beside the others."""
    found = []
    for one in decisions:
        known = {"probability": one.probability, "campaign": one.campaign}
        found.append(TimelineEntry(one.decided_at, _SCORED, _given(known)))
    for two in offers:
        if two.offer_id or two.arm == HOLD_OUT:
            kind = _OFFER_WITHHELD if two.arm == HOLD_OUT else _OFFER_DECIDED
            found.append(TimelineEntry(two.decided_at, kind, _given({"offer": two.offer_id})))
    return found


def campaign_moments(
    memberships: Sequence[CampaignMembership], outcomes: Sequence[ContactOutcome], *, at: int
) -> list[TimelineEntry]:
    """The contacts that campaigns meant for a customer until now, whether they were held out, and what became of each."""
    in_campaign = {one.campaign_id: one for one in memberships}
    found = [
        TimelineEntry(
            one.starts_at,
            _HELD_OUT_OF_CAMPAIGN if one.is_held_out else _CONTACT_PLANNED,
            _of_campaign(one),
        )
        for one in memberships
        if one.starts_at <= at
    ]
    found += [
        TimelineEntry(
            two.happened_at,
            _CONTACT_OUTCOME,
            {"outcome": two.outcome, **_of_campaign(in_campaign[two.campaign_id])},
        )
        for two in outcomes
        if two.campaign_id in in_campaign
    ]
    return found


def _of_campaign(one: CampaignMembership) -> dict[str, Any]:
    return {"channel": CHANNELS[one.action], "campaign": one.name}


def timeline_section(
    in_use: InUse,
    moments: Sequence[TimelineEntry],
    query: CustomerQuery,
    currency: str,
) -> TimelineSection | None:
    """One page of what happened, of the kind the link asks for; None where no events can be read."""
    if in_use.past is None:
        return None
    language = in_use.wording.language
    moments = sorted(moments, key=lambda one: -one.at_seconds)
    kinds = Counter(map(kind_of, moments))
    show = query.show if query.show in kinds else ""
    wanted = [one for one in moments if show in ("", kind_of(one))]
    pages = max(1, -(-len(wanted) // SHOWN_MOMENTS))
    page = min(query.page, pages)
    first = (page - 1) * SHOWN_MOMENTS
    shown = wanted[first : first + SHOWN_MOMENTS]
    words = _Words(in_use, in_use.past, currency)
    asked = CustomerQuery(query.who, query.came_from, query.since, show)
    return TimelineSection(
        choices=_choices(asked, kinds, language),
        months=_months(shown, words, in_use.past, language),
        position=position(first, len(shown), len(wanted), language),
        newer=asked.link(PART, page=page - 1) if page > 1 else "",
        older=asked.link(PART, page=page + 1) if page < pages else "",
    )


def kind_of(moment: TimelineEntry) -> str:
    """To which kind of the page a moment belongs; one of a company's own kind belongs where its channel does."""
    if moment.kind in _OF_KINDS:
        return _OF_KINDS[moment.kind]
    return _OF_CHANNELS.get(str(moment.details.get("channel", "")), "contacts")


def _choices(
    query: CustomerQuery, kinds: Mapping[str, int], language: Language
) -> list[KindChoice]:
    """Everything, and each kind there is."""
    labels = {"": phrase("Everything")} | {one: _LABELS[one] for one in _LABELS if one in kinds}
    counts = {"": sum(kinds.values()), **kinds}
    return [
        KindChoice(
            language.say(label),
            language.count(counts[show]),
            query.link(PART, show=show),
            show == query.show,
        )
        for show, label in labels.items()
    ]


def _months(
    shown: Sequence[TimelineEntry], words: _Words, past: Past, language: Language
) -> list[TimelineMonth]:
    told = [(past.clock(one.at_seconds), one) for one in shown]
    return [
        TimelineMonth(
            language.month(datetime(year, month, 1).date()),
            [words.line(one, when) for when, one in some],
        )
        for (year, month), some in groupby(told, key=lambda one: (one[0].year, one[0].month))
    ]


class _Words:
    """What is said of one moment."""

    def __init__(self, in_use: InUse, past: Past, currency: str) -> None:
        self._language = in_use.wording.language
        self._currency = currency
        self._clock = past.clock
        offers = in_use.snapshot.offers
        self._offers = {str(one["offer_id"]): str(one.get("name") or "") for one in offers}

    def line(self, moment: TimelineEntry, when: datetime) -> TimelineLine:
        """A moment as it stands in the timeline."""
        language = self._language
        own = _OWN_TITLES.get(moment.kind)
        title = language.say(own, "moment") if own else moment.named(language.code)
        said = [self._detail(name, value) for name, value in moment.details.items()]
        # Midnight is what a table without times of day has.
        time = "" if (when.hour, when.minute, when.second) == (0, 0, 0) else f", {when:%H:%M}"
        return TimelineLine(
            kind=kind_of(moment),
            title=title[:1].upper() + title[1:],
            text=" · ".join(filter(None, said)),
            day=f"{language.date(when.date())}{time}",
            note=language.say("Told since the scores") if moment.was_reported else "",
        )

    def _detail(self, name: str, value: Any) -> str:
        say = self._DETAILS.get(name)
        return "" if say is None or value is None else say(self, value)

    def _lines(self, count: int) -> str:
        said = self._language.plural("1 item", "{count} items", count)
        return said.format(count=self._language.count(count))

    def _money(self, cents: int) -> str:
        return self._language.money(int(cents), self._currency)

    def _channel(self, channel: str) -> str:
        known = _CHANNELS.get(channel)
        return self._language.say(known, "channel") if known else str(channel)

    def _as_it_is(self, text: str) -> str:
        return str(text)

    def _offer(self, offer_id: str) -> str:
        return self._offers.get(str(offer_id)) or str(offer_id)

    def _score(self, score: float) -> str:
        return self._language.say("answered {score}").format(score=self._language.number(score))

    def _settled(self, when: int | str) -> str:
        # What was told has instants as texts, what the store has as seconds.
        told = datetime.fromisoformat(when).timestamp() if isinstance(when, str) else when
        day = self._language.date(self._clock(int(told)).date())
        return self._language.say("settled on {day}").format(day=day)

    def _probability(self, probability: float) -> str:
        return percent(probability, self._language)

    def _campaign(self, campaign: str) -> str:
        return self._language.say("for {campaign}").format(campaign=campaign)

    def _outcome(self, outcome: str) -> str:
        return self._language.say(OUTCOMES[outcome], "outcome")

    _DETAILS: Mapping[str, Callable[[Any, Any], str]] = {
        "lines": _lines,
        "amount_cents": _money,
        "price_cents": _money,
        "revenue_cents": _money,
        "channel": _channel,
        "store": _as_it_is,
        "topic": _as_it_is,
        "plan": _as_it_is,
        "offer": _offer,
        "offer_id": _offer,
        "score": _score,
        "resolved_seconds": _settled,
        "resolved_at": _settled,
        "probability": _probability,
        "campaign": _campaign,
        "outcome": _outcome,
    }


def _given(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if value not in ("", None)}
