"""What a value model must show before it is put to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.families.value.bundle import VALUE_KIND
from training.families.value.concentration import CARRIED, WithoutLargest
from training.families.value.reasons.contributions import MOST_GAP
from training.registry.gate import (
    GOLDEN_ROWS_HOLD,
    Check,
    TestedFigure,
    against_champion,
    level_checks,
    names_what_matters,
    size_check,
)
from training.safeguards.leaks.gate import known_beforehand

EPSILON_GINI = 0.01
HELD_BETWEEN = (0.7, 0.9)


def value_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of a model that answers with money: order, level, ranges and reasons."""
    return value_checks(opened(VALUE_KIND, folder).manifest, folder, champion)


def value_checks(manifest: Manifest, folder: Path, champion: Manifest | None) -> list[Check]:
    """Every check with its figure; the golden rows have passed, or there were no manifest to ask."""
    found = manifest.metrics
    without = WithoutLargest.of(found)
    carrying = [manifest.evaluation.get(CARRIED, ""), "" if without is None else without.said]
    return [
        _gini_against_champion(manifest, champion),
        *figure_checks(found, beside=[one for one in carrying if one]),
        known_beforehand(manifest),
        GOLDEN_ROWS_HOLD,
        *_reasons(manifest),
        size_check(folder),
    ]


def figure_checks(figures: Mapping[str, Any], *, beside: Sequence[str] = ()) -> list[Check]:
    """What the figures of a ladder alone tell of a rung: its level at the latest test and the worst, and its ranges."""
    held = figures["coverage_of_buyers"]
    low, high = HELD_BETWEEN
    return [
        *level_checks(figures["by_cutoff"], beside=beside),
        Check(
            "80 % ranges",
            held is None or low <= held <= high,
            "nobody has one" if held is None else f"{held:.1%}",
            f"hold {low:.0%} to {high:.0%}",
        ),
    ]


def _reasons(manifest: Manifest) -> list[Check]:
    """Whether the reasons add up to the money and name what matters."""
    figures = manifest.evaluation["trust"]["figures"]
    gap, faithful = figures["trust/value_additivity"], figures.get("trust/value_faithful_2")
    return [
        Check("reasons add up", gap <= MOST_GAP, f"{gap:.0e}", f"within {MOST_GAP:.0e}"),
        names_what_matters(faithful),
    ]


def _gini_against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    """Money is compared with the same money alone: another horizon, or margin for spend, is not."""

    def read(one: Manifest) -> TestedFigure:
        # A champion of before may not tell its tests apart, which is no fault of the challenger.
        tests = one.metrics.get("by_cutoff", {})
        ginis = {test: figures.get("gini") for test, figures in tests.items()}
        return (one.horizon_days, one.metrics.get("money")), ginis

    return against_champion("Gini", "gini", EPSILON_GINI, challenger, champion, read)
