"""What a churn model must show before it is put to use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.bundles.bundle import opened
from training.bundles.kind import GOLDEN_TOLERANCE
from training.bundles.manifest import Manifest
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.families.churn.list_check import list_against_champion
from training.measures.pooled import PooledLevel
from training.reasons.explanation import TOLERANCE
from training.registry.gate import (
    EPSILON_AUC,
    GOLDEN_ROWS_HOLD,
    Check,
    TestedFigure,
    against_champion,
    against_procedure,
    chance_checks,
    fastest_milliseconds,
    names_what_matters,
    pooled_checks,
    size_check,
)
from training.safeguards.leaks.gate import known_beforehand

LATENCY_ROWS = 200
MOST_LATENCY_MILLISECONDS = 500.0
LEAST_ALIKE = 0.5
"""Reasons that differ more between refits mislead; what good ones reach stands higher, in ``training.safeguards.trust``."""


def churn_gate(folder: Path, champion: Manifest[ChurnTask] | None) -> list[Check]:
    """The checks of a model that answers with a probability."""
    return churn_checks(opened(CHURN_KIND, folder), folder, champion)


def churn_checks(bundle: Bundle, folder: Path, champion: Manifest[ChurnTask] | None) -> list[Check]:
    """Every check with its figure; the golden rows have passed, or there were no bundle to ask."""
    return [
        _auc_against_champion(bundle.manifest, champion),
        _auc_against_procedure(bundle.manifest, champion),
        list_against_champion(bundle.manifest, champion),
        *figure_checks(bundle.manifest.metrics),
        known_beforehand(bundle.manifest),
        GOLDEN_ROWS_HOLD,
        *_reasons(bundle.manifest),
        size_check(folder),
        _latency(_latency_milliseconds(bundle)),
    ]


def _latency(milliseconds: float) -> Check:
    """How long scores with reasons may take."""
    return Check(
        f"{LATENCY_ROWS} rows with reasons",
        milliseconds <= MOST_LATENCY_MILLISECONDS,
        f"{milliseconds:.1f} ms",
        f"at most {MOST_LATENCY_MILLISECONDS:.0f} ms",
    )


def _reasons(manifest: Manifest) -> list[Check]:
    """Whether the reasons add up, name what matters, and would be the same from other customers."""
    figures = manifest.evaluation["trust"]["figures"]
    faithful = figures.get("trust/faithful_2")
    alike = figures["trust/stable_top_three"]
    return [
        Check(
            "reasons add up",
            figures["trust/additivity"] <= GOLDEN_TOLERANCE
            and figures["trust/shown_gap"] <= TOLERANCE,
            f"{figures['trust/additivity']:.0e} in log-odds, {figures['trust/shown_gap']:.0e} shown",
            f"within {GOLDEN_TOLERANCE:.0e} and {TOLERANCE:.0e}",
        ),
        names_what_matters(faithful),
        Check(
            "reasons hold in refits",
            alike >= LEAST_ALIKE,
            f"{alike:.3f} alike",
            f"at least {LEAST_ALIKE}",
        ),
    ]


def _auc_against_champion(challenger: Manifest, champion: Manifest[ChurnTask] | None) -> Check:
    def read(one: Manifest) -> TestedFigure:
        return (one.task,), one.metrics.get("auc_by_cutoff", {})

    return against_champion("AUC", "auc", EPSILON_AUC, challenger, champion, read)


def _auc_against_procedure(challenger: Manifest, champion: Manifest[ChurnTask] | None) -> Check:
    return against_procedure(
        "AUC",
        "auc",
        EPSILON_AUC,
        challenger,
        champion,
        asks_the_same=champion is not None and champion.task == challenger.task,
    )


def figure_checks(figures: Mapping[str, Any]) -> list[Check]:
    """What the figures of a ladder alone tell of a rung: level and calibration, at the latest test and the worst.

    Of a small company all cutoffs together stand in the place of the latest.
    """
    by_cutoff, pooled = figures.get("by_cutoff", {}), PooledLevel.from_metrics(figures)
    return chance_checks(by_cutoff) if pooled is None else pooled_checks(by_cutoff, pooled.level)


def _latency_milliseconds(bundle: Bundle) -> float:
    rows = bundle.reference.sample(LATENCY_ROWS, seed=1)

    def score() -> None:
        bundle.probability(bundle.log_odds(rows))
        bundle.contributions(rows)

    return fastest_milliseconds(score)
