"""Which models in use a training would only find again: learned from today's data, to answer what is asked today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.bundles.kind import Kind
from training.bundles.promoted import PromotedBundles
from training.families.churn.family import CHURN_FAMILY, champion_is_current
from training.families.families import family_of
from training.families.items.bundle import ITEM_KIND
from training.families.offers.bundle import OFFER_KIND
from training.families.segments.bundle import SEGMENT_KIND
from training.families.value.family import VALUE_FAMILY, value_is_current
from training.recipe.family import Given
from training.recipe.recipe import given_to


def is_current(name: str, settings: Settings, workspace: Workspace) -> bool:
    """Whether the model in use of a family, if any, is the one of today's data and question."""
    return _CURRENT[name](given_to(family_of(name), settings, workspace))


def _asks(kind: Kind[Any, Any], given: Given[Any], days: int) -> bool:
    champion = PromotedBundles(given.workspace, kind).champion_manifest()
    return (
        champion is not None
        and champion.data_digest == given.pack.digest
        and champion.horizon_days == days
    )


_CURRENT: Mapping[str, Callable[[Given[Any]], bool]] = {
    CHURN_FAMILY.kind.name: champion_is_current,
    VALUE_FAMILY.kind.name: value_is_current,
    SEGMENT_KIND.name: lambda given: _asks(SEGMENT_KIND, given, given.own.days),
    ITEM_KIND.name: lambda given: _asks(ITEM_KIND, given, given.own.horizon_days),
    OFFER_KIND.name: lambda given: _asks(OFFER_KIND, given, given.own.offers.response_days),
}
