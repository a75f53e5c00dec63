"""Whether earlier expectations came true: the level of each model at its past tests, as bars of one page."""

from __future__ import annotations

import math

from serving.in_use.models_in_use import InUse
from serving.pages.contexts import LevelLine, LevelSection
from serving.pages.figures import day_of_test, percent, signed
from serving.pages.list_sentences import JUST_AS_EXPECTED
from training.measures.levels import HeldLevel, HeldLevels
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

_CHANCES, _MONEY = phrase("Chances"), phrase("Expected value")
_FULL = math.log(2.0)


def level_sections(in_use: InUse) -> list[LevelSection]:
    """How the level of each model behind these scores held at its tests, the latest first."""
    language = in_use.wording.language
    found = [HeldLevels.from_dict(one.metrics.get("by_cutoff", {})) for one in in_use.manifests]
    return [_section(one, language) for one in found if one.levels]


def level_range(in_use: InUse) -> tuple[float, float]:
    """Between which shares of what is expected what comes lies, 19 times in 20, by how far past tests were off."""
    said = in_use.scorer.bundle.manifest.metrics
    low, high = said.get("level_lowest"), said.get("level_highest")
    return JUST_AS_EXPECTED if low is None or high is None else (low, high)


def _section(held: HeldLevels, language: Language) -> LevelSection:
    """The levels of one model; chances have a calibration error and money has none."""
    title = _MONEY if held.latest.ece is None else _CHANCES
    return LevelSection(language.say(title), [_line(one, language) for one in held.levels])


def _line(level: HeldLevel, language: Language) -> LevelLine:
    known = math.isfinite(level.distance)
    length = min(50.0, 50.0 * level.distance / _FULL) if known else 0.0
    start = 50.0 - length if level.bias > 0 else 50.0
    return LevelLine(
        test=day_of_test(level.test, language),
        came=language.written(f"{level.observed_over_expected:.2f}") if known else "–",
        bias=f"{signed(100 * level.bias, language)} %" if known else "–",
        error=percent(level.ece, language) if level.ece is not None else "",
        start=f"{start:.2f}%",
        width=f"{length:.2f}%",
    )
