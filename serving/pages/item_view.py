"""What a customer would take next, as their page shows it: a few items, each with its reason and its chance."""

from __future__ import annotations

from serving.items.lists import Wishes
from serving.items.recommending import Recommending, words_of
from serving.pages.contexts import ItemLine, ItemSection
from training.reasons.languages.language import Language

SHOWN_ITEMS = 5


def item_section(
    recommending: Recommending | None, customer_id: str, language: Language
) -> ItemSection | None:
    """The first items of a customer's list; None where nothing recommends, or not to this customer."""
    if recommending is None:
        return None
    key = recommending.key(customer_id)
    if key < 0 or recommending.declined(key):
        return None
    listed = recommending.list_for(
        recommending.bought(key),
        recommending.shelving(),
        Wishes(SHOWN_ITEMS),
        words_of(language.code),
    )
    lines = [
        ItemLine(one.name, one.category, one.text, _percent(one.probability, language))
        for one in listed.items
    ]
    if listed.order_probability is None:
        return None
    said = language.say(
        "The chance is that of an item, should they order in the {days} days after {day}; they do so with "
        "{chance}. The usual chance of an item that comes into question is {usual}."
    )
    note = said.format(
        days=recommending.manifest.horizon_days,
        day=str(recommending.as_of)[:10],
        chance=_percent(listed.order_probability, language),
        usual=_percent(recommending.manifest.base_rate, language),
    )
    return ItemSection(lines, note) if lines else None


def _percent(chance: float, language: Language) -> str:
    shown = f"{100 * chance:.0f} %" if chance >= 0.1 else f"{100 * chance:.1f} %"
    return language.written(shown)
