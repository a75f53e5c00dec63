"""What a model of offers must show before it is put to use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.families.offers.bundle import OFFER_KIND, OfferTask
from training.registry.gate import (
    EPSILON_AUC,
    GOLDEN_ROWS_HOLD,
    Check,
    chance_checks,
    not_much_lower,
    size_check,
)


def offers_gate(folder: Path, champion: Manifest[OfferTask] | None) -> list[Check]:
    """The checks of a model of offers: order within offers, level, size."""
    return offers_checks(opened(OFFER_KIND, folder).manifest, folder, champion)


def offers_checks(
    found: Manifest[OfferTask], folder: Path, champion: Manifest[OfferTask] | None
) -> list[Check]:
    """Every check with its figure; the golden rows have passed, or there were no manifest to ask."""
    return [
        _within_against_champion(found, champion),
        *figure_checks(found.metrics),
        GOLDEN_ROWS_HOLD,
        size_check(folder),
    ]


def figure_checks(figures: Mapping[str, Any]) -> list[Check]:
    """What the figures of a ladder alone tell of a rung: level and calibration, at the latest test and the worst."""
    return chance_checks(figures.get("by_cutoff", {}))


def _within_against_champion(
    challenger: Manifest[OfferTask], champion: Manifest[OfferTask] | None
) -> Check:
    """The order within offers is compared where both answer the same question and it is known of both."""
    name, limit = "AUC within offers against the champion", f"at most {EPSILON_AUC} lower"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    known = [one.metrics.get("within_offer_auc") for one in (challenger, champion)]
    if None in known or champion.task.kind != challenger.task.kind:
        return Check(name, True, "not compared: the champion answers another question", limit)
    return not_much_lower(
        name, "within_offer_auc", EPSILON_AUC, challenger, champion, "on other days"
    )
