"""What a challenger must show before it is put to use: every check with its figure and its limit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.bundles.manifest import Manifest
from training.measures.levels import HeldLevel, HeldLevels
from training.registry.comparison import lead_over, rivalry

EPSILON_AUC = 0.005
MOST_ECE = 0.05
MOST_BIAS = 0.25
"""A season that the calibration did not see moves the level by as much."""
MOST_BIAS_BY_CHANCE = 0.5
"""Farther off is of no use to anybody, whether chance explains it or not."""
MOST_EXPECTED_OF_NONE = 3.0
"""Of three that are expected none comes one time in twenty."""
MOST_BYTES = 64 * 1024 * 1024
LEAST_FAITHFUL = 0.8
"""Reasons below this mislead; what good ones reach stands higher, in ``training.safeguards.trust``."""


@dataclass(frozen=True)
class Check:
    """One question of the gate: what was measured, what was allowed, and the answer."""

    name: str
    passed: bool
    figure: str
    limit: str
    asks_a_person: bool = False
    """Whether a person has to answer it, so that nothing else may quietly take the model's place."""


def failed_of(checks: Sequence[Check]) -> list[Check]:
    """The checks that keep a model out."""
    return [check for check in checks if not check.passed]


def said_of(failed: Sequence[Check]) -> str:
    """Why a model is kept out, in words: each failed check with its figure and what was allowed."""
    return "; ".join(f"{one.name} {one.figure}, allowed {one.limit}" for one in failed)


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


ByCutoff = Mapping[str, Mapping[str, Any]]
"""What a manifest tells of each test, by the name of the test."""


def level_checks(by_cutoff: ByCutoff, *, beside: Sequence[str] = ()) -> list[Check]:
    """Whether what was expected in all came, at the latest test and at the worst: errors never cancel.

    Customers leave a level open, and from the near end of their interval on it counts as off; one that is off by
    more than half is kept out whatever they leave open. ``beside`` is said with the figures.
    """
    held = HeldLevels.from_dict(by_cutoff)
    if not held.levels:
        return [_not_measured(f"level, {one} test") for one in ("latest", "worst")]
    return [_level(f"{place} test", one, beside) for place, one in _latest_and_worst(held)]


def chance_checks(by_cutoff: ByCutoff) -> list[Check]:
    """Level and calibration of a model that answers with a probability."""
    return [*level_checks(by_cutoff), *calibration_checks(by_cutoff)]


def calibration_checks(by_cutoff: ByCutoff) -> list[Check]:
    """Whether probabilities came true in ten groups, at the latest test and at the worst.

    What chance gives is allowed. At the worst that comes on top of what a level makes that is off as far as levels
    may be: that test speaks of a model learned from less, and of another season.
    """
    held = HeldLevels.from_dict(by_cutoff)
    names = [f"calibration error, {one} test" for one in ("latest", "worst")]
    if not held.levels:
        return [_not_measured(one) for one in names]
    latest, worst = held.latest, held.worst_error
    return [
        _calibration(names[0], latest, MOST_ECE),
        _calibration(names[1], worst, max(MOST_ECE, _of_a_level_off(worst))),
    ]


def pooled_checks(by_cutoff: ByCutoff, together: HeldLevel) -> list[Check]:
    """Level and calibration where too few customers stand at each cutoff: all together, and the cutoff farthest off.

    At one such cutoff chance alone moves a level by more than half, so that only all together must lie within it
    whatever chance explains; a cutoff that is off beyond chance keeps out like any worst test.
    """
    levels = HeldLevels.from_dict(by_cutoff).levels
    held = HeldLevels(tuple(one for one in levels if not _none_by_chance(one)))
    return [
        _level(together.test, together, ()),
        _level("worst test", held.worst, (), by_chance=math.inf)
        if held.levels
        else _not_measured("level, worst test"),
        _calibration(f"calibration error, {together.test}", together, MOST_ECE),
    ]


def _none_by_chance(level: HeldLevel) -> bool:
    """Whether nothing came where so little was expected that chance alone may have held it back.

    Where nothing came the calibration error is the mean of what was expected.
    """
    return level.rate == 0.0 and level.customers * (level.ece or 0.0) <= MOST_EXPECTED_OF_NONE


def _latest_and_worst(held: HeldLevels) -> list[tuple[str, HeldLevel]]:
    return [("latest", held.latest), ("worst", held.worst)]


def _level(
    place: str, level: HeldLevel, beside: Sequence[str], *, by_chance: float = MOST_BIAS_BY_CHANCE
) -> Check:
    """Whether a level holds; ``by_chance`` is how far it may be off at most, whatever explains it."""
    limit = f"at most ±{MOST_BIAS:.0%} beyond chance"
    if math.isfinite(by_chance):
        limit += f" and ±{by_chance:.0%} at all"
    said = f"{level.bias:+.1%} at {level.test} [{level.bias_low:+.1%}, {level.bias_high:+.1%}]"
    return Check(
        f"level, {place}",
        level.bias_low <= MOST_BIAS
        and level.bias_high >= -MOST_BIAS
        and abs(level.bias) <= by_chance,
        "; ".join([said, *beside]),
        limit,
    )


def _of_a_level_off(level: HeldLevel) -> float:
    return MOST_BIAS * (level.rate or 0.0) + (level.ece_by_chance or 0.0)


def _calibration(name: str, level: HeldLevel, most: float) -> Check:
    error, by_chance = level.ece, level.ece_by_chance or 0.0
    limit = f"at most {most:.4g}"
    if by_chance > most:
        limit = f"at most {by_chance:.4f}, as chance alone gives with so few customers"
    if error is None:
        return Check(name, False, f"not known at {level.test}", limit)
    return Check(name, error <= max(most, by_chance), f"{error:.4f} at {level.test}", limit)


def _not_measured(name: str) -> Check:
    """A model of before does not tell its tests apart."""
    return Check(name, False, "not measured test by test: train again", "measured at each test")


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


def against_procedure(
    title: str,
    figure: str,
    epsilon: float,
    challenger: Manifest,
    champion: Manifest | None,
    *,
    asks_the_same: bool,
) -> Check:
    """The challenger against the champion's procedure, its rung of the challenger's own ladder, on the same customers.

    The champion itself may have learned from the outcomes that the challenger is tested by; its rung, fitted anew
    before them, has not. The manifest's ``leads`` tell the paired difference. It may be lower by what chance explains.
    """
    name = f"{title} against the champion's way of learning"
    limit = f"at most {epsilon} lower beyond chance"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    if not asks_the_same:
        return Check(name, True, "not compared: the champion answers another question", limit)
    if champion.title == challenger.title:
        return Check(name, True, f"the same: {champion.title}", limit)
    found = lead_over(challenger.metrics.get("leads", {}), champion.title, figure)
    if found is None:
        return Check(name, True, f"not compared: no {champion.title} on this ladder", limit)
    said = f"{found.difference:+.4f} [{found.low:+.4f}, {found.high:+.4f}] over {champion.title}"
    return Check(name, found.holds(epsilon), said, limit)


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
    interval reaches below it. Of a champion of before that does not tell it nothing is compared.
    """
    mine, theirs = challenger.metrics[figure], champion.metrics.get(figure)
    allowed, limit = epsilon, f"at most {epsilon} lower"
    if theirs is None:
        return Check(name, True, "not compared: the champion does not tell it", limit)
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
