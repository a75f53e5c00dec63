"""What a customer would take next, as their page shows it: a few items, each with its reason and its chance."""

from __future__ import annotations

from serving.items.lists import Wishes
from serving.items.recommending import Recommending, words_of
from serving.pages.customer.contexts import ItemLine, ItemSection
from serving.scores.order_chance import BY_CHURN
from serving.scores.scoring import Scorer
from serving.scores.subject import Subject
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

SHOWN_ITEMS = 5
_NOTE = phrase(
    "The chance is that the item is bought in the {days} days after {day}. The chance of any order in these days "
    "is {chance}, by the model behind the risk above. The usual chance of an item that comes into question is {usual}."
)
_NOTE_BY_ITSELF = phrase(
    "The chance is that the item is bought in the {days} days after {day}. The chance of any order in these days "
    "is {chance}, by the model of recommendations alone. The usual chance of an item that comes into question is "
    "{usual}."
)


def item_section(
    recommending: Recommending | None, scorer: Scorer, customer_id: str, language: Language
) -> ItemSection | None:
    """The first items of a customer's list; None where nothing recommends, or not to this customer.

    ``scorer`` says how likely they order at all.
    """
    if recommending is None:
        return None
    key = recommending.key(customer_id)
    if key < 0 or recommending.declined(key):
        return None
    horizon_days = recommending.manifest.horizon_days
    (by_churn,) = scorer.order_chances([Subject(customer_id)], horizon_days)
    listed = recommending.list_for(
        recommending.bought(key),
        recommending.shelving(),
        Wishes(SHOWN_ITEMS),
        words_of(language.code),
        by_churn,
    )
    lines = [
        ItemLine(one.name, one.category, one.text, _percent(one.probability, language))
        for one in listed.items
        if one.probability is not None
    ]
    if listed.order_probability is None:
        return None
    said = language.say(_NOTE if listed.order_probability_from == BY_CHURN else _NOTE_BY_ITSELF)
    note = said.format(
        days=horizon_days,
        day=str(recommending.as_of)[:10],
        chance=_percent(listed.order_probability, language),
        usual=_percent(recommending.manifest.base_rate * listed.order_probability, language),
    )
    return ItemSection(lines, note) if lines else None


def _percent(chance: float, language: Language) -> str:
    shown = f"{100 * chance:.0f} %" if chance >= 0.1 else f"{100 * chance:.1f} %"
    return language.written(shown)
