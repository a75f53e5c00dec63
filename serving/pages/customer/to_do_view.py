"""What to do for one customer: every contact the company can make, with the arithmetic of what it brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from features.lifecycle.stages import LifecycleStatus
from serving.pages.customer.contexts import ToDoLine, ToDoSection
from serving.pages.figures import percent, tenths, whole_money
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


def to_do_section(
    snapshot: Snapshot, position: int, currency: str, language: Language
) -> ToDoSection | None:
    """What can be done for whoever stands at a place of the ranking; None where nothing can be done about it."""
    if not snapshot.acts:
        return None
    key = int(snapshot.ranking.customer_keys[position])
    if snapshot.has_refused_contact[key]:
        said = language.say("They said no to marketing: nobody is to contact them for it.")
        return ToDoSection([ToDoLine(language.say("Nothing"), said, "")], "")
    here = np.array([position])
    status = snapshot.lifecycle_status[key : key + 1]
    risk, money = snapshot.ranking.probability[here], snapshot.retained_cents(here)
    (gains,) = net_gains_cents(snapshot.actions, status, risk, money)
    (chances,) = retention_chances(snapshot.actions, status, risk)
    order = sorted(range(len(gains)), key=lambda place: (-gains[place], place))
    value = language.money(max(round(float(money[0])), 0), currency)
    lines = [
        ToDoLine(
            language.say(action.title),
            _sum_of(action, int(status[0]), language).format(
                chance=percent(float(chances[place]), language),
                kept=percent(action.keeps[int(status[0])], language),
                leaving=percent(
                    still_to_lose(float(risk[0]), action.leaving[int(status[0])]), language
                ),
                value=value,
                cost=language.money(action.cost_cents, currency),
            ),
            _signed(round(float(gains[place])), currency, language),
        )
        for place in order
        for action in (snapshot.actions[place],)
    ]
    if round(float(gains[order[0]])) <= 0:
        group = contact_group(snapshot.actions, LifecycleStatus(status[0]), float(risk[0]), None)
        said = language.say(_WHY_NOTHING[group])
        lines.insert(0, ToDoLine(language.say("Nothing"), said, whole_money(0, currency, language)))
    return ToDoSection(lines, " ".join(_how_known(snapshot.actions, currency, language)))


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


def _points(share: float, language: Language) -> str:
    """A share of a hundred with one decimal."""
    return language.written(tenths(100 * share))


def _signed(cents: int, currency: str, language: Language) -> str:
    return f"{'+' if cents > 0 else ''}{language.money(cents, currency)}"
