"""Whether few customers carry the money a value model learns from, and what that does to it."""

from __future__ import annotations

import numpy as np

from features.store.pack import Pack
from features.vocabulary.arrays import Ints
from features.vocabulary.concentration import CARRIED_SHARE, are_few, carried_sentence
from features.vocabulary.tables import PURCHASES

CARRIED = "carried_by_few"


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


def carried_note(sentence: str) -> str:
    """What a person has to know of a model that learned from such a company."""
    return (
        f"{sentence}: what is expected of everybody else, and the level of the whole, hang on whether these "
        "few buy again; a segment of their own, or leaving them out by `where`, is how to tell"
    )
