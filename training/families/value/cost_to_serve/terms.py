"""Which features count what costs: found by what they are declared to be, not by what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.behaviour.contacts import CONTACTS
from features.behaviour.outreach import MADE
from features.behaviour.purchases import BOUGHT, ORDERS, RETURNS_COUNT
from features.company.settings.cost_to_serve import CostToServeSettings
from features.declarations import Count, Declaration, Distinct, Ratio, Value
from features.vocabulary.time import Window
from training.families.value.cost_to_serve.model import CostTerm

_WINDOWS = (365, 90)
"""The longer one says more; contacts by channel are counted over the shorter alone."""


def cost_terms(
    declarations: Sequence[Declaration], settings: CostToServeSettings
) -> tuple[tuple[CostTerm, ...], tuple[str, ...]]:
    """What costs and is counted by a feature, and the names of what costs and is not.

    Of the latter all customers together are told, by the level, and no single one.
    """
    names = {one.value: one.feature.name for one in declarations}
    terms: list[CostTerm] = []
    counted: dict[str, bool] = {}
    for said, value, cents in _costly(settings):
        found = _term(names, value, float(cents))
        terms += [] if found is None else [found]
        # A channel is counted where either its orders or its contacts are.
        counted[said] = counted.get(said, False) or found is not None
    return tuple(terms), tuple(said for said, is_counted in counted.items() if not is_counted)


def _costly(settings: CostToServeSettings) -> Iterator[tuple[str, Value, int]]:
    # A contact costs the same whoever made it.
    for kind, cents in settings.kinds.items():
        for contacts in (CONTACTS, MADE):
            yield kind, Count(contacts.also("kind", "=", kind)), cents
    for channel, cents in settings.channels.items():
        for contacts in (CONTACTS, MADE):
            yield channel, Count(contacts.also("channel", "=", channel)), cents
        through = Distinct(BOUGHT.also("channel", "=", channel), "order")
        yield channel, Ratio(through, ORDERS, "share"), cents
    if settings.return_cents:
        yield "returns", RETURNS_COUNT, settings.return_cents


def _term(names: dict[Value, str], value: Value, cents: float) -> CostTerm | None:
    for days in _WINDOWS:
        name = names.get(value.over(Window(days)))
        of = names.get(ORDERS.over(Window(days))) if isinstance(value, Ratio) else ""
        if name is not None and of is not None:
            return CostTerm(name, days, cents, of)
    return None
