"""Many short texts in which a part is sought: one pass over the bytes of all, in any case and with or without accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from features.store.pack import TextColumn

_BETWEEN = b"\0"
"""What no text holds stands between two of them, so that nothing is found across both."""


class SearchedTexts:
    """Texts in small letters without accents, one behind the other.

    >>> names = SearchedTexts(TextColumn.of(["Anna Örnberg", "Bert Berg"]))
    >>> list(names.holding("BERG")), list(names.beginning_with("ornb")), list(names.holding("berg bert"))
    ([0, 1], [], [1])
    """

    def __init__(self, texts: TextColumn) -> None:
        written = np.insert(texts.content, texts.offsets, 0).tobytes()
        # Of a million numbers most are plain, and then nothing has to be spelt out.
        self._plain = written.lower() if written.isascii() else _plain(written.decode()).encode()
        self._edges = np.flatnonzero(np.frombuffer(self._plain, np.uint8) == 0)

    def equal_to(self, text: str) -> Iterator[int]:
        """The places of the texts that are this one."""
        return self._places(_pattern(text), _BETWEEN, _BETWEEN)

    def beginning_with(self, text: str) -> Iterator[int]:
        """The places of the texts that begin with this one."""
        return self._places(_pattern(text), _BETWEEN)

    def holding(self, text: str) -> Iterator[int]:
        """The places of the texts that hold every word of this one, wherever it stands."""
        words = sorted(_pattern(text).split(), key=len)
        if not words:
            return
        *others, longest = words
        for place in self._places(longest):
            held = self._plain[int(self._edges[place]) : int(self._edges[place + 1])]
            if all(one in held for one in others):
                yield place

    def _places(self, wanted: bytes, before: bytes = b"", behind: bytes = b"") -> Iterator[int]:
        """The places that hold what is wanted; nothing, such as an accent by itself, is held by none."""
        if not wanted:
            return
        pattern = before + wanted + behind
        at = self._plain.find(pattern)
        while at >= 0:
            place = int(np.searchsorted(self._edges, at, "right")) - 1
            yield place
            at = self._plain.find(pattern, int(self._edges[place + 1]))


def _pattern(text: str) -> bytes:
    return _plain(text.replace("\0", "")).encode("utf-8", "replace")


def _plain(text: str) -> str:
    """A text in small letters without accents, however long it is."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return spread.translate({ord(one): None for one in set(spread) if unicodedata.combining(one)})
