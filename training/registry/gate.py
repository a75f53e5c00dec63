"""What a challenger must show before it is put to use: every check with its figure and its limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.vocabulary.errors import ModelRefused
from training.bundles.bundle import opened
from training.bundles.kind import GOLDEN_TOLERANCE
from training.bundles.manifest import Manifest
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.families.items.bundle import ITEM_KIND, RECOMMENDATIONS
from training.families.offers.bundle import OFFER_KIND, OFFERS, OfferTask
from training.families.segments.bundle import SEGMENT_KIND
from training.families.segments.model import SEGMENTS
from training.families.value.bundle import VALUE, VALUE_KIND
from training.families.value.reasons.contributions import MOST_GAP
from training.reasons.explanation import TOLERANCE
from training.registry.comparison import rivalry

CHURN = "churn"
EPSILON_AUC = 0.005
MOST_ECE = 0.05
MOST_BYTES = 64 * 1024 * 1024
LATENCY_ROWS = 200
EPSILON_GINI = 0.01
MOST_BIAS = 0.25
"""A season that the calibration did not see moves the level by as much."""
HELD_BETWEEN = (0.7, 0.9)
MOST_LATENCY_MILLISECONDS = 500.0
LEAST_FAITHFUL, LEAST_ALIKE = 0.8, 0.5
"""Reasons below these mislead; what good ones reach stands higher, in ``training.trust``."""
LEAST_STABILITY = 0.6
LEAST_SHARE = 0.03
EPSILON_EXPLAINED = 0.02
EPSILON_RECALL = 0.005
MOST_ITEM_BYTES = 256 * 1024 * 1024
"""What goes with what takes its place; a hundred neighbours of a hundred thousand items are 80 MB."""
MOST_LIST_MILLISECONDS = 50.0
_SPELT = {"auc": "AUC", "gini": "Gini"}


@dataclass(frozen=True)
class Check:
    """One question of the gate: what was measured, what was allowed, and the answer."""

    name: str
    passed: bool
    figure: str
    limit: str


Gate = Callable[[Path, Any], Sequence[Check]]
"""Opens a verified bundle, which proves its golden rows, and checks it against the champion's manifest.

Raises ``BundleRefused`` for a bundle that does not open.
"""


def churn_gate(folder: Path, champion: Manifest[ChurnTask] | None) -> list[Check]:
    """The checks of a model that answers with a probability."""
    return gate(opened(CHURN_KIND, folder), folder, champion)


def segments_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of behaviour segments: they come back, none is tiny, they tell more than RFM."""
    manifest = opened(SEGMENT_KIND, folder).manifest
    figures = manifest.metrics
    own = figures["spend_explained"] + figures["churn_explained"]
    gain = own - figures["rfm_spend_explained"] - figures["rfm_churn_explained"]
    return [
        Check(
            "stability",
            figures["stability"] >= LEAST_STABILITY,
            f"{figures['stability']:.3f}",
            f"at least {LEAST_STABILITY}",
        ),
        Check(
            "smallest segment",
            figures["smallest_share"] >= LEAST_SHARE,
            f"{figures['smallest_share']:.1%}",
            f"at least {LEAST_SHARE:.0%}",
        ),
        Check(
            "variance explained over RFM",
            gain >= -EPSILON_EXPLAINED,
            f"{gain:+.4f}",
            f"at most {EPSILON_EXPLAINED} lower",
        ),
        Check("golden rows", True, "as written", "within 1e-9"),
        size_check(folder),
    ]


def value_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of a model that answers with money: order, level, ranges and reasons."""
    bundle = opened(VALUE_KIND, folder)
    found = bundle.manifest.metrics
    held = found["coverage_of_buyers"]
    low, high = HELD_BETWEEN
    return [
        _gini_against_champion(bundle.manifest, champion),
        Check(
            "bias",
            abs(found["bias"]) <= MOST_BIAS,
            f"{found['bias']:+.1%}",
            f"at most ±{MOST_BIAS:.0%}",
        ),
        Check(
            "80 % ranges",
            held is None or low <= held <= high,
            "nobody has one" if held is None else f"{held:.1%}",
            f"hold {low:.0%} to {high:.0%}",
        ),
        Check("golden rows", True, "as written", "within 1e-9"),
        *_value_reasons(bundle.manifest),
        size_check(folder),
    ]


def _value_reasons(manifest: Manifest) -> list[Check]:
    """Whether the reasons add up to the money and name what matters."""
    figures = manifest.evaluation["trust"]["figures"]
    gap, faithful = figures["trust/value_additivity"], figures.get("trust/value_faithful_2")
    return [
        Check("reasons add up", gap <= MOST_GAP, f"{gap:.0e}", f"within {MOST_GAP:.0e}"),
        _names_what_matters(faithful),
    ]


def _gini_against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    """Money is compared with the same money alone: another horizon, or margin for spend, is not."""

    def read(one: Manifest) -> _Read:
        ginis = {test: figures["gini"] for test, figures in one.metrics["by_cutoff"].items()}
        return (one.horizon_days, one.metrics.get("money")), ginis

    return _against_champion("gini", EPSILON_GINI, challenger, champion, read)


def items_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of a model that lists items: as good as the best other way and the last, quick."""
    bundle = opened(ITEM_KIND, folder)
    found = bundle.manifest.metrics
    latency = _fastest_milliseconds(lambda: bundle.first_list())
    size = sum(path.stat().st_size for path in folder.iterdir())
    return [
        _recall_against_champion(bundle.manifest, champion),
        Check(
            "recall over the best other way",
            found["over_best"] >= -EPSILON_RECALL,
            f"{found['over_best']:+.4f}",
            f"at most {EPSILON_RECALL} lower",
        ),
        Check("golden rows", True, "as written", "within 1e-9"),
        Check(
            "size",
            size <= MOST_ITEM_BYTES,
            f"{size / 1024 / 1024:.2f} MB",
            f"at most {MOST_ITEM_BYTES // 1024 // 1024} MB",
        ),
        Check(
            "one customer's list",
            latency <= MOST_LIST_MILLISECONDS,
            f"{latency:.2f} ms",
            f"at most {MOST_LIST_MILLISECONDS:.0f} ms",
        ),
    ]


def _recall_against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    """Lists are compared over the same horizon alone; other days of test differ by chance, and may."""
    name, limit = "recall against the champion", f"at most {EPSILON_RECALL} lower"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    if champion.horizon_days != challenger.horizon_days:
        return Check(name, True, "not compared: the champion looks at another horizon", limit)
    mine, theirs = (one.metrics["recall_10"] for one in (challenger, champion))
    allowed = EPSILON_RECALL
    if challenger.data_cut != champion.data_cut:
        allowed = max(allowed, mine - challenger.metrics["recall_10_low"])
        limit = f"at most {allowed:.4f} lower, as chance gives on another day"
    return Check(name, mine - theirs >= -allowed, f"{mine - theirs:+.4f}", limit)


def offers_gate(folder: Path, champion: Manifest[OfferTask] | None) -> list[Check]:
    """The checks of a model of offers: order within offers, level, size."""
    found = opened(OFFER_KIND, folder).manifest
    return [
        _within_against_champion(found, champion),
        Check(
            "calibration error",
            found.metrics["ece"] <= MOST_ECE,
            f"{found.metrics['ece']:.4f}",
            f"at most {MOST_ECE}",
        ),
        Check("golden rows", True, "as written", "within 1e-9"),
        size_check(folder),
    ]


def _within_against_champion(
    challenger: Manifest[OfferTask], champion: Manifest[OfferTask] | None
) -> Check:
    """Exposures of another cut of the data differ by chance, and may."""
    name, limit = "AUC within offers against the champion", f"at most {EPSILON_AUC} lower"
    mine = challenger.metrics["within_offer_auc"]
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    theirs = champion.metrics["within_offer_auc"]
    if None in (mine, theirs) or champion.task.kind != challenger.task.kind:
        return Check(name, True, "not compared: the champion answers another question", limit)
    allowed = EPSILON_AUC
    if challenger.data_cut != champion.data_cut:
        allowed = max(allowed, mine - challenger.metrics["within_offer_auc_low"])
        limit = f"at most {allowed:.4f} lower, as chance gives on other days"
    return Check(name, mine - theirs >= -allowed, f"{mine - theirs:+.4f}", limit)


GATES: Mapping[str, Gate] = {
    CHURN: churn_gate,
    VALUE: value_gate,
    SEGMENTS: segments_gate,
    RECOMMENDATIONS: items_gate,
    OFFERS: offers_gate,
}
"""The gate of each model name."""


def gate_of(name: str) -> Gate:
    """The gate of a model name; ``ModelRefused`` for a name nobody trains."""
    if name not in GATES:
        raise ModelRefused(
            expected=f"a model among {', '.join(sorted(GATES))}",
            found=name,
            remedy="Choose one of them.",
        )
    return GATES[name]


def gate(bundle: Bundle, folder: Path, champion: Manifest[ChurnTask] | None) -> list[Check]:
    """Every check with its figure; the golden rows have passed, or there were no bundle to ask."""
    latency = _latency_milliseconds(bundle)
    return [
        _auc_against_champion(bundle.manifest, champion),
        _calibration(bundle.manifest),
        Check("golden rows", True, "as written", "within 1e-9"),
        *_reasons(bundle.manifest),
        size_check(folder),
        Check(
            f"{LATENCY_ROWS} rows with reasons",
            latency <= MOST_LATENCY_MILLISECONDS,
            f"{latency:.1f} ms",
            f"at most {MOST_LATENCY_MILLISECONDS:.0f} ms",
        ),
    ]


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
        _names_what_matters(faithful),
        Check(
            "reasons hold in refits",
            alike >= LEAST_ALIKE,
            f"{alike:.3f} alike",
            f"at least {LEAST_ALIKE}",
        ),
    ]


def _names_what_matters(faithful: float | None) -> Check:
    return Check(
        "reasons name what matters",
        faithful is None or faithful >= LEAST_FAITHFUL,
        "too few groups to choose from" if faithful is None else f"{faithful:.3f} of the best",
        f"at least {LEAST_FAITHFUL}",
    )


def size_check(folder: Path) -> Check:
    """How large a bundle may be."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    limit = f"at most {MOST_BYTES // 1024 // 1024} MB"
    return Check("size", size <= MOST_BYTES, f"{size / 1024 / 1024:.2f} MB", limit)


def _auc_against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    def read(one: Manifest) -> _Read:
        return (one.task,), one.metrics["auc_by_cutoff"]

    return _against_champion("auc", EPSILON_AUC, challenger, champion, read)


_Read = tuple[tuple[Any, ...], Mapping[str, float | None]]
"""What a model answers, and its figure at each of its tests."""


def _against_champion(
    figure: str,
    epsilon: float,
    challenger: Manifest,
    champion: Manifest | None,
    read: Callable[[Manifest], _Read],
) -> Check:
    """The challenger's figure against the champion's, where both answer the same.

    At other cutoffs than the champion's chance alone moves the figure: it may be lower by as much as
    the challenger's own 95 % interval reaches below it.
    """
    name, limit = f"{_SPELT[figure]} against the champion", f"at most {epsilon} lower"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    (asked, mine), (asked_before, theirs) = read(challenger), read(champion)
    if asked != asked_before:
        return Check(name, True, "not compared: the champion answers another question", limit)
    found = rivalry(mine, theirs, horizon_days=challenger.horizon_days)
    if found is None:
        return Check(name, True, "not compared: tested at other times", limit)
    said, allowed = f"{found.difference:+.4f}", epsilon
    if found.days_apart:
        said += f", tested up to {found.days_apart:.0f} days apart"
        by_chance = challenger.metrics[figure] - challenger.metrics[f"{figure}_low"]
        if by_chance > epsilon:
            allowed, limit = by_chance, f"at most {by_chance:.4f} lower, as chance alone gives"
    return Check(name, found.difference >= -allowed, said, limit)


def _calibration(manifest: Manifest) -> Check:
    """Few test customers miss any expectation by chance: that much is allowed, and no less than 0.05."""
    error = manifest.metrics["ece"]
    by_chance = manifest.metrics["ece_by_chance"]
    limit = f"at most {MOST_ECE}"
    if by_chance > MOST_ECE:
        limit = f"at most {by_chance:.4f}, as chance alone gives with so few customers"
    return Check("calibration error", error <= max(MOST_ECE, by_chance), f"{error:.4f}", limit)


def _latency_milliseconds(bundle: Bundle) -> float:
    rows = bundle.reference.sample(LATENCY_ROWS, seed=1)

    def score() -> None:
        bundle.probability(bundle.log_odds(rows))
        bundle.contributions(rows)

    return _fastest_milliseconds(score)


def _fastest_milliseconds(work: Callable[[], Any]) -> float:
    fastest = float("inf")
    for _ in range(3):
        # Processor time: what else the machine is doing must not keep a sound model out.
        start = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - start)
    return fastest * 1000.0
