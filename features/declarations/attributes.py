"""What a customer declared, as features: each is one column of the attributes, and says how its entries become values.

An attribute counts when it was known before the cutoff, and an instant only when it lies before it too;
otherwise it is missing. Where the table of customers does not say when a row became known, its
attributes count as known at all times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.declarations.values import Value
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, Floats, Ints
from features.vocabulary.errors import PlanRefused
from features.vocabulary.protected import reason_against
from features.vocabulary.time import DAY_SECONDS


@dataclass(frozen=True)
class Declared(Value):
    """Something a customer declared, in one column of the attributes.

    Raises ``PlanRefused`` for a protected attribute and for a consent, by their names.
    """

    column: str

    def __post_init__(self) -> None:
        reason = reason_against(self.column)
        if reason:
            raise PlanRefused(
                expected="an attribute that may be a feature",
                found=reason,
                remedy="Take it out of the declaration.",
            )

    def of(self, entries: Ints, cutoff_seconds: Ints, texts: Sequence[str]) -> Floats:
        """The feature's values from known entries of the column; missing ones are taken out later."""
        raise NotImplementedError

    @property
    def missing(self) -> int:
        """What stands in the column where nothing was declared."""
        return MISSING_NUMBER


@dataclass(frozen=True)
class DeclaredSince(Declared):
    """Days from a declared instant to the cutoff, to the second; missing unless it lies before it."""

    def named(self, subject: str) -> str:
        """For instance ``days_since_registration``."""
        return f"days_since_{subject}"

    def of(self, entries: Ints, cutoff_seconds: Ints, texts: Sequence[str]) -> Floats:
        """Days, or NaN for an instant at or after the cutoff."""
        return np.where(entries < cutoff_seconds, (cutoff_seconds - entries) / DAY_SECONDS, np.nan)


@dataclass(frozen=True)
class DeclaredText(Declared):
    """One where the declared text is this one, zero where it is another."""

    text: str

    def named(self, subject: str) -> str:
        """For instance ``region_is_north``."""
        return subject

    def of(self, entries: Ints, cutoff_seconds: Ints, texts: Sequence[str]) -> Floats:
        """Ones and zeros."""
        code = texts.index(self.text) if self.text in texts else None
        return (entries == code).astype(np.float64) if code is not None else np.zeros(len(entries))

    @property
    def missing(self) -> int:
        """The code of no text."""
        return MISSING_CODE


@dataclass(frozen=True)
class DeclaredFlag(Declared):
    """One where a flag is set, zero where it is not."""

    def named(self, subject: str) -> str:
        """For instance ``newsletter_declared``."""
        return f"{subject}_declared"

    def of(self, entries: Ints, cutoff_seconds: Ints, texts: Sequence[str]) -> Floats:
        """Ones and zeros."""
        return entries.astype(np.float64)

    @property
    def missing(self) -> int:
        """What stands for a flag nobody set or unset."""
        return MISSING_CODE


@dataclass(frozen=True)
class DeclaredNumber(Declared):
    """A declared number, between ``least`` and ``most`` where these are given."""

    least: int | None = None
    most: int | None = None

    def named(self, subject: str) -> str:
        """For instance ``referrals_declared``."""
        return f"{subject}_declared"

    def of(self, entries: Ints, cutoff_seconds: Ints, texts: Sequence[str]) -> Floats:
        """Thousandths as numbers, drawn inside the bounds."""
        numbers = entries / 1000
        if self.least is not None or self.most is not None:
            numbers = np.clip(numbers, self.least, self.most)
        return numbers
