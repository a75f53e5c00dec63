"""Texts of a company's data inside the names of features and inside sentences."""

from __future__ import annotations

from collections.abc import Iterable


def slugs(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the data as parts of features' names, each different from the others.

    >>> slugs(["Web shop", "web-shop", "?"])
    {'Web shop': 'web_shop', 'web-shop': 'web_shop_2', '?': 'unnamed'}
    """
    found: dict[str, str] = {}
    for text in texts:
        kept = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
        stem = name = "_".join(kept.split()) or "unnamed"
        number = 1
        while name in found.values():
            number += 1
            name = f"{stem}_{number}"
        found[text] = name
    return found


def quoted(text: str) -> str:
    """A text of the data inside a sentence: its braces must not be taken for places to fill."""
    return text.replace("{", "(").replace("}", ")")
