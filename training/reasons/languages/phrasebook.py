"""Phrases with places in them: one for all features that are said alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FORMS = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")
_CAUGHT = {"window": r"in the last \d+ days|so far", "days": r"\d+", "name": ".+"}


class Phrasebook:
    """A phrase of ours for each English one; the places of both hold the same things.

    ``{window}``, ``{days}`` and ``{name}`` stand for what differs between texts that are said alike. Of several
    phrases that fit a text the one that leaves least of it to its places is taken.
    """

    def __init__(self, phrases: Mapping[str, str], windows: Mapping[str, str]) -> None:
        self._windows = windows
        self._plain = {one: said for one, said in phrases.items() if not _places(one)}
        self._patterns = [
            (_pattern(one), phrases[one])
            for one in sorted(phrases, key=_bareness)
            if one not in self._plain
        ]
        self._found: dict[str, str | None] = {}

    def find(self, english: str) -> str | None:
        """The phrase that stands for an English one; None where the book has none."""
        if english in self._plain:
            return self._plain[english]
        if english not in self._found:
            self._found[english] = self._search(english)
        return self._found[english]

    def _search(self, english: str) -> str | None:
        for pattern, said in self._patterns:
            match = pattern.fullmatch(english)
            if match is not None:
                return self._filled(said, match.groupdict())
        return None

    def _filled(self, said: str, caught: Mapping[str, str | None]) -> str:
        for name, text in caught.items():
            shown = self._window(text or "") if name == "window" else text or ""
            said = said.replace(f"{{{name}}}", shown)
        return said

    def _window(self, english: str) -> str:
        digits = re.search(r"\d+", english)
        if digits is None:
            return self._windows.get(english, english)
        known = self._windows.get(english.replace(digits[0], "{days}"), english)
        return known.replace("{days}", digits[0])


def forms(said: str, number: str) -> str:
    """The word that goes with a number out of ``[one|many]``.

    >>> forms("{value} [Besuch|Besuche]", "1"), forms("{value} [Besuch|Besuche]", "3")
    ('{value} Besuch', '{value} Besuche')
    """
    return _FORMS.sub(lambda match: match[1] if number == "1" else match[2], said)


def _places(phrase: str) -> list[str]:
    """The places that are filled from the English text; others are filled later, in both languages alike."""
    return [name for name in _CAUGHT if f"{{{name}}}" in phrase]


def _bareness(phrase: str) -> int:
    """The less of a phrase is written out, the later it is tried."""
    return -len(re.sub(r"\{\w+\}", "", phrase))


def _pattern(phrase: str) -> re.Pattern[str]:
    escaped = re.escape(phrase)
    for name, pattern in _CAUGHT.items():
        place = re.escape(f"{{{name}}}")
        escaped = escaped.replace(place, f"(?P<{name}>{pattern})", 1)
        escaped = escaped.replace(place, f"(?P={name})")
    return re.compile(escaped)
