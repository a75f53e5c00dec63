"""What stands around the churn list: how many are asked for, in which order, what the money means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from serving.pages.churn_list import Totals, matching_places, order_of, sorts
from serving.pages.figures import instant
from serving.pages.list_query import ListQuery
from serving.scores.score import Status
from serving.snapshot.reading import Snapshot
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

JUST_AS_EXPECTED = (1.0, 1.0)
"""Where no past test tells how far a level may be off."""
_NOT_JUDGED = {
    Status.NOT_ELIGIBLE: phrase("{count} not among those the question is about"),
    Status.INSUFFICIENT_DATA: phrase("{count} have no known purchase"),
    Status.NO_CONSENT: phrase("{count} declined to be scored"),
}
_SPEND_PRODUCTS = {
    True: phrase("risk × 12-month spend"),
    False: phrase("chance × 12-month spend"),
}
_VALUE_PRODUCTS = {
    True: phrase("risk × value if kept"),
    False: phrase("chance × value if they buy"),
}


def expected_between(
    summed: Totals, language: Language, level: tuple[float, float] = JUST_AS_EXPECTED
) -> str:
    """The interval of how many are expected: as far as chance goes, and as far as the level was off before.

    ``level`` has the shares of what is expected between which what comes lies, by past tests.
    """
    ends = (
        min(summed.low, summed.expected * level[0]),
        max(summed.high, min(summed.expected * level[1], float(summed.customers))),
    )
    low, high = (language.written(f"{one:,.0f}") for one in ends)
    return language.say("{low} to {high}").format(low=low, high=high)


def matched(
    snapshot: Snapshot, summed: Totals, query: ListQuery, currency: str, language: Language
) -> str:
    """Who is asked for, how many they are and what they come to."""
    if not summed.customers:
        return language.say("Nobody matches.")
    if summed.customers == snapshot.judged:
        said = language.say("All {judged} judged customers, {order}.")
        return said.format(
            judged=language.count(snapshot.judged), order=_order(snapshot, query, language)
        )
    who = language.plural("1 customer matches", "{count} customers match", summed.customers)
    told = {
        "who": who.format(count=language.count(summed.customers)),
        "expected": language.written(f"{summed.expected:,.1f}"),
        "act": language.phrased(snapshot.manifest["act"], "question"),
    }
    if snapshot.money_basis:
        said = language.say("{who}: {expected} expected to {act}, {lost} of {product}.").format(
            **told,
            lost=language.money(summed.at_risk_cents, currency),
            product=inside(sorts(snapshot, language)["at_risk"], language),
        )
    else:
        said = language.say("{who}: {expected} expected to {act}.").format(**told)
    if not query.jumped:
        return said
    before = language.say("Risk up by 10 points or more since {day}: {rest}")
    return before.format(day=instant(snapshot.earlier_seconds, language), rest=said)


def _order(snapshot: Snapshot, query: ListQuery, language: Language) -> str:
    """By what the list is sorted, and from where."""
    order = order_of(snapshot, query)
    if order == "last_seen":
        if query.rising:
            return language.say("shortest silence first")
        return language.say("longest silence first")
    labels = sorts(snapshot, language)
    otherwise = language.say("spend") if snapshot.money_is_known else labels["risk"]
    first = inside(labels.get(order, otherwise), language)
    if query.rising:
        return language.say("lowest {what} first").format(what=first)
    return language.say("highest {what} first").format(what=first)


def inside(label: str, language: Language) -> str:
    """A label inside a sentence; German nouns keep their capital."""
    return label.lower() if language.code == ENGLISH.code else label


def product(snapshot: Snapshot, language: Language) -> str:
    """What is multiplied, in a few words; empty where no money is known."""
    if not snapshot.money_basis:
        return ""
    if snapshot.money_basis == "spend":
        return language.say(_SPEND_PRODUCTS[snapshot.means_leaving])
    return language.say(_VALUE_PRODUCTS[snapshot.means_leaving])


def jumped(snapshot: Snapshot, language: Language) -> str:
    """How many risks rose by ten points or more, for a link."""
    if not snapshot.compared:
        return ""
    count = int(snapshot.manifest["jumped"])
    said = language.plural(
        "1 risk rose by 10 points or more", "{count} risks rose by 10 points or more", count
    )
    return said.format(count=language.count(count))


def money_note(snapshot: Snapshot, language: Language) -> str:
    """What the columns of money mean; empty where there are none."""
    if not snapshot.money_basis:
        return ""
    if snapshot.money_basis == "spend":
        spend = language.say("Spend is of the last 12 months, net of returns.")
        return f"{spend} {_gain_note(snapshot, language)}".rstrip()
    said = language.say(
        "Value is the {money} a customer is expected to bring in the next {days} days; four in five "
        "customers alike end in the range below it. {product} is {factors}: what they bring given that "
        "they buy at all."
    )
    told = said.format(
        money=language.say(snapshot.value_money, "money"),
        days=snapshot.value_days,
        product=sorts(snapshot, language)["at_risk"],
        factors=product(snapshot, language),
    )
    notes = (told, _gain_note(snapshot, language), _cost_note(snapshot, language))
    return " ".join(note for note in notes if note)


def _gain_note(snapshot: Snapshot, language: Language) -> str:
    """How a net gain is reckoned and what of it is assumed; empty where nothing can be done."""
    if not snapshot.acts:
        return ""
    said = language.say(
        "Net gain is {product} × the share an action keeps of such customers, less its cost. The shares are assumed by status "
        "until a campaign has measured them: {those}."
    )
    those = ", ".join(
        f"{language.say(one.title)} {language.written(f'{100 * one.keeps[LifecycleStatus.SLOWING]:.0f} %')}"
        for one in snapshot.actions
    )
    told = said.format(
        product=inside(sorts(snapshot, language)["at_risk"], language),
        those=language.say("of those slowing {shares}").format(shares=those),
    )
    if not snapshot.manifest.get("to_offer"):
        return told
    of_offers = language.say(
        "Of an offer it is the share who act because of it × its margin, less contact and reward, as of the day of the scores."
    )
    return f"{told} {of_offers}"


def left_out(snapshot: Snapshot, query: ListQuery, language: Language) -> str:
    """How many more a list would have with those who must not be contacted; empty where it leaves nobody out."""
    if query.consent:
        return ""
    more = int(np.count_nonzero(matching_places(snapshot, replace(query, consent="refused"))))
    if not more:
        return ""
    said = language.plural(
        "1 more must not be contacted", "{count} more must not be contacted", more
    )
    return said.format(count=language.count(more))


def gain_note(snapshot: Snapshot, summed: Totals, language: Language) -> str:
    """With how many customers there is something to gain; empty where nothing can be done."""
    if not snapshot.acts:
        return ""
    said = language.plural(
        "net gain, with 1 customer", "net gain, with {count} customers", summed.to_contact
    )
    return said.format(count=language.count(summed.to_contact))


def _cost_note(snapshot: Snapshot, language: Language) -> str:
    """How many customers are expected to cost more than they bring; empty where nothing costs."""
    costly = snapshot.manifest.get("costly")
    if costly is None:
        return ""
    said = language.plural(
        "One customer is expected to cost more to serve than they bring.",
        "{count} customers are expected to cost more to serve than they bring.",
        costly,
    )
    return said.format(count=language.count(costly))


def not_judged(snapshot: Snapshot, language: Language) -> str:
    """How many customers are not judged, and why."""
    counts = snapshot.manifest["statuses"]
    said = [
        language.say(words).format(count=language.count(counts[status.word]))
        for status, words in _NOT_JUDGED.items()
        if counts[status.word]
    ]
    return language.say("Not judged: {those}.").format(those="; ".join(said)) if said else ""


def notice(fault: Mapping[str, str] | None, language: Language) -> str:
    """That what is shown is not the newest; empty when it is."""
    if fault is None:
        return ""
    said = language.say(
        "A newer model or newer scores cannot be used ({fault}). These are the last good ones."
    )
    return said.format(fault=fault.get("found", language.say("a fault")))


def position(first: int, shown: int, whole: int, language: Language) -> str:
    """Which customers of how many are on the page."""
    if not shown:
        return ""
    counts = [language.count(one) for one in (first + 1, first + shown, whole)]
    return language.say("{first}–{last} of {whole}").format(
        first=counts[0], last=counts[1], whole=counts[2]
    )
