"""The languages reasons can be told in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.declarations.values import Feature, ReasonGroup
from features.vocabulary.errors import UsageRefused, did_you_mean
from training.reasons.claims import claims_about
from training.reasons.languages.german import German
from training.reasons.languages.language import Language

ENGLISH = Language()
LANGUAGES: Mapping[str, Language] = {one.code: one for one in (ENGLISH, German())}


def language_of(code: str) -> Language:
    """The language of this code; ``UsageRefused`` for one that is not spoken."""
    if code not in LANGUAGES:
        raise UsageRefused(
            expected=f"a language among {', '.join(LANGUAGES)}",
            found=f'"{code}"',
            remedy=did_you_mean(code, list(LANGUAGES)),
        )
    return LANGUAGES[code]


def refuse_unspoken(features: Sequence[Feature], groups: Sequence[ReasonGroup]) -> None:
    """Raise ``ModelRefused`` for a feature, a reason or a claim that a language cannot say."""
    for language in LANGUAGES.values():
        for group in groups:
            language.title(group)
        for feature in features:
            language.clause(feature)
            for direction in ("raises", "lowers"):
                for claim, caught in claims_about(feature.name, direction):
                    for text in filter(None, (claim.text, claim.at_zero)):
                        language.claim(text)
                    if "what" in caught:
                        language.subject(caught["what"])
