"""A customer's figures as the pages write them: percentages, points, money, dates and links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np

from features.vocabulary.identifiers import normal_id
from features.vocabulary.time import DAY_SECONDS
from serving.in_use.models_in_use import InUse
from serving.pages.list_query import ListQuery
from serving.snapshot.best_to_do import best_gains_cents, best_offer_at
from serving.snapshot.contact_groups import groups_in_places, tells_groups
from serving.snapshot.freshness import days_out_of_date
from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING
from training.actions.groups import ContactGroup
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

CUSTOMER_PAGE = "/churn/customer"
_SHORT_REMARK = re.compile(r"\([^()]{1,24}\)")


def customer_link(in_use: InUse, position: int, came_from: ListQuery | None = None) -> str:
    """The page of whoever stands at a place of the ranking; ``came_from`` is the list that leads there."""
    return link_to(in_use, int(in_use.snapshot.ranking.customer_keys[position]), came_from)


def link_to(in_use: InUse, key: int, came_from: ListQuery | None = None) -> str:
    """A customer's page, by an address that holds no number and outlives the scores."""
    asked = {"who": in_use.links.name(in_use.snapshot.customer_ids[key])}
    if came_from is not None:
        asked["from"] = urlencode(came_from.parameters())
    return f"{CUSTOMER_PAGE}?{urlencode(asked)}"


def key_of_name(in_use: InUse, name: str, *, ignore_case: bool = False) -> int:
    """Whose page such an address is, by the key in the scores in use; -1 of nobody they have."""
    customer_id = in_use.links.customer(name)
    if customer_id is None:
        return -1
    return in_use.snapshot.find(normal_id(customer_id, ignore_case=ignore_case))


def out_of_date(snapshot: Snapshot, at: int, lasts_days: int, language: Language = ENGLISH) -> str:
    """That scores are out of date, by the rule of every answer; empty while they hold."""
    age_days = days_out_of_date(snapshot.cutoff_seconds, at, lasts_days)
    if age_days is None:
        return ""
    return language.say(
        "These scores are {days} old: nothing that happened since then counts. To bring them up to date, run "
        "“regulars ingest”, then “regulars score”."
    ).format(days=language.days(age_days))


def percent(probability: float, language: Language = ENGLISH) -> str:
    """A probability with one decimal.

    >>> percent(0.1234), percent(-0.0068), percent(-0.0004)
    ('12.3 %', '−0.7 %', '0.0 %')
    """
    return percent_shown(round(100 * probability, 1), language)


def fine_percent(probability: float, language: Language = ENGLISH) -> str:
    """A probability with one decimal, below one percent with two: what is multiplied by money must not be shown as nothing.

    >>> fine_percent(0.1234), fine_percent(0.00052), fine_percent(-0.00052)
    ('12.3 %', '0.05 %', '−0.05 %')
    """
    if abs(probability) >= 0.01:
        return percent(probability, language)
    return language.written(f"{100 * probability:.2f} %".replace("-", "−"))


def signed(points: float, language: Language = ENGLISH) -> str:
    """Percentage points with their sign.

    >>> signed(8.04), signed(-0.3), signed(-0.04)
    ('+8.0', '−0.3', '+0.0')
    """
    return language.written(f"{_tenths(points):+.1f}").replace("-", "−")


def instant(seconds: int, language: Language = ENGLISH) -> str:
    """An instant as a date, with the time where it is not midnight.

    >>> instant(1_790_812_800)
    '1 Oct 2026'
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    time = "" if seconds % DAY_SECONDS == 0 else f", {moment:%H:%M} UTC"
    return f"{language.date(moment.date())}{time}"


def unbroken(sentence: str) -> str:
    """A sentence whose short remark in brackets, and whose numbers of per cent, stay each on one line.

    >>> unbroken("Returned 2 % of it (typical: 1.5 %)").replace("\u00a0", "_")
    'Returned 2_% of it (typical:_1.5_%)'
    """
    whole = _SHORT_REMARK.sub(lambda found: found[0].replace(" ", "\u00a0"), sentence)
    return whole.replace(" %", "\u00a0%")


def percent_shown(value: float, language: Language = ENGLISH) -> str:
    """A percentage that was rounded already."""
    return language.written(f"{tenths(value)} %")


def tenths(value: float) -> str:
    """A number with one decimal; of zero there is one alone, without a sign.

    >>> tenths(2.04), tenths(-0.88), tenths(-0.04)
    ('2.0', '−0.9', '0.0')
    """
    return f"{_tenths(value):.1f}".replace("-", "−")


def _tenths(value: float) -> float:
    return round(value, 1) + 0.0


def model(snapshot: Snapshot, language: Language = ENGLISH) -> str:
    """The honest name and version of the model that made the scores."""
    version = snapshot.manifest["model_version"]
    title = snapshot.manifest["model_title"]
    if not version:
        return str(title)
    return language.say("{title}, version {version}").format(title=title, version=version)


def at_risk(snapshot: Snapshot, position: int, currency: str, language: Language = ENGLISH) -> str:
    """Risk times value if kept, or times past spend; who gave more back than they spent has none.

    Empty where no money is known.
    """
    if not snapshot.money_basis:
        return ""
    return language.money(round(float(snapshot.at_risk_cents(np.array([position]))[0])), currency)


def value_and_range(snapshot: Snapshot, key: int) -> tuple[int, int, int]:
    """Expected value and its range in cents; without a value model the spend of the last 365 days."""
    if not snapshot.value_days:
        spend = int(snapshot.spend_cents[key])
        return spend, spend, spend
    value = snapshot.value_of(key) or {}
    return tuple(value.get(f"{one}_cents", 0) for one in ("expected", "low", "high"))  # type: ignore[return-value]


def whole_money(cents: int, currency: str, language: Language = ENGLISH) -> str:
    """An amount in whole units, as columns of money are read; below one unit its cents are shown.

    >>> whole_money(4_750, "EUR"), whole_money(42, "EUR"), whole_money(0, "EUR")
    ('€48', '€0.42', '€0')
    """
    return language.money(cents, currency, 0 if abs(cents) >= 100 or not cents else None)


def between(value: tuple[int, int, int], currency: str, language: Language = ENGLISH) -> str:
    """The range of a value, in whole units."""
    low, high = (whole_money(100 * round(cents / 100), currency, language) for cents in value[1:])
    return language.say("{low} to {high}").format(low=low, high=high)


def standing(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """A customer's stage and status, such as ``Client, slowing``."""
    found = snapshot.standing(key)
    if found is None:
        return ""
    stage, status = (language.say(one.title, "stage") for one in found)
    return f"{stage}, {status[:1].lower()}{status[1:]}"


def last_order(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """The date of a customer's last order."""
    day = snapshot.last_order(key)
    return language.say("never") if day is None else language.date(day)


def ago(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """How long before the cutoff that was."""
    if snapshot.last_order(key) is None:
        return ""
    passed = (snapshot.cutoff_seconds - int(snapshot.last_order_seconds[key])) / DAY_SECONDS
    return language.say("{days} ago").format(days=language.declined(language.days(passed)))


def best_to_do(snapshot: Snapshot, position: int, language: Language = ENGLISH) -> str:
    """What is best to do for one place in the ranking; empty where nothing gains and where nothing can be done."""
    if not snapshot.acts:
        return ""
    offer, contact = best_offer_at(snapshot, position), int(snapshot.best_action[position])
    if offer is not None:
        return offer_title(offer, language)
    return "" if contact == NOTHING else language.say(snapshot.actions[contact].title)


def offer_title(offer: Mapping[str, Any], language: Language) -> str:
    """An offer as it stands beside contacts, by its name or else its number."""
    name = offer.get("name") or offer["offer_id"]
    return language.say("Offer: {name}").format(name=name)


def net_gain(snapshot: Snapshot, position: int, currency: str, language: Language = ENGLISH) -> str:
    """What that is expected to bring less its cost, with its sign."""
    return f"+{whole_money(int(best_gains_cents(snapshot)[position]), currency, language)}"


def group_at(snapshot: Snapshot, position: int, language: Language = ENGLISH) -> str:
    """What measured campaigns tell of one place in the ranking; empty where they tell nothing."""
    if not tells_groups(snapshot):
        return ""
    title = ContactGroup(int(groups_in_places(snapshot)[position])).title
    return language.say(title) if title else ""


def refusal(snapshot: Snapshot, key: int, language: Language = ENGLISH) -> str:
    """That a customer must not be contacted; empty for whoever may be."""
    return language.say("No marketing") if snapshot.has_refused_contact[key] else ""


def width_of(share: float) -> str:
    """A share as the length of a bar.

    >>> width_of(0.25)
    '25.00%'
    """
    return f"{100 * share:.2f}%"


def day_of_test(test: str, language: Language) -> str:
    """The day of a test; the name of a round where no time lies between tests."""
    try:
        return language.date(date.fromisoformat(test))
    except ValueError:
        return test
