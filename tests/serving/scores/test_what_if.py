"""What the model would say: plays that are possible, values that were seen, and the numbers in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from features.vectors.fresh import FreshEvents
from features.vocabulary.errors import UsageRefused
from serving.in_use.models_in_use import InUse
from serving.scores.earlier_vector import Past
from serving.scores.what_if import ORDER, SETTLED, WhatIfs, _last_texts, _same
from training.reasons.languages.known import language_of

ENGLISH, GERMAN = language_of("en"), language_of("de")
OPEN, OLDEST = "open_complaints_count_lifetime", "days_since_first_open_complaint"
MEAN, MEAN_EVER = "order_spend_mean_365d", "order_spend_mean_lifetime"


@pytest.fixture
def past(in_use: InUse) -> Past:
    assert in_use.past is not None
    return in_use.past


@pytest.fixture
def asked(in_use: InUse) -> WhatIfs:
    assert in_use.what_ifs is not None
    return in_use.what_ifs


def place_of(in_use: InUse, feature: str) -> int:
    found = in_use.scorer.wording.position(feature)
    assert found is not None
    return found


def judged(in_use: InUse) -> list[str]:
    snapshot = in_use.snapshot
    return [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys]


def row_of(in_use: InUse, **values: float) -> np.ndarray:
    row = np.full(len(in_use.scorer.wording.features), np.nan, np.float32)
    for name, value in values.items():
        row[place_of(in_use, name)] = value
    return row


@pytest.mark.parametrize(
    ("values", "possible", "cents"),
    [
        ({}, (), 0),
        ({MEAN: 0.0, MEAN_EVER: 0.0, OPEN: 0.0}, (), 0),
        ({MEAN: -500.0, MEAN_EVER: -1.0}, (), 0),
        ({MEAN: 2_500.4}, (ORDER,), 2_500),
        ({MEAN: 2_500.6, MEAN_EVER: 900.0}, (ORDER,), 2_501),
        ({MEAN: 0.0, MEAN_EVER: 900.0}, (ORDER,), 900),
        ({MEAN_EVER: 900.0, OPEN: 1.0}, (ORDER, SETTLED), 900),
        ({OPEN: 2.0}, (SETTLED,), 0),
    ],
)
def test_who_buys_may_order_again_and_who_complained_may_be_heard(
    in_use: InUse, asked: WhatIfs, values: dict[str, float], possible: tuple[str, ...], cents: int
) -> None:
    row = row_of(in_use, **values)
    assert asked._possible(row) == possible and asked._usual_cents(row) == cents


def test_an_order_is_the_last_thing_at_the_usual_price_a_second_before_the_cutoff(
    in_use: InUse, asked: WhatIfs, past: Past
) -> None:
    cutoff, probability = in_use.snapshot.cutoff_seconds, in_use.scorer.bundle.probability
    for customer in judged(in_use)[:60:12]:
        row = past.vector(customer, cutoff)
        line: dict[str, str | int | None] = {
            "seconds": cutoff - 1,
            "order": "one more",
            "quantity_milli": 1_000,
            "amount_cents": round(float(row[place_of(in_use, MEAN)])),
            **_last_texts(past.pack, customer),
        }
        then = past.vector(customer, cutoff, {"purchases": FreshEvents.of([line])})
        found = asked.play(customer, ORDER, ENGLISH)
        chances = probability(in_use.scorer.bundle.log_odds(np.vstack([row, then])))
        assert (found.probability, found.would_be) == (float(chances[0]), float(chances[1]))
        assert found.text == (
            f"The model's score would be {round(100 * found.would_be, 1):g} % instead of "
            f"{round(100 * found.probability, 1):g} %. "
            "This says how the model judges such a customer, not what this one would do."
        )
        read = set(in_use.scorer.bundle.model.columns.names)
        moved = [
            one.name
            for place, one in enumerate(in_use.scorer.wording.features)
            if row[place] != then[place] and not (np.isnan(row[place]) and np.isnan(then[place]))
        ]
        assert [one.feature for one in found.changed] == [one for one in moved if one in read]
        assert all(not one.meaning.endswith(".") for one in found.changed)
        assert 1 <= len(found.because) <= 3
        told = {one.feature: (one.now, one.then) for one in found.changed}
        assert all(told[one.feature] == (one.before, one.now) for one in found.because)


def test_the_facts_that_speak_are_those_that_say_most_of_the_difference(
    in_use: InUse, asked: WhatIfs
) -> None:
    bundle = in_use.scorer.bundle
    row = in_use.values[in_use.snapshot.vector_rows[in_use.snapshot.ranking.customer_keys[0]]]
    position = place_of(in_use, "silence_ratio")
    seen = bundle.reference.features[:, position]
    lower, higher = np.array(row), np.array(row)
    lower[position], higher[position] = np.nanmin(seen), np.nanmax(seen)
    rows = np.vstack([higher, lower]).astype(np.float32)
    wording = in_use.scorer.wording.in_language(ENGLISH)
    pushed = bundle.feature_contributions(rows)
    assert pushed[0][position] > pushed[1][position]
    for lowers, pair in ((True, rows), (False, rows[::-1])):
        found = asked._because(np.ascontiguousarray(pair), lowers, wording)
        assert [one.feature for one in found] == ["silence_ratio"]
    assert asked._because(rows, False, wording) == ()


def test_settled_complaints_are_none_and_none_is_the_oldest(in_use: InUse, asked: WhatIfs) -> None:
    row = row_of(in_use, **{OPEN: 2.0, OLDEST: 9.0, MEAN: 5.0})
    then = asked._without_complaints(row)
    assert then[place_of(in_use, OPEN)] == 0.0 and np.isnan(then[place_of(in_use, OLDEST)])
    assert then[place_of(in_use, MEAN)] == 5.0 and row[place_of(in_use, OPEN)] == 2.0


def test_a_value_may_be_the_least_or_the_most_that_was_seen_and_none_beyond(
    in_use: InUse, asked: WhatIfs
) -> None:
    position = place_of(in_use, "silence_ratio")
    seen = in_use.scorer.bundle.reference.features[:, position]
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    customer = judged(in_use)[0]
    for value in (low, high, (low + high) / 2):
        found = asked.with_values(customer, {"silence_ratio": value}, ENGLISH)
        assert {one.feature for one in found.changed} <= {"silence_ratio"}
        assert found.title == "Other values of Buying rhythm" and found.name == "values"
    for value in (math.nextafter(low, -math.inf), math.nextafter(high, math.inf), math.nan):
        with pytest.raises(UsageRefused, match="was seen"):
            asked.with_values(customer, {"silence_ratio": value}, ENGLISH)


@pytest.mark.parametrize("values", [{}, {"silence_ratio": 1.0, OPEN: 0.0}, {"days_since_first_order": 9.0}, {"nothing": 1.0}])  # fmt: skip
def test_one_group_that_can_be_acted_on_may_be_asked_about(
    in_use: InUse, asked: WhatIfs, values: dict[str, float]
) -> None:
    with pytest.raises(UsageRefused):
        asked.with_values(judged(in_use)[0], values, ENGLISH)


def test_a_play_nobody_knows_is_refused_with_those_there_are(in_use: InUse, asked: WhatIfs) -> None:
    with pytest.raises(UsageRefused, match="a play out of order"):
        asked.play(judged(in_use)[0], "bribe", ENGLISH)
    with pytest.raises(UsageRefused, match="None fits this customer"):
        asked.play("nobody at all", ORDER, ENGLISH)
    assert asked.plays("nobody at all", ENGLISH) == ()
    plays = asked.plays(judged(in_use)[0], GERMAN)
    assert [one.name for one in plays][:1] == [ORDER] and all(one.changed for one in plays)


def test_a_fact_is_the_same_where_it_is_equal_or_unknown_both_times() -> None:
    row, then = (np.array(one, np.float32) for one in ([1, 1, np.nan, np.nan], [1, 2, np.nan, 1]))
    assert _same(row, then).tolist() == [True, False, True, False]


def test_the_last_line_says_what_would_be_ordered_again() -> None:
    stream = EventStream(
        np.array([0, 2, 2, 3]),
        np.array([5, 9, 7]),
        {
            "item": np.array([0, 1, 0]),
            "channel": np.array([0, -1, 1]),
            "other": np.array([0, 0, 0]),
        },
        {"item": ["bread", "milk"], "channel": ["shop", "web"], "other": ["x"]},
    )
    pack = Pack(TextColumn.of(["anna", "bert", "cleo"]), {"purchases": stream}, 10, "")
    assert _last_texts(pack, "anna") == {"item": "milk"}
    assert _last_texts(pack, "bert") == {}
    assert _last_texts(pack, "cleo") == {"item": "bread", "channel": "web"}
