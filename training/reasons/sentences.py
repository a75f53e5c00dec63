"""What sentences are made of and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.reasons.languages.language import Language

DIRECTIONS = ("raises", "lowers")
Truth = NDArray[np.bool_]
Standings = NDArray[np.int8]


class Fact(NamedTuple):
    """One raw fact behind a reason; ``typical`` is what it is among ``peers``, where it helps."""

    feature: str
    meaning: str
    unit: str
    value: float | None
    text: str
    typical: float | None = None
    typical_text: str = ""
    peers: str = ""


@dataclass(frozen=True)
class Sentence:
    """What is said about one reason; no text when nothing can be said truthfully."""

    text: str
    facts: tuple[Fact, ...]
    is_contradicted: bool = False


@dataclass(frozen=True)
class Saying:
    """One way of speaking of a leading feature: what must hold, and the words in the language that has them."""

    larger: int | float
    smaller: int | float
    named: tuple[int, ...]
    text: str
    at_zero: str
    language: Language
