"""Few customers who carry the money are told in one sentence, and the gate says it beside the bias."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from features.vocabulary.time import Cutoff
from training.families.value import tested_value
from training.families.value.concentration import (
    WithoutLargest,
    carried,
    carried_by_few,
    carried_note,
    without_largest,
)


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


DAY = 86_400


def company(small: int = 20) -> Pack:
    """Twelve who spent 900 or more by the tenth day, and others who spent 10; one of them 9,000 later on."""
    spent = [900 + number for number in range(12)] + [10] * small
    offsets = np.concatenate([np.arange(12 + small), [12 + small + 1]])
    seconds = np.append(np.full(12 + small, DAY), 20 * DAY)
    stream = EventStream(
        offsets=offsets, seconds=seconds, columns={"amount_cents": np.array([*spent, 9_000])}
    )
    people = TextColumn.of([f"c{number:02d}" for number in range(12 + small)])
    return Pack(people, {"purchases": stream}, 0, "")


def on_the_tenth_day(brought: list[float], expected: list[float]) -> tested_value.TestedValue:
    """What was tested on the tenth day of everybody, in the order of their keys."""
    none = np.zeros(len(brought))
    return tested_value.TestedValue(
        "past rate", Cutoff(10 * DAY), np.arange(len(brought), dtype=np.int32), np.array(brought),
        np.array(expected), none, none, none > 0, {}, none,
    )  # fmt: skip


def test_the_bias_is_told_without_those_who_had_spent_most_by_then() -> None:
    # Ten are taken out: of twelve large ones all but the two who had spent 900 and 901.
    brought = [100.0] * 12 + [10.0] * 20
    expected = [120.0] * 2 + [30.0] * 10 + [10.0] * 20
    found = without_largest(company(), [on_the_tenth_day(brought, expected)])
    assert found.customers == 10
    assert found.bias == pytest.approx((240 + 200) / 400 - 1)
    assert found.bias_of_largest == pytest.approx(300 / 1000 - 1)
    assert "without the 10 who had spent most before, the bias is +10.0%" in found.said
    assert "of them alone -70.0%" in carried_note("6 of 32 customers bring 90%", found)


def test_who_came_to_spend_much_after_the_test_is_not_taken_out() -> None:
    # The last one brings 9,000 in the horizon: taking them out for it would hide what was missed.
    brought = [0.0] * 31 + [9_000.0]
    found = without_largest(company(), [on_the_tenth_day(brought, [0.0] * 32)])
    assert found.bias == -1.0 and np.isnan(found.bias_of_largest)


@pytest.mark.parametrize(("small", "customers"), [(20, 10), (1_087, 10), (1_088, 11), (3, 10)])
def test_a_hundredth_is_taken_out_and_ten_at_least(small: int, customers: int) -> None:
    both = [1.0] * (12 + small)
    assert without_largest(company(small), [on_the_tenth_day(both, both)]).customers == customers


def test_the_figures_of_a_run_are_read_back() -> None:
    found = WithoutLargest(0.025, -0.9, 13)
    assert WithoutLargest.of(found.figures) == found
    assert WithoutLargest.of({"bias": 0.1}) is None
    assert WithoutLargest.of({**found.figures, "bias_of_largest": None}) is None


@pytest.mark.parametrize(("known_on_day", "largest"), [(9, 1.0), (10, 0.0)])
def test_money_that_was_learned_of_on_the_day_of_the_test_tells_nothing_of_before(
    known_on_day: int, largest: float
) -> None:
    pack = company()
    stream = pack.streams["purchases"]
    seconds = np.append(stream.seconds[:-1], 5 * DAY)
    known = np.append(seconds[:-1], known_on_day * DAY)
    late = replace(stream, seconds=seconds, known=known)
    found = without_largest(
        replace(pack, streams={"purchases": late}),
        [on_the_tenth_day([0.0] * 31 + [1.0], [1.0] * 32)],
    )
    # Who had spent 9,000 by then is one of the ten, and brings 1 where all others bring nothing.
    assert (
        found.bias_of_largest == pytest.approx(10.0 / 1.0 - 1)
        if largest
        else np.isnan(found.bias_of_largest)
    )
