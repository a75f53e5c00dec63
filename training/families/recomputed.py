"""Which families keep predictions, and how the figures of their cards are recomputed from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from features.vocabulary.errors import UsageRefused
from training.bundles.manifest import Manifest
from training.families.churn.bundle import CHURN_KIND
from training.families.churn.evaluation.recomputed import recomputed_churn
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.recomputed import recomputed_offers
from training.families.value.bundle import VALUE_KIND
from training.families.value.recomputed import recomputed_value
from training.measures.predictions.compared import ComparedFigure, compare
from training.measures.predictions.predictions import Predictions

RECOMPUTED: Mapping[str, Callable[[Manifest[Any], Predictions], Mapping[str, Any]]] = {
    CHURN_KIND.name: recomputed_churn,
    VALUE_KIND.name: recomputed_value,
    OFFER_KIND.name: recomputed_offers,
}


def require_predictions(name: str) -> None:
    """Refuse, with ``UsageRefused``, a family whose rungs answer no question with an outcome for each customer."""
    if name not in RECOMPUTED:
        raise UsageRefused(
            expected=f"a model whose predictions are kept: {', '.join(RECOMPUTED)}",
            found=name,
            remedy=f"The card of {name} says how it was judged.",
        )


def compared_with_card(manifest: Manifest[Any], predictions: Predictions) -> list[ComparedFigure]:
    """Every figure of the card that predictions give, beside what they give."""
    card = {
        "metrics": manifest.metrics,
        "ladder": manifest.ladder,
        "evaluation": manifest.evaluation,
    }
    return compare(card, RECOMPUTED[manifest.name](manifest, predictions))
