"""The kind of a browser in a few words, so that people know their own again; nothing else of what it sends is stored."""

from __future__ import annotations

from collections.abc import Sequence

_KINDS: Sequence[tuple[str, str]] = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Sequence[tuple[str, str]] = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""In this order: many a browser names the others as well."""


def browser_of(user_agent: str) -> str:
    """A browser by its ``User-Agent``; empty where it is none of the usual ones.

    >>> browser_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Linux'
    """
    known = (
        next((word for mark, word in words if mark in user_agent), "")
        for words in (_KINDS, _SYSTEMS)
    )
    return ", ".join(filter(None, known))
