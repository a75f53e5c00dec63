"""Whether few customers carry the money a value model learns from, and what that does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vocabulary.arrays import Ints
from features.vocabulary.concentration import (
    CARRIED_SHARE,
    FEW_CUSTOMERS,
    FEW_CUSTOMERS_SHARE,
    are_few,
    carried_sentence,
)
from features.vocabulary.tables import PURCHASES
from training.families.value.measures import bias
from training.families.value.tested_value import TestedValue

CARRIED = "carried_by_few"
WITHOUT_LARGEST = "bias_without_largest"
_OF_LARGEST, _LARGEST = "bias_of_largest", "largest_customers"


def carried_by_few(pack: Pack) -> dict[str, str]:
    """What an evaluation says of few customers who bring much of all the money; nothing where there are none."""
    stream = pack.streams[PURCHASES.name]
    sums = np.concatenate([[0], np.cumsum(stream.columns["amount_cents"], dtype=np.int64)])
    has_orders = np.diff(stream.offsets) > 0
    sentence = carried(np.diff(sums[stream.offsets])[has_orders])
    return {CARRIED: sentence} if sentence else {}


def carried(cents: Ints) -> str:
    """The same of what each customer with an order has brought.

    >>> carried(np.array([500, *[10] * 50]))
    '1 of 51 customers bring 50% of the money'
    """
    total = int(cents.sum())
    if total <= 0:
        return ""
    most = np.cumsum(np.sort(cents)[::-1])
    carriers = int(np.argmax(most >= CARRIED_SHARE * total)) + 1
    if not are_few(carriers, len(cents)):
        return ""
    return carried_sentence(carriers, len(cents), float(most[carriers - 1] / total))


@dataclass(frozen=True)
class WithoutLargest:
    """How far the sum expected is off without the customers who had spent most before each test."""

    bias: float
    bias_of_largest: float
    customers: int
    """So many were taken out at the latest test."""

    @property
    def figures(self) -> dict[str, float]:
        """The same as figures of a run."""
        return {
            WITHOUT_LARGEST: self.bias,
            _OF_LARGEST: self.bias_of_largest,
            _LARGEST: float(self.customers),
        }

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> Self | None:
        """Read back; None of a company that few do not carry, or where somebody brought nothing at all."""
        bias_of_others, bias_of_largest = figures.get(WITHOUT_LARGEST), figures.get(_OF_LARGEST)
        if bias_of_others is None or bias_of_largest is None:
            return None
        return cls(float(bias_of_others), float(bias_of_largest), int(figures[_LARGEST]))

    @property
    def said(self) -> str:
        """The bias in words, beside that of everybody."""
        return (
            f"without the {self.customers:,} who had spent most before, the bias is {self.bias:+.1%}, "
            f"of them alone {self.bias_of_largest:+.1%}"
        )


def without_largest(pack: Pack, tested: Sequence[TestedValue]) -> WithoutLargest:
    """The bias of a rung at its test cutoffs with the largest hundredth of its customers taken out.

    Who is large is told by what was known at each cutoff, never by what came after: otherwise whoever
    brought much would be taken out for it.
    """
    largest = [_largest(pack, one) for one in tested]
    is_large = np.concatenate(largest)
    brought = np.concatenate([one.brought for one in tested])
    expected = np.concatenate([one.expected for one in tested])
    return WithoutLargest(
        bias=bias(brought[~is_large], expected[~is_large]),
        bias_of_largest=bias(brought[is_large], expected[is_large]),
        customers=int(largest[0].sum()),
    )


def _largest(pack: Pack, tested: TestedValue) -> NDArray[np.bool_]:
    """Marks the hundredth of the tested customers who had spent most by the cutoff, ten at least."""
    stream = pack.streams[PURCHASES.name]
    counts = np.asarray(stream.seconds) < tested.cutoff.seconds
    if stream.known is not None:
        counts &= np.asarray(stream.known) < tested.cutoff.seconds
    cents = np.where(counts, stream.columns["amount_cents"], 0)
    sums = np.concatenate([[0], np.cumsum(cents, dtype=np.int64)])
    spent = np.diff(sums[stream.offsets])[tested.customer_keys]
    count = min(max(FEW_CUSTOMERS, int(FEW_CUSTOMERS_SHARE * len(spent))), len(spent))
    is_large = np.zeros(len(spent), np.bool_)
    is_large[np.argsort(-spent, kind="stable")[:count]] = True
    return is_large


def carried_note(sentence: str, without: WithoutLargest | None = None) -> str:
    """What a person has to know of a model that learned from such a company."""
    told = f"; {without.said}" if without else ""
    return (
        f"{sentence}{told}: what is expected of everybody else, and the level of the whole, hang on whether these "
        "few buy again; a segment of their own, or leaving them out by `where`, is how to tell"
    )
