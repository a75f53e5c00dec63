"""Of whom something was heard on a day: from its first second to the last before the next."""

from __future__ import annotations

import numpy as np
import pytest

from tests.builders import Contact, Event, at, order, pack_of
from training.safeguards.trust.persistence import _heard_of

FIRST, END = at("2026-03-01").seconds, at("2026-03-02").seconds


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (order(FIRST - 1), False),
        (order(FIRST), True),
        (order(END - 1), True),
        (order(END), False),
        # What happened before and became known on the day was heard of on it, and so was the opposite.
        (order(FIRST - 9, known=FIRST), True),
        (order(FIRST - 9, known=END - 1), True),
        (order(FIRST - 9, known=END), False),
        (order(END - 1, known=END + 9), True),
        (Contact(FIRST), True),
    ],
)
def test_a_day_is_calm_where_nothing_happened_or_became_known_on_it(
    event: Event, heard: bool
) -> None:
    pack = pack_of({"anna": [order(FIRST - 99)], "bert": [order(FIRST - 99), event]})
    keys = np.array([1, 0], np.int32)
    assert _heard_of(pack, keys, FIRST, END).tolist() == [heard, False]
