"""What was found out of scores a moment ago, so that the next page of a list is not sought anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")


class Remembered:
    """The last few answers, by what was asked; safe to use from many threads.

    >>> known = Remembered(most=1)
    >>> known.of("a", lambda: 1), known.of("a", lambda: 2), known.of("b", lambda: 3), known.of("a", lambda: 4)
    (1, 1, 3, 4)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._changing = threading.Lock()

    def of(self, asked: Hashable, find: Callable[[], Found]) -> Found:
        """The answer to a question; it is found where nobody has asked it for a while, and must never be changed."""
        with self._changing:
            if asked in self._known:
                self._known.move_to_end(asked)
                known: Found = self._known[asked]
                return known
        # Found by several who ask at once rather than waited for.
        found = find()
        with self._changing:
            self._known[asked] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found
