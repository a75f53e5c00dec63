"""What to do for one customer: every contact the company can make and the best offers, with the arithmetic of what each brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from serving.offers.arbitration import PERMITTED, REASONS, STEPS
from serving.offers.plans.candidates import Candidates
from serving.pages.customer.contexts import ToDoLine, ToDoSection
from serving.pages.figures import fine_percent, offer_title, tenths, whole_money
from serving.snapshot.reading import Snapshot
from training.actions.actions import BY_RULE, MEASURED, Action, retention_chances
from training.actions.assumed import still_to_lose
from training.actions.groups import ContactGroup, contact_group
from training.actions.net_gain import net_gains_cents
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

_WHY_NOTHING = {
    ContactGroup.UNTOLD: phrase("No contact brings more than it costs."),
    ContactGroup.SURE_THING: phrase(
        "Sure thing: they come back anyway, likelier than not, and no contact brings more than it costs."
    ),
    ContactGroup.LOST_CAUSE: phrase(
        "Lost cause: they do not come back, likelier than not, and no contact changes that for what it costs."
    ),
    ContactGroup.DO_NOT_DISTURB: phrase(
        "Do not disturb: by what campaigns have shown, contacts lose more customers like this than they keep."
    ),
}
_NOTHING_NOW = phrase("Nothing may be done now that brings more than it costs.")
_MOST_OFFERS = 3
_DROPPED = {
    "eligibility": phrase("{count} not open to them"),
    "applicability": phrase("{count} taken already"),
    "suitability": phrase("{count} not suitable"),
    "contact_policy": phrase("{count} too soon after another or shown in vain too often"),
}
_COSTS_MORE = phrase("{count} not worth their cost")


def to_do_section(
    snapshot: Snapshot,
    position: int,
    currency: str,
    language: Language,
    candidates: Candidates | None = None,
) -> ToDoSection | None:
    """What can be done for whoever stands at a place of the ranking; None where nothing can be done about it.

    ``candidates`` are the offers and contacts they may be given now, None where offers are not held against contacts.
    """
    if not snapshot.acts:
        return None
    key = int(snapshot.ranking.customer_keys[position])
    if snapshot.has_refused_contact[key]:
        said = language.say("They said no to marketing: nobody is to contact them for it.")
        return ToDoSection([ToDoLine(language.say("Nothing"), said, "")], "")
    ways = _contacts(snapshot, position, currency, language)
    offers: list[_Way] = []
    if candidates is not None:
        ways = _held_to_policy(ways, candidates, language)
        offers = _offers(candidates, currency, language)
    ways = sorted([*ways, *offers], key=lambda one: -one.priority_cents)
    lines = [one.line for one in ways]
    if round(max([0.0, *(one.priority_cents for one in ways)])) == 0:
        said = language.say(_why_nothing(snapshot, position, ways))
        lines.insert(0, ToDoLine(language.say("Nothing"), said, whole_money(0, currency, language)))
    note = [*_how_known(snapshot.actions, currency, language)]
    if candidates is not None:
        note += _offers_left_out(candidates, language)
        if offers:
            note.append(_how_offers_are_known(candidates, language))
    return ToDoSection(lines, " ".join(note))


class _Way(NamedTuple):
    """One thing that can be done: by how much it goes before others, -inf where it may not be done now."""

    priority_cents: float
    line: ToDoLine


def _contacts(snapshot: Snapshot, position: int, currency: str, language: Language) -> list[_Way]:
    """Every contact with its sum, in the order of the actions."""
    here = np.array([position])
    key = int(snapshot.ranking.customer_keys[position])
    status = snapshot.lifecycle_status[key : key + 1]
    risk, money = snapshot.ranking.probability[here], snapshot.retained_cents(here)
    (gains,) = net_gains_cents(snapshot.actions, status, risk, money)
    (chances,) = retention_chances(snapshot.actions, status, risk)
    value = language.money(max(round(float(money[0])), 0), currency)
    return [
        _Way(
            float(gain),
            ToDoLine(
                language.say(action.title),
                _sum_of(action, int(status[0]), language).format(
                    chance=fine_percent(float(chance), language),
                    kept=fine_percent(action.keeps[int(status[0])], language),
                    leaving=fine_percent(
                        still_to_lose(float(risk[0]), action.leaving[int(status[0])]), language
                    ),
                    value=value,
                    cost=language.money(action.cost_cents, currency),
                ),
                _signed(round(float(gain)), currency, language),
            ),
        )
        for action, gain, chance in zip(snapshot.actions, gains, chances, strict=True)
    ]


def _held_to_policy(ways: list[_Way], candidates: Candidates, language: Language) -> list[_Way]:
    """The contacts, of those that may not be made now why not in place of their sum."""
    said = language.say("Not now: they were contacted or shown an offer too lately.")
    may_be_made = np.isfinite(candidates.priority[0, -len(ways) :])
    return [
        one if is_open else _Way(-np.inf, ToDoLine(one.line.title, said, ""))
        for one, is_open in zip(ways, may_be_made, strict=True)
    ]


def _offers(candidates: Candidates, currency: str, language: Language) -> list[_Way]:
    """The offers that bring most of those that bring anything, each with its sum."""
    found = []
    for place, offer in enumerate(candidates.choices.offering.offers.listed):
        priority, gain, cost = (
            float(one[0, place])
            for one in (candidates.priority, candidates.net_gain, candidates.cost)
        )
        if not np.isfinite(priority) or round(gain) <= 0:
            continue
        said = language.say(
            "{effect} act because of it × {margin} margin − {cost} for contact and reward"
        ).format(
            # The arithmetic of the plan, solved for the effect.
            effect=fine_percent((gain + cost) / offer.margin_cents, language),
            margin=language.money(offer.margin_cents, currency),
            cost=language.money(round(cost), currency),
        )
        title = offer_title({"name": offer.name}, language)
        line = ToDoLine(title, said, _signed(round(gain), currency, language))
        found.append(_Way(priority, line))
    return sorted(found, key=lambda one: -one.priority_cents)[:_MOST_OFFERS]


def _offers_left_out(candidates: Candidates, language: Language) -> Iterator[str]:
    """How many offers dropped out where, and how many cost more than they bring."""
    if candidates.are_held_out:
        yield language.say("Held out of offers, so that what offers bring can be measured.")
        return
    dropped = candidates.dropped[0]
    open_offers = dropped == PERMITTED
    counts = [
        (int(np.isin(dropped, [REASONS.index(one) for one in STEPS[step]]).sum()), said)
        for step, said in _DROPPED.items()
    ]
    gains = np.round(candidates.net_gain[0, : len(dropped)])
    counts.append((int((open_offers & (gains <= 0)).sum()), _COSTS_MORE))
    parts = [
        language.say(said).format(count=language.count(count)) for count, said in counts if count
    ]
    if parts:
        yield language.say("Of {offers} offers left out: {parts}.").format(
            offers=language.count(len(dropped)), parts=", ".join(parts)
        )


def _why_nothing(snapshot: Snapshot, position: int, ways: Sequence[_Way]) -> str:
    """Why nothing is best: by the group of the customer, or because whatever would gain may not be done now."""
    if any(one.priority_cents == -np.inf for one in ways):
        return _NOTHING_NOW
    key, risk = (
        int(snapshot.ranking.customer_keys[position]),
        snapshot.ranking.probability[position],
    )
    status = LifecycleStatus(int(snapshot.lifecycle_status[key]))
    return _WHY_NOTHING[contact_group(snapshot.actions, status, float(risk), None)]


def _sum_of(action: Action, status: int, language: Language) -> str:
    """How the gain comes about, with the factors of what is assumed."""
    if action.kept_chances[status] is None:
        return language.say(
            "{kept} kept × {leaving} leave and are not gone yet × {value} value if kept − {cost}"
        )
    return language.say("{chance} kept × {value} value if kept − {cost}")


def _how_known(actions: Sequence[Action], currency: str, language: Language) -> Iterator[str]:
    """What campaigns have shown of each action, what is assumed, and what there is not enough of."""
    for action in actions:
        if action.price_cents:
            yield language.say(
                "{action}: {capacity} can be made, and go to those for whom they do {price} more than anything else."
            ).format(
                action=language.say(action.title),
                capacity=language.count(action.capacity_customers),
                price=language.money(round(action.price_cents), currency),
            )
        found = action.measurement
        if found is None:
            continue
        yield language.say(
            "{action}: of a hundred contacted {mean} were kept ({low} to {high}), {contacted} contacted and {held_out} held out "
            "from {first} to {last}."
        ).format(
            action=language.say(action.title),
            mean=_points(found.mean, language),
            low=_points(found.low, language),
            high=_points(found.high, language),
            contacted=language.count(found.contacted),
            held_out=language.count(found.held_out),
            first=language.date(date.fromisoformat(found.first_day)),
            last=language.date(date.fromisoformat(found.last_day)),
        )
        if action.source != MEASURED:
            yield language.say("That is few, and the assumption outweighs it.")
    if any(one.measurement is None for one in actions):
        yield language.say(
            "The share kept is assumed for customers of this status, until a campaign with a control arm has measured it."
        )
        if any(one.leaving != BY_RULE for one in actions):
            yield language.say(
                "How many leave who are not gone yet was counted for their status on past days."
            )


def _how_offers_are_known(candidates: Candidates, language: Language) -> str:
    offering = candidates.choices.offering
    if not offering.assumes_effects:
        return language.say(
            "What offers change is learned from customers who were held out of them."
        )
    return language.say(
        "Of a hundred who take an offer {percent} are assumed to act because of it, until a control arm has shown how many do."
    ).format(percent=round(100 * offering.policy.assumed_effect))


def _points(share: float, language: Language) -> str:
    """A share of a hundred with one decimal."""
    return language.written(tenths(100 * share))


def _signed(cents: int, currency: str, language: Language) -> str:
    return f"{'+' if cents > 0 else ''}{language.money(cents, currency)}"
