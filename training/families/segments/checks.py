"""What behaviour segments must show before they are put to use."""

from __future__ import annotations

from pathlib import Path

from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.families.segments.bundle import SEGMENT_KIND
from training.registry.gate import GOLDEN_ROWS_HOLD, Check, size_check

LEAST_STABILITY = 0.6
LEAST_SHARE = 0.03
EPSILON_EXPLAINED = 0.02


def segments_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of behaviour segments: they come back, none is tiny, they tell more than RFM."""
    return segments_checks(opened(SEGMENT_KIND, folder).manifest, folder)


def segments_checks(manifest: Manifest, folder: Path) -> list[Check]:
    """Every check with its figure; segments are measured against RFM, not against those in use."""
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
        GOLDEN_ROWS_HOLD,
        size_check(folder),
    ]
