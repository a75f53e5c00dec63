"""Values about the keys of events (categories, brands, items): what is new, and how the mix is spread.

How many there are is ``spec.Distinct``; what was given up is the difference of two of those.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.declarations.values import WHOLE_PAST, Events, Value
from features.vocabulary.time import Window


@dataclass(frozen=True)
class New(Value):
    """How many entries of a column occurred for the first time inside the window; missing texts aside."""

    events: Events
    key: str
    window: Window = WHOLE_PAST

    def named(self, subject: str) -> str:
        """For instance ``categories_new_90d``."""
        return f"{subject}_new_{self.window.label}"


@dataclass(frozen=True)
class Mix(Value):
    """How the weight of events is spread over the entries of a column.

    ``weight`` is a whole-number column, or empty to count events. Entries whose weight is zero or less
    are left out, and so are missing texts; missing itself when nothing is left.
    """

    events: Events
    key: str
    weight: str = ""
    window: Window = WHOLE_PAST


@dataclass(frozen=True)
class Entropy(Mix):
    """Shannon's entropy of the mix in natural units: 0 for one entry, ln(n) for n of equal weight."""

    def named(self, subject: str) -> str:
        """For instance ``category_entropy_365d``."""
        return f"{subject}_entropy_{self.window.label}"


@dataclass(frozen=True)
class TopShare(Mix):
    """The share of the entry with the largest weight."""

    def named(self, subject: str) -> str:
        """For instance ``category_top_share_365d``."""
        return f"{subject}_top_share_{self.window.label}"
