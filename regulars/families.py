"""The families of models that can be trained: by what, and what is told of it.

The names are ``MODELS`` in ``options``, which loads nothing; this list loads every family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from regulars.narrator import Outcome
from regulars.training_tables import (
    churn_outcome,
    items_outcome,
    offers_outcome,
    segments_outcome,
    value_outcome,
)
from training.families.churn.family import train_churn
from training.families.items.family import ITEMS_FAMILY
from training.families.offers.family import OFFERS_FAMILY
from training.families.segments.family import SEGMENTS_FAMILY
from training.families.value.family import VALUE_FAMILY
from training.recipe.recipe import train

Summary = TypeVar("Summary")


@dataclass(frozen=True)
class Family(Generic[Summary]):
    """How a family is trained, from the settings and the workspace, and what is told of its training."""

    train: Callable[..., Summary]
    outcome: Callable[[Summary], Outcome]


FAMILIES: Mapping[str, Family[Any]] = {
    "churn": Family(train_churn, churn_outcome),
    "value": Family(partial(train, VALUE_FAMILY), value_outcome),
    "segments": Family(partial(train, SEGMENTS_FAMILY), segments_outcome),
    "recommendations": Family(partial(train, ITEMS_FAMILY), items_outcome),
    "offers": Family(partial(train, OFFERS_FAMILY), offers_outcome),
}
