"""The five families of models, by the names they are trained, registered and served by."""

from __future__ import annotations

from collections.abc import Mapping

from training.families.churn.bundle import CHURN_KIND
from training.families.churn.checks import churn_gate
from training.families.items.bundle import ITEM_KIND
from training.families.items.checks import items_gate
from training.families.kinds import kind_of
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.checks import offers_gate
from training.families.segments.bundle import SEGMENT_KIND
from training.families.segments.checks import segments_gate
from training.families.value.bundle import VALUE_KIND
from training.families.value.checks import value_gate
from training.registry.gate import Gate

GATES: Mapping[str, Gate] = {
    CHURN_KIND.name: churn_gate,
    VALUE_KIND.name: value_gate,
    SEGMENT_KIND.name: segments_gate,
    ITEM_KIND.name: items_gate,
    OFFER_KIND.name: offers_gate,
}
"""The gate of each model name."""


def gate_of(name: str) -> Gate:
    """The gate of a model name; ``ModelRefused`` for a name nobody trains."""
    return GATES[kind_of(name).name]
