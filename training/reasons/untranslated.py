"""What each language cannot say yet: ``python -m training.reasons.untranslated``.

What is said stands in declarations, in calls of ``say``, ``plural`` and ``phrase``, and in the templates of the
pages; Babel reads the last two out of the files, so that nothing has to be imported.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract

from features.declarations.feature import Feature, ReasonGroup
from features.lifecycle.stages import LifecycleStatus, Stage
from features.plan.dictionary import full_plan
from training.reasons.claims import CLAIMS, claims_about
from training.reasons.happenings import SMALL, nouns
from training.reasons.languages.known import LANGUAGES
from training.reasons.languages.language import Language
from training.reasons.sentences import DIRECTIONS

ROOT = Path(__file__).parents[2]
_SPOKEN: Mapping[int, object] = {1: (1,), 2: (1, (2, "c"))}
_CALLS: Sequence[tuple[str, Mapping[str, object]]] = (
    ("", {"say": _SPOKEN, "phrase": _SPOKEN, "plural": {3: (1, 2), 4: (1, 2, (4, "c"))}}),
    ("feature", {"_cross": (5,)}),
    ("reason", {"ReasonGroup": (2,)}),
    ("habit", {"TraitKind": (2,)}),
    ("habit", {"TraitKind": (3,)}),
    ("problem", {"ProblemKind": (3,)}),
    ("problem", {"ProblemKind": (4,)}),
)
"""In which context what calls say something, and which of their arguments do."""
_TEMPLATES: Mapping[str, object] = {"_": None, "gettext": None, "pgettext": ((1, "c"), 2)}


class Phrase(NamedTuple):
    """An English text and its context; of one with a plural, its singular."""

    context: str
    english: str


def missing(
    language: Language, features: Sequence[Feature], groups: Sequence[ReasonGroup]
) -> list[Phrase]:
    """Everything a language says in English for want of a phrase: of a model, its events and the pages."""
    lacking = [one for one in spoken(groups, features) if not _has(language, one)]
    lacking += [Phrase("feature", one.said) for one in features if not language.knows(one)]
    return sorted(set(lacking))


def spoken(groups: Sequence[ReasonGroup], features: Sequence[Feature]) -> Iterator[Phrase]:
    """Everything that is said, but the features themselves."""
    for group in groups:
        if not group.name.startswith("declared_"):
            yield Phrase("reason", group.title)
    for claim in CLAIMS:
        yield from (Phrase("claim", one) for one in (claim.text, claim.at_zero) if one)
    for feature in features:
        for direction in DIRECTIONS:
            for _, caught in claims_about(feature.name, direction):
                if "what" in caught:
                    yield Phrase("subject", caught["what"].replace("_", " "))
    yield from (Phrase("happening", one) for one, _ in nouns())
    yield from (Phrase("small number", one) for one in SMALL)
    yield from (Phrase("stage", one.title) for one in (*Stage, *LifecycleStatus))
    yield from written_in_files()


@cache
def written_in_files(folder: Path = ROOT) -> tuple[Phrase, ...]:
    """What stands in calls and templates under a folder."""
    found: list[Phrase] = []
    for package in ("training", "serving"):
        for file in sorted((folder / package).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            for context, calls in _CALLS:
                # Babel reads word by word, which is slow where there is nothing to find.
                if any(f"{one}(" in text for one in calls):
                    found += _extracted("python", text, calls, context)
        for file in sorted((folder / package).rglob("*.html")):
            text = file.read_text(encoding="utf-8")
            found += _extracted("jinja2.ext:babel_extract", text, _TEMPLATES, "")
    return tuple(found)


def _extracted(
    method: str, text: str, calls: Mapping[str, object], context: str
) -> Iterator[Phrase]:
    found = extract(
        method,
        io.BytesIO(text.encode()),
        keywords=calls,  # type: ignore[arg-type]
        options={"newstyle_gettext": "true", "encoding": "utf-8"},
    )
    for _, message, _, its_context in found:
        english = message if isinstance(message, str) else message[0]
        # Where a habit is of one thing, its name takes the last place; alone it stays as it is.
        english = english.removesuffix("{what}").rstrip()
        if english:
            yield Phrase(its_context or context, english)


def _has(language: Language, phrase: Phrase) -> bool:
    is_written = language.has(phrase.english, phrase.context)
    return is_written or language.phrased(phrase.english, phrase.context) != phrase.english


def main() -> None:
    """End with what each language lacks, where one lacks anything."""
    plan = full_plan()
    lines = []
    for language in LANGUAGES.values():
        lacking = missing(language, plan.features, plan.groups)
        lines += [f"{language.code} {one.context or '-'}: {one.english}" for one in lacking]
    if lines:
        raise SystemExit("\n".join(lines))


if __name__ == "__main__":
    main()
