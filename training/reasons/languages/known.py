"""The languages reasons and pages can be told in."""

from __future__ import annotations

from collections.abc import Mapping

from features.vocabulary.errors import UsageRefused, did_you_mean
from training.reasons.languages.language import ENGLISH, Language

__all__ = ["ENGLISH", "LANGUAGES", "language_of"]

LANGUAGES: Mapping[str, Language] = {one.code: one for one in (ENGLISH, Language("de"))}


def language_of(code: str) -> Language:
    """The language of this code; ``UsageRefused`` for one that is not spoken."""
    if code not in LANGUAGES:
        raise UsageRefused(
            expected=f"a language among {', '.join(LANGUAGES)}",
            found=f'"{code}"',
            remedy=did_you_mean(code, list(LANGUAGES)),
        )
    return LANGUAGES[code]
