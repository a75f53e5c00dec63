"""Every family of models, for whoever trains them and puts them to use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.vocabulary.errors import UsageRefused
from training.families.churn.family import CHURN_FAMILY
from training.families.items.family import ITEMS_FAMILY
from training.families.kinds import kind_of
from training.families.offers.family import OFFERS_FAMILY
from training.families.segments.family import SEGMENTS_FAMILY
from training.families.value.family import VALUE_FAMILY
from training.recipe.family import Family, Recompute

FAMILIES: Mapping[str, Family[Any, Any, Any, Any]] = {
    CHURN_FAMILY.kind.name: CHURN_FAMILY,
    VALUE_FAMILY.kind.name: VALUE_FAMILY,
    SEGMENTS_FAMILY.kind.name: SEGMENTS_FAMILY,
    ITEMS_FAMILY.kind.name: ITEMS_FAMILY,
    OFFERS_FAMILY.kind.name: OFFERS_FAMILY,
}


def family_of(name: str) -> Family[Any, Any, Any, Any]:
    """The family of a model name; ``ModelRefused`` for a name nobody trains."""
    return FAMILIES[kind_of(name).name]


def recompute_of(name: str) -> Recompute:
    """How the figures of a family's card are found once more.

    Raises ``UsageRefused`` for a family whose rungs answer no question with an outcome for each customer.
    """
    recompute = family_of(name).recompute
    if recompute is None:
        keeping = ", ".join(one for one, family in FAMILIES.items() if family.recompute)
        raise UsageRefused(
            expected=f"a model whose predictions are kept: {keeping}",
            found=name,
            remedy=f"The card of {name} says how it was judged.",
        )
    return recompute
