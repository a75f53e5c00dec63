"""The figures of a model's card once more, beside what the card says: from the predictions of its training, its data and itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import BundleRefused, RegularsError
from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.measures.predictions.compared import ComparedFigure, compare, places
from training.measures.predictions.predictions import Predictions
from training.recipe.family import Family, Figures, Recompute
from training.recipe.recipe import given_to

NOTHING_GIVES_IT = "nothing that is kept of the training gives it"
_NO_DATA: Figures = {}


@dataclass(frozen=True)
class UncheckedPart:
    """A part of a card that was not found once more: how many figures it has, and why they were not."""

    place: str
    figures: int
    why: str


@dataclass(frozen=True)
class RecomputedCard:
    """Every figure that was found once more beside the one on the card, and the parts of the card that were not."""

    figures: Sequence[ComparedFigure]
    left_out: Sequence[UncheckedPart]


def recomputed_card(
    family: Family[Any, Any, Any, Any],
    settings: Settings,
    workspace: Workspace,
    manifest: Manifest[Any],
    folder: Path,
    predictions: Predictions,
) -> RecomputedCard:
    """Find every figure of a card once more; in ``folder`` lies the bundle of the model, signed and tried.

    What needs the data is left out where the store holds others by now than it was trained on.
    """
    recompute = family.recompute
    assert recompute is not None, "refused before"
    found, why_not = _of_data(family, recompute, settings, workspace, manifest, folder, predictions)
    figures = compared_with_card(recompute, manifest, predictions, found)
    reasons = {**recompute.left_out, **({"": why_not} if why_not else {})}
    return RecomputedCard(figures, _left_out(manifest, figures, reasons))


def compared_with_card(
    recompute: Recompute,
    manifest: Manifest[Any],
    predictions: Predictions,
    of_data: Figures = _NO_DATA,
) -> list[ComparedFigure]:
    """Every figure of the card that predictions give, beside what they give; and those found ``of_data``, where they are."""
    found = dict(recompute.of_predictions(manifest, predictions))
    for part, figures in of_data.items():
        found[part] = found[part] | figures if part in found else figures
    return compare(_card(manifest), found)


def _card(manifest: Manifest[Any]) -> dict[str, Any]:
    return {
        "base_rate": manifest.base_rate,
        "metrics": manifest.metrics,
        "ladder": manifest.ladder,
        "evaluation": manifest.evaluation,
    }


def _of_data(
    family: Family[Any, Any, Any, Any],
    recompute: Recompute,
    settings: Settings,
    workspace: Workspace,
    manifest: Manifest[Any],
    folder: Path,
    predictions: Predictions,
) -> tuple[Figures, str]:
    """What the model and its data give, or why they cannot be asked; neither where a family asks nothing of them."""
    if recompute.of_data is None:
        return _NO_DATA, ""
    if predictions.rows_gone:
        return _NO_DATA, "customers were erased since, or are in the store no more"
    try:
        given = given_to(family, settings, workspace)
        if given.pack.digest != manifest.data_digest:
            return _NO_DATA, "the store holds other data by now than the model was trained on"
        return recompute.of_data(given, opened(family.kind, folder), predictions), ""
    except BundleRefused:
        raise
    except RegularsError as fault:
        return _NO_DATA, f"expected {fault.expected}, found {fault.found}"


def _left_out(
    manifest: Manifest[Any], figures: Sequence[ComparedFigure], reasons: Mapping[str, str]
) -> list[UncheckedPart]:
    """The parts of a card with figures that were not found, by the longest beginning of their place that has a reason."""
    found = {one.place for one in figures}
    counted: Counter[tuple[str, str]] = Counter()
    for place in places(_card(manifest)):
        if place not in found:
            named = ".".join(place)
            known = [one for one in reasons if one and named.startswith(one)]
            part = max(known, key=len, default="")
            why = reasons.get(part, NOTHING_GIVES_IT)
            counted[part or ".".join(place[:2]), why] += 1
    return [UncheckedPart(part, count, why) for (part, why), count in counted.items()]
