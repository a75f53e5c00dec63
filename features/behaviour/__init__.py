"""The declarations of every feature, one file a family: the place to add a feature.

A family looks at a pack's tables and columns and declares what they allow, so families switch on with
the tables that are there. Reason groups stand in ``groups``.
"""

from __future__ import annotations

from dataclasses import fields

from features.behaviour.buying import buying
from features.behaviour.categories import categories
from features.behaviour.contacts import contacts
from features.behaviour.contracts import contracts
from features.behaviour.offers import offers
from features.behaviour.outreach import outreach
from features.behaviour.profile import profile
from features.behaviour.purchases import AMOUNT, purchases
from features.behaviour.rhythm import rhythm
from features.behaviour.seasons import seasons
from features.declarations import Declaration, Value
from features.store.pack import Pack

FAMILIES = (purchases, rhythm, seasons, categories, contacts, offers, outreach, contracts, profile)

__all__ = ["FAMILIES", "declarations"]


def declarations(pack: Pack, *, with_buying: bool = False) -> tuple[Declaration, ...]:
    """Every feature that the tables and columns of a pack allow, family by family.

    What a model of buying adds stands at the end, where one could be fitted. Where no purchase says what was paid,
    no feature is about it.
    """
    known = tuple(declaration for family in FAMILIES for declaration in family(pack))
    if not pack.money_is_known:
        known = tuple(one for one in known if not _reads_amounts(one.value))
    return (*known, *(buying(pack) if with_buying else ()))


def _reads_amounts(value: Value) -> bool:
    """Whether a value is made of what was paid for purchases."""
    read = {getattr(value, one.name) for one in fields(value) if one.name in ("column", "weight")}
    return AMOUNT in read or any(map(_reads_amounts, value.parts()))
