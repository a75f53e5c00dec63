"""Values of the cutoff itself: where in the year it stands, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from features.declarations.values import Value


@dataclass(frozen=True)
class TimeOfYear(Value):
    """Whole days from the cutoff to the nearest first of January, or of April, before it or after (UTC).

    Like a cosine and a sine the two together tell every day of the year, and unlike them they are whole numbers,
    so no two programs differ in the last digit.
    """

    turn: Literal["january", "april"]

    def named(self, subject: str) -> str:
        """For instance ``days_from_new_year``."""
        return f"days_from_{subject}"
