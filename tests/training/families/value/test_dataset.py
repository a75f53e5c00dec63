"""What customers brought after a cutoff, at both ends of the horizon, and from how many customers on one may learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.questions import ValueSettings
from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Horizon
from tests.builders import at, order, pack_of, returned
from training.families.value.dataset import (
    ValueDataset,
    first_purchase,
    money_after,
    value_features,
    value_splits,
)
from training.questions.labels import spend_between

CUTOFF = at("2026-03-01")


@pytest.mark.parametrize(
    ("when", "gap", "counts"),
    [
        ("2026-02-28T23:59:59", 0, False),
        ("2026-03-01", 0, True),
        ("2026-03-01T00:00:01", 0, True),
        ("2026-03-30T23:59:59", 0, True),
        ("2026-03-31", 0, False),
        ("2026-03-31T00:00:01", 0, False),
        ("2026-03-07T23:59:59", 7, False),
        ("2026-03-08", 7, True),
        ("2026-04-06T23:59:59", 7, True),
        ("2026-04-07", 7, False),
    ],
)
def test_the_horizon_holds_its_first_second_and_not_the_first_after_it(
    when: str, gap: int, counts: bool
) -> None:
    """Anna spends 5 at one instant; bert spends 70 within every horizon, and nobody gets the other's."""
    pack = pack_of({"anna": [order(when, spend=5.00)], "bert": [order("2026-03-15", spend=70.00)]})
    purchases, keys = pack.streams["purchases"], np.array([1, 0], np.int32)
    cents = purchases.columns["amount_cents"].astype(float)
    cutoffs, horizon = np.full(2, CUTOFF.seconds), Horizon(30, gap)
    assert money_after(purchases, cents, keys, cutoffs, horizon).tolist() == [
        7_000.0,
        500.0 * counts,
    ]
    start = cutoffs + gap * DAY_SECONDS
    end = start + 30 * DAY_SECONDS
    assert spend_between(purchases, keys, start, end).tolist() == [7_000, 500 * counts]


def test_money_is_that_of_each_cutoff_and_returns_count_at_their_own_time() -> None:
    lines = [order("2026-03-02", spend=9.00), returned("2026-04-05", spend=4.00)]
    pack = pack_of({"anna": lines, "bert": []})
    purchases = pack.streams["purchases"]
    cutoffs = np.array(
        [at("2026-03-01").seconds, at("2026-04-01").seconds, at("2026-04-01").seconds]
    )
    margins = purchases.columns["amount_cents"] / 2
    found = money_after(purchases, margins, np.array([0, 0, 1], np.int32), cutoffs, Horizon(30))
    assert found.tolist() == [450.0, -200.0, 0.0]


def brought(customers: int, buyers: int) -> ValueDataset:
    keys = np.arange(customers, dtype=np.int32)
    values = np.zeros((customers, 1), np.float32)
    vectors = Vectors("plan", ("a",), keys, np.zeros(customers, np.int64), values)
    return ValueDataset(vectors, np.where(keys < buyers, 0.5, 0.0))


@pytest.mark.parametrize(
    ("customers", "buyers", "is_enough"),
    [(100, 30, True), (101, 31, True), (99, 30, False), (100, 29, False), (100, 100, True)],
)
def test_a_hundred_customers_and_thirty_buyers_are_enough(
    customers: int, buyers: int, is_enough: bool
) -> None:
    if is_enough:
        brought(customers, buyers).require_fit()
    else:
        with pytest.raises(ModelRefused, match="100 customers, 30 of whom bought"):
            brought(customers, buyers).require_fit()


def test_an_amount_that_is_not_known_teaches_nothing() -> None:
    found = brought(200, 60)
    found.amounts[7] = np.nan
    with pytest.raises(ModelRefused, match="one known amount"):
        found.require_fit()


def test_what_was_fitted_at_a_later_cutoff_is_not_read() -> None:
    names = ("orders_count_7d", "still_buying", "buying_expected_90d", "buying_no_purchase_90d")
    assert value_features(names) == ("orders_count_7d",)


@pytest.mark.parametrize(
    ("history", "origins", "days", "cutoffs"),
    [
        # Four cutoffs of a year each, and a year before the first: to the day.
        (5 * 365, 6, 365, 4),
        (5 * 365 - 1, 6, 270, 5),
        (4 * 365, 3, 365, 3),
        (4 * 365 - 1, 3, 270, 3),
        (5 * 180, 6, 180, 4),
        (5 * 180 - 1, 6, 120, 6),
        # Where no horizon leaves two tests, the longest with one.
        (150, 6, 30, 4),
        (149, 6, 30, 3),
        (120, 6, 30, 3),
    ],
)
def test_the_horizon_is_the_longest_the_history_allows(
    history: int, origins: int, days: int, cutoffs: int
) -> None:
    end = at("2026-03-01")
    first = end.seconds - history * DAY_SECONDS
    splits, said = value_splits(first, end, ValueSettings(horizon_days=365, origins=origins))
    assert (splits.horizon.days, len(splits.cutoffs)) == (days, cutoffs)
    assert said == (
        ""
        if days == 365
        else f"the history is too short for 365 days: value is over {days} days instead"
    )


def test_no_longer_horizon_than_asked_for_is_taken_and_too_short_a_history_is_refused() -> None:
    end = at("2026-03-01")
    first = end.seconds - 5 * 365 * DAY_SECONDS
    splits, said = value_splits(first, end, ValueSettings(horizon_days=90))
    assert (splits.horizon.days, said) == (90, "")
    with pytest.raises(ModelRefused, match=r"120 days of purchases.*in 30 days; found 119 days"):
        value_splits(end.seconds - 119 * DAY_SECONDS, end, ValueSettings())
    with pytest.raises(ModelRefused, match="found 0 days"):
        value_splits(end.seconds + DAY_SECONDS, end, ValueSettings())


def test_the_first_purchase_is_the_earliest_of_anybody_and_none_is_refused() -> None:
    pack = pack_of({"anna": [order("2026-03-02")], "bert": [order("2026-03-01")]})
    assert first_purchase(pack) == at("2026-03-01").seconds
    for without in (replace(pack, streams={}), pack_of({"anna": []})):
        with pytest.raises(ModelRefused, match="purchases to learn from"):
            first_purchase(without)
