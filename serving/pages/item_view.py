"""What a customer would take next, as their page shows it: a few items, each with its reason and its chance."""

from __future__ import annotations

from serving.items.lists import Wishes
from serving.items.recommending import Recommending, words_of
from serving.pages.contexts import ItemLine, ItemSection

SHOWN_ITEMS = 5


def item_section(
    recommending: Recommending | None, customer_id: str, language: str
) -> ItemSection | None:
    """The first items of a customer's list; None where nothing recommends, or not to this customer."""
    if recommending is None:
        return None
    key = recommending.key(customer_id)
    if key < 0 or recommending.declined(key):
        return None
    listed = recommending.list_for(
        recommending.bought(key), recommending.shelving(), Wishes(SHOWN_ITEMS), words_of(language)
    )
    lines = [
        ItemLine(one.name, one.category, one.text, _percent(one.probability))
        for one in listed.items
    ]
    if listed.order_probability is None:
        return None
    manifest, chance = recommending.manifest, _percent(listed.order_probability)
    note = (
        f"The chance is that of an item, should they order in the {manifest.horizon_days} days after "
        f"{str(recommending.as_of)[:10]}; they do so with {chance}. The usual chance of an item that "
        f"comes into question is {_percent(manifest.base_rate)}."
    )
    return ItemSection(lines, note) if lines else None


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %" if chance >= 0.1 else f"{100 * chance:.1f} %"
