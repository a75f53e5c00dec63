"""What is told of a training of each family of models.

Which families there are stands in ``training.families``; their names are ``MODELS`` in ``options`` too, which
loads nothing, while this list loads every family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from regulars.narrator import Outcome
from regulars.training_tables import (
    churn_outcome,
    items_outcome,
    offers_outcome,
    segments_outcome,
    value_outcome,
)
from training.families.churn.bundle import CHURN_KIND
from training.families.items.bundle import ITEM_KIND
from training.families.offers.bundle import OFFER_KIND
from training.families.segments.bundle import SEGMENT_KIND
from training.families.value.bundle import VALUE_KIND
from training.recipe.summary import TrainingSummary

OUTCOMES: Mapping[str, Callable[[TrainingSummary], Outcome]] = {
    CHURN_KIND.name: churn_outcome,
    VALUE_KIND.name: value_outcome,
    SEGMENT_KIND.name: segments_outcome,
    ITEM_KIND.name: items_outcome,
    OFFER_KIND.name: offers_outcome,
}
