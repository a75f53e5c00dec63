"""Few customers who carry the money are told in one sentence, and the gate says it beside the bias."""

from __future__ import annotations

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from training.families.value.concentration import carried, carried_by_few, carried_note


@pytest.mark.parametrize(
    ("cents", "sentence"),
    [
        ([400] * 10 + [60] * 100, "10 of 110 customers bring 40% of the money"),
        ([400] * 9 + [60] * 101, ""),
        ([400] * 10 + [60] * 89, ""),
        # Three of the six bring 300 of 894, four bring 400.
        ([100] * 6 + [1] * 294, "4 of 300 customers bring 45% of the money"),
        ([900] + [-1] * 100, "1 of 101 customers bring 112% of the money"),
        ([0] * 200, ""),
        ([-5] * 200, ""),
    ],
)
def test_the_fewest_who_bring_two_fifths_are_told(cents: list[int], sentence: str) -> None:
    assert carried(np.array(cents)) == sentence


def test_only_customers_with_orders_are_counted_with_all_their_lines() -> None:
    # Ten with two lines of 200 each, a hundred with one line of 60, ten without any.
    lines = [2] * 10 + [1] * 100 + [0] * 10
    stream = EventStream(
        offsets=np.concatenate([[0], np.cumsum(lines)]),
        seconds=np.zeros(120, np.int64),
        columns={"amount_cents": np.array([200] * 20 + [60] * 100)},
    )
    people = TextColumn.of([f"c{number:03d}" for number in range(120)])
    found = carried_by_few(Pack(people, {"purchases": stream}, 0, ""))
    assert found == {"carried_by_few": "10 of 110 customers bring 40% of the money"}
    assert carried_note(found["carried_by_few"]).startswith("10 of 110 customers bring 40%")
