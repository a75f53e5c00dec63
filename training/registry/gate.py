"""What a challenger must show before it is put to use: every check with its figure and its limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.bundles.manifest import Manifest
from training.registry.comparison import rivalry

EPSILON_AUC = 0.005
MOST_ECE = 0.05
MOST_BYTES = 64 * 1024 * 1024
LEAST_FAITHFUL = 0.8
"""Reasons below this mislead; what good ones reach stands higher, in ``training.trust``."""


@dataclass(frozen=True)
class Check:
    """One question of the gate: what was measured, what was allowed, and the answer."""

    name: str
    passed: bool
    figure: str
    limit: str


GOLDEN_ROWS_HOLD = Check("golden rows", True, "as written", "within 1e-9")
"""They have passed wherever a bundle opened, or there were none to ask."""

Gate = Callable[[Path, Any], Sequence[Check]]
"""Opens a verified bundle, which proves its golden rows, and checks it against the champion's manifest.

Raises ``BundleRefused`` for a bundle that does not open.
"""


def names_what_matters(faithful: float | None) -> Check:
    """Whether the groups that reasons name are those whose loss changes most; None where few are read."""
    return Check(
        "reasons name what matters",
        faithful is None or faithful >= LEAST_FAITHFUL,
        "too few groups to choose from" if faithful is None else f"{faithful:.3f} of the best",
        f"at least {LEAST_FAITHFUL}",
    )


def size_check(folder: Path, *, most_bytes: int = MOST_BYTES) -> Check:
    """How large a bundle may be."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    limit = f"at most {most_bytes // 1024 // 1024} MB"
    return Check("size", size <= most_bytes, f"{size / 1024 / 1024:.2f} MB", limit)


TestedFigure = tuple[tuple[Any, ...], Mapping[str, float | None]]
"""What a model answers, and its figure at each of its tests."""


def against_champion(
    title: str,
    figure: str,
    epsilon: float,
    challenger: Manifest,
    champion: Manifest | None,
    read: Callable[[Manifest], TestedFigure],
) -> Check:
    """The challenger's figure against the champion's, where both answer the same.

    At other cutoffs than the champion's chance alone moves the figure: it may be lower by as much as
    the challenger's own 95 % interval reaches below it.
    """
    name, limit = f"{title} against the champion", f"at most {epsilon} lower"
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


def not_much_lower(
    name: str,
    figure: str,
    epsilon: float,
    challenger: Manifest,
    champion: Manifest,
    elsewhere: str,
) -> Check:
    """A figure of one test each, of models that answer the same.

    Other data, ``elsewhere``, differ by chance, and the figure may: by as much as the challenger's own 95 %
    interval reaches below it.
    """
    mine, theirs = challenger.metrics[figure], champion.metrics[figure]
    allowed, limit = epsilon, f"at most {epsilon} lower"
    if challenger.data_cut != champion.data_cut:
        allowed = max(allowed, mine - challenger.metrics[f"{figure}_low"])
        limit = f"at most {allowed:.4f} lower, as chance gives {elsewhere}"
    return Check(name, mine - theirs >= -allowed, f"{mine - theirs:+.4f}", limit)


def fastest_milliseconds(
    work: Callable[[], Any], *, clock: Callable[[], float] = time.process_time
) -> float:
    """The processor time of the quickest of three goes."""
    fastest = float("inf")
    for _ in range(3):
        # Processor time: what else the machine is doing must not keep a sound model out.
        start = clock()
        work()
        fastest = min(fastest, clock() - start)
    return fastest * 1000.0
