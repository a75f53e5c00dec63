"""The figures of a model's card once more, from the predictions of its training, beside what the card says."""

from __future__ import annotations

from typing import Any

from training.bundles.manifest import Manifest
from training.measures.predictions.compared import ComparedFigure, compare
from training.measures.predictions.predictions import Predictions
from training.recipe.family import Recompute


def compared_with_card(
    recompute: Recompute, manifest: Manifest[Any], predictions: Predictions
) -> list[ComparedFigure]:
    """Every figure of the card that predictions give, beside what they give."""
    card = {
        "metrics": manifest.metrics,
        "ladder": manifest.ladder,
        "evaluation": manifest.evaluation,
    }
    return compare(card, recompute(manifest, predictions))
