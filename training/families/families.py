"""The five families of models, by the names they are trained, registered and served by."""

from __future__ import annotations

from collections.abc import Mapping

from features.vocabulary.errors import ModelRefused
from training.families.churn.checks import churn_gate
from training.families.churn.family import CHURN
from training.families.items.bundle import RECOMMENDATIONS
from training.families.items.checks import items_gate
from training.families.offers.bundle import OFFERS
from training.families.offers.checks import offers_gate
from training.families.segments.checks import segments_gate
from training.families.segments.model import SEGMENTS
from training.families.value.bundle import VALUE
from training.families.value.checks import value_gate
from training.registry.gate import Gate

GATES: Mapping[str, Gate] = {
    CHURN: churn_gate,
    VALUE: value_gate,
    SEGMENTS: segments_gate,
    RECOMMENDATIONS: items_gate,
    OFFERS: offers_gate,
}
"""The gate of each model name."""


def gate_of(name: str) -> Gate:
    """The gate of a model name; ``ModelRefused`` for a name nobody trains."""
    if name not in GATES:
        raise ModelRefused(
            expected=f"a model among {', '.join(sorted(GATES))}",
            found=name,
            remedy="Choose one of them.",
        )
    return GATES[name]
