"""Every family of models, for whoever opens their bundles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.vocabulary.errors import ModelRefused
from training.bundles.kind import Kind
from training.families.churn.bundle import CHURN_KIND
from training.families.items.bundle import ITEM_KIND
from training.families.offers.bundle import OFFER_KIND
from training.families.segments.bundle import SEGMENT_KIND
from training.families.value.bundle import VALUE_KIND

KINDS: Mapping[str, Kind[Any, Any]] = {
    CHURN_KIND.name: CHURN_KIND,
    VALUE_KIND.name: VALUE_KIND,
    SEGMENT_KIND.name: SEGMENT_KIND,
    OFFER_KIND.name: OFFER_KIND,
    ITEM_KIND.name: ITEM_KIND,
}


def kind_of(name: str) -> Kind[Any, Any]:
    """The family of a model name; ``ModelRefused`` for a name nobody trains."""
    if name not in KINDS:
        raise ModelRefused(
            expected=f"a model among {', '.join(sorted(KINDS))}",
            found=name,
            remedy="Choose one of them.",
        )
    return KINDS[name]
