"""What a customer declared, as features: values read from the pack's attributes, without the kernel.

An attribute counts when it was known before the cutoff, and an instant only when it lies before it too;
otherwise it is missing. Where the table of customers does not say when a row became known, its
attributes count as known at all times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.declarations.values import Value
from features.store.pack import MISSING_CODE, MISSING_NUMBER, Attributes
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.errors import PlanRefused, did_you_mean
from features.vocabulary.protected import reason_against
from features.vocabulary.time import DAY_SECONDS

# So many rows of a wide vector stay in the processor's cache while their columns are written.
_ROWS_AT_ONCE = 4_096


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


def declared_values(
    value: Declared, attributes: Attributes, customer_keys: NDArray[np.integer], cutoffs: Ints
) -> Floats:
    """One attribute feature: an entry a row, each a customer key with its cutoff in seconds.

    This is the only place where an attribute becomes a feature. Missing values are NaN, and so is
    every value of a column that is not there.
    """
    column = attributes.columns.get(value.column)
    if column is None:
        return np.full(len(customer_keys), np.nan)
    entries = column[customer_keys]
    found = value.of(entries, cutoffs, attributes.dictionaries.get(value.column, ()))
    found[entries == value.missing] = np.nan
    if attributes.known is not None:
        found[attributes.known[customer_keys] >= cutoffs] = np.nan
    return found


def fill_declared(
    wanted: Sequence[Declared],
    attributes: Attributes,
    customer_keys: NDArray[np.integer],
    cutoffs: Ints,
    values: NDArray[np.float32],
    *,
    at_once: int = _ROWS_AT_ONCE,
) -> None:
    """Write attribute features into rows that are already there, one column each."""
    for begin in range(0, len(customer_keys), at_once):
        rows = slice(begin, begin + at_once)
        for position, value in enumerate(wanted):
            values[rows, position] = declared_values(
                value, attributes, customer_keys[rows], cutoffs[rows]
            )


def refuse_absent(wanted: Sequence[Declared], attributes: Attributes) -> None:
    """Raise ``PlanRefused`` for an attribute that is not there, or a text asked of numbers."""
    for value in wanted:
        if value.column not in attributes.columns:
            raise PlanRefused(
                expected=f'an attribute "{value.column}" of the table customers',
                found="none of that name",
                remedy=did_you_mean(value.column, sorted(attributes.columns)),
            )
        if isinstance(value, DeclaredText) != (value.column in attributes.dictionaries):
            raise PlanRefused(
                expected=f'"{value.column}" to be {_KINDS[isinstance(value, DeclaredText)]}',
                found=_KINDS[not isinstance(value, DeclaredText)],
                remedy="Correct the declaration, or the mapping of the table of customers.",
            )


_KINDS = {True: "a text", False: "a number, an instant or a flag"}
