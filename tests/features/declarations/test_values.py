from __future__ import annotations

import pytest

from features.behaviour.groups import SPEND
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, New, TopShare
from features.declarations.values import (
    Bins,
    Condition,
    Count,
    Difference,
    Distinct,
    Events,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Total,
    Value,
    declare,
    slugs,
    windowed,
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
    ],
)
def test_a_feature_is_named_after_its_definition(value: Value, name: str) -> None:
    assert value.named("x") == name


def test_a_ratio_over_a_window_asks_both_its_parts_about_that_window() -> None:
    share = Ratio(Count(BOUGHT), Total(BOUGHT, "amount_cents"), "share").over(Window(30))

    assert share.above == Count(BOUGHT, Window(30))
    assert share.below == Total(BOUGHT, "amount_cents", Window(30))


def test_a_windowed_declaration_words_its_window() -> None:
    week, past = windowed(
        "spend",
        Total(BOUGHT, "amount_cents"),
        meaning="Spent {window}.",
        unit="cents",
        group=SPEND,
        said="{value} {window}",
        missing="Zero.",
        windows=(Window(7), Window(None)),
    )

    assert (week.feature.name, week.feature.said) == ("spend_sum_7d", "{value} in the last 7 days")
    assert (past.feature.name, past.feature.meaning) == ("spend_sum_lifetime", "Spent so far.")


def test_a_clause_without_a_place_for_the_value_is_refused() -> None:
    with pytest.raises(PlanRefused, match="Correct `said` of days_since_order"):
        declare(
            "order",
            SinceLast(BOUGHT),
            meaning="Days.",
            unit="days",
            group=SPEND,
            said="long ago",
            missing="Never.",
        )


def test_a_condition_that_cannot_be_compared_is_refused() -> None:
    with pytest.raises(PlanRefused, match="a comparison out of"):
        Condition("amount_cents", "~", 3)  # type: ignore[arg-type]
    with pytest.raises(PlanRefused, match="compared by = or != alone"):
        Condition("channel", ">", "web")


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


def test_texts_that_look_alike_become_different_parts_of_names() -> None:
    assert list(slugs(["Web", "WEB", "web_2"]).values()) == ["web", "web_2", "web_2_2"]
