from __future__ import annotations

import pytest

from features.declarations.calendar import TimeOfYear
from features.declarations.events import Events
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, New, TopShare
from features.declarations.values import (
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Total,
    Value,
)
from features.vocabulary.errors import PlanRefused, UsageRefused
from features.vocabulary.time import Window

BOUGHT = Events("purchases").also("quantity_milli", ">", 0)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Count(BOUGHT, Window(7)), "x_count_7d"),
        (Total(BOUGHT, "amount_cents"), "x_sum_lifetime"),
        (Largest(BOUGHT, "amount_cents", Window(90)), "x_max_90d"),
        (Distinct(BOUGHT, "order", Window(30)), "x_count_30d"),
        (SinceLast(BOUGHT), "days_since_x"),
        (SinceFirst(BOUGHT), "days_since_first_x"),
        (Gap(BOUGHT, "sd"), "x_sd_days"),
        (Gap(BOUGHT, "last", 2), "x_last2_days"),
        (Latest(BOUGHT, "amount_cents"), "x_last"),
        (Latest(BOUGHT, "amount_cents", back=2), "x_before_last"),
        (Repeats(Count(BOUGHT, Window(90))), "x_repeats_90d"),
        (SinceInstant(BOUGHT, "seen_seconds"), "days_since_x"),
        (UntilInstant(BOUGHT, "ends_seconds"), "days_until_x"),
        (Elapsed(BOUGHT, "seen_seconds", Window(7)), "x_elapsed_7d"),
        (New(BOUGHT, "category", Window(90)), "x_new_90d"),
        (Entropy(BOUGHT, "category"), "x_entropy_lifetime"),
        (TopShare(BOUGHT, "category", "", Window(7)), "x_top_share_7d"),
        (Bins(Count(BOUGHT), "slope"), "x_slope_12x30d"),
        (Ratio(Count(BOUGHT), Count(BOUGHT), "share").over(Window(7)), "x_share_7d"),
        (Difference(SinceFirst(BOUGHT), SinceLast(BOUGHT), "days"), "x_days"),
        (TimeOfYear("april"), "days_from_x"),
    ],
)
def test_a_feature_is_named_after_its_definition(value: Value, name: str) -> None:
    assert value.named("x") == name


def test_a_ratio_over_a_window_asks_both_its_parts_about_that_window() -> None:
    share = Ratio(Count(BOUGHT), Total(BOUGHT, "amount_cents"), "share").over(Window(30))

    assert share.above == Count(BOUGHT, Window(30))
    assert share.below == Total(BOUGHT, "amount_cents", Window(30))


def test_a_window_of_zero_days_is_refused() -> None:
    with pytest.raises(UsageRefused, match="a window of at least one day"):
        Count(BOUGHT, Window(0))


def test_stretches_and_gaps_that_mean_nothing_are_refused() -> None:
    with pytest.raises(PlanRefused, match="at least two stretches"):
        Bins(Count(BOUGHT), "slope", bins=1)
    with pytest.raises(PlanRefused, match="one of the last 3 gaps"):
        Gap(BOUGHT, "last", back=4)
    with pytest.raises(PlanRefused, match="a divisor other than zero"):
        Total(BOUGHT, "amount_cents", per=0)
