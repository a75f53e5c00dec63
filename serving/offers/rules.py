"""Rules a company declares about who may have an offer: read once, refused when they name what nobody knows.

A rule is comparisons of behaviour with numbers, joined by ``and``: ``orders_count_365d >= 2 and
days_since_order < 90``. What is not known of a customer meets no comparison.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.errors import DataRefused, did_you_mean

_COMPARE: Mapping[str, Callable[[Any, float], Any]] = {
    "<=": lambda values, limit: values <= limit,
    ">=": lambda values, limit: values >= limit,
    "!=": lambda values, limit: (values != limit) & ~np.isnan(values),
    "=": lambda values, limit: values == limit,
    "<": lambda values, limit: values < limit,
    ">": lambda values, limit: values > limit,
}
_PART = re.compile(r"\s*(\w+)\s*(<=|>=|!=|=|<|>)\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True)
class OfferRule:
    """One rule, as places of features with what each is compared with."""

    text: str
    parts: tuple[tuple[int, str, float], ...]

    @classmethod
    def read(cls, text: str, feature_names: Sequence[str], *, whose: str) -> Self:
        """Read a rule; an empty one holds for everybody.

        Raises ``DataRefused`` for what is no rule, and for a column nobody knows.
        """
        parts = []
        for said in re.split(r"\band\b", text) if text.strip() else []:
            found = _PART.fullmatch(said)
            if found is None:
                raise DataRefused(
                    expected=f'comparisons such as "orders_count_365d >= 2", joined by and, for {whose}',
                    found=f'"{said.strip()}"',
                    remedy="Correct the rule. Names are those of `regulars vectors describe`.",
                )
            name, sign, limit = found.groups()
            if name not in feature_names:
                raise DataRefused(
                    expected=f"a feature of the model in the rule of {whose}",
                    found=f'"{name}"',
                    remedy=did_you_mean(name, list(feature_names)),
                )
            parts.append((list(feature_names).index(name), sign, float(limit)))
        return cls(text, tuple(parts))

    def holds(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether the rule holds for each row of features."""
        found = np.ones(len(values), np.bool_)
        for place, sign, limit in self.parts:
            found &= _COMPARE[sign](values[:, place], limit)
        return found
