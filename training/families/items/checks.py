"""What recommendations must show before they are put to use."""

from __future__ import annotations

from pathlib import Path

from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.families.items.bundle import ITEM_KIND
from training.registry.gate import (
    GOLDEN_ROWS_HOLD,
    Check,
    fastest_milliseconds,
    not_much_lower,
    size_check,
)

EPSILON_RECALL = 0.005
MOST_ITEM_BYTES = 256 * 1024 * 1024
"""What goes with what takes its place; a hundred neighbours of a hundred thousand items are 80 MB."""
MOST_LIST_MILLISECONDS = 50.0


def items_gate(folder: Path, champion: Manifest | None) -> list[Check]:
    """The checks of a model that lists items: as good as the best other way and the last, quick."""
    bundle = opened(ITEM_KIND, folder)
    latency = fastest_milliseconds(lambda: bundle.first_list())
    return items_checks(bundle.manifest, folder, champion, latency)


def items_checks(
    manifest: Manifest, folder: Path, champion: Manifest | None, latency: float
) -> list[Check]:
    """Every check with its figure; ``latency`` is how many milliseconds one list takes."""
    found = manifest.metrics
    return [
        _recall_against_champion(manifest, champion),
        Check(
            "recall over the best other way",
            found["over_best"] >= -EPSILON_RECALL,
            f"{found['over_best']:+.4f}",
            f"at most {EPSILON_RECALL} lower",
        ),
        GOLDEN_ROWS_HOLD,
        size_check(folder, most_bytes=MOST_ITEM_BYTES),
        Check(
            "one customer's list",
            latency <= MOST_LIST_MILLISECONDS,
            f"{latency:.2f} ms",
            f"at most {MOST_LIST_MILLISECONDS:.0f} ms",
        ),
    ]


def _recall_against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    """Lists are compared over the same horizon alone."""
    name, limit = "recall against the champion", f"at most {EPSILON_RECALL} lower"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    if champion.horizon_days != challenger.horizon_days:
        return Check(name, True, "not compared: the champion looks at another horizon", limit)
    return not_much_lower(name, "recall_10", EPSILON_RECALL, challenger, champion, "on another day")
