"""Lists and their worth, with customers one can count."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.answers import answered, ladder_of
from training.families.churn.evaluation.campaign import (
    Campaign,
    campaign,
    profit_curve,
)
from training.ladder.tested import whole_tests
from training.measures.estimates import Estimate
from training.measures.profit import Costs

# A leaver on the list brings half of 90 less 1, one who would have stayed costs 11.
COSTS = Costs(value=100, incentive=10, contact=1, success=0.5)
UNPRICED = Costs(value=0, incentive=10, contact=1, success=0.5)
LEFT = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
RIGHT = [0.9, 0.8, 0.4, 0.3, 0.2, 0.1]
HALF = [0.9, 0.3, 0.8, 0.2, 0.1, 0.05]


def worth(costs: Costs = COSTS, *, list_size: int = 2) -> Campaign:
    found = ladder_of("model", answered("recency rule", LEFT, HALF), answered("model", LEFT, RIGHT))
    return campaign(found, costs, list_size=list_size)


def test_a_list_is_compared_with_the_rule_and_with_chance() -> None:
    found = worth()
    assert (found.size, found.customers, found.rule) == (2, 6, "recency rule")
    assert found.found.mean == 2.0 and found.by_chance == pytest.approx(2 / 3)
    assert found.profit_cents.mean == 2 * 44
    assert found.of("recency rule").profit_cents == 44 - 11
    assert found.gain_cents.mean == 88 - 33
    assert found.chance_cents == pytest.approx(2 / 3 * 44 - 4 / 3 * 11)
    assert found.profit_cents.low <= 88 <= found.profit_cents.high + 1e-9


def test_of_the_rules_the_list_is_held_against_the_one_that_finds_most() -> None:
    wrong = [0.1, 0.2, 0.9, 0.8, 0.4, 0.3]
    ladder = ladder_of(
        "model",
        answered("recency rule", LEFT, wrong),
        answered("frequency rule", LEFT, HALF),
        answered("model", LEFT, RIGHT),
    )
    found = campaign(ladder, COSTS, list_size=2)
    assert found.rule == "frequency rule" and found.gain_cents.mean == 88 - 33


def test_the_best_list_of_each_rung_is_told() -> None:
    found = worth()
    assert (found.of("model").best_size, found.of("model").best_cents) == (2, 88.0)
    # By the rule the second leaver stands third: 44, 33, 77.
    assert (found.of("recency rule").best_size, found.of("recency rule").best_cents) == (3, 77.0)


def test_the_worth_is_also_told_for_a_customer_worth_less_or_more() -> None:
    found = worth()
    assert found.half_value_cents == 2 * (0.5 * 40 - 1)
    assert found.more_value_cents == 2 * (0.5 * 140 - 1)


def test_without_a_value_lists_are_counted_and_not_priced() -> None:
    found = worth(UNPRICED)
    assert not found.kept_value_is_known and found.found.mean == 2.0
    assert found.profit_cents.mean == found.of("model").best_cents == 0.0


def test_no_list_size_means_a_tenth_and_a_list_holds_no_more_than_there_are() -> None:
    assert worth(list_size=0).size == 1
    assert worth(list_size=50).size == 6


def test_the_figures_are_means_over_the_test_cutoffs() -> None:
    other = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
    found = campaign(
        ladder_of(
            "model",
            answered("recency rule", LEFT, HALF),
            answered("recency rule", other, HALF, test="2010-08-01"),
            answered("model", LEFT, RIGHT),
            answered("model", other, RIGHT, test="2010-08-01"),
        ),
        COSTS,
        list_size=2,
    )
    assert found.found.mean == (2 + 0) / 2
    assert found.profit_cents.mean == pytest.approx((88 - 22) / 2)


def test_the_list_of_each_rung_is_set_beside_that_of_the_model_on_the_same_customers() -> None:
    found = worth()
    less = found.of("recency rule")
    assert less.found_less.mean == 1.0 and less.profit_less_cents.mean == 88 - 33
    # A leaver more on a list of the same size: what one brings and what one who stays costs, each time.
    for end in ("low", "high"):
        assert getattr(less.profit_less_cents, end) == pytest.approx(
            55 * getattr(less.found_less, end)
        )
    assert less.found_by_cutoff == {"2010-06-01": 1.0}
    itself = found.of("model")
    assert itself.found_less == itself.profit_less_cents == Estimate(0.0, 0.0, 0.0)


def test_without_a_value_no_amount_is_written_down() -> None:
    told = worth(UNPRICED).as_dict()
    amounts = [told[name] for name in told if name.endswith("_cents")]
    assert len(amounts) == 5 and {*amounts, told["costs"]["value"]} == {None}
    rule, model = told["rows"]
    for row in (rule, model):
        priced = ("profit_cents", "best_size", "best_cents", "profit_less_cents")
        assert {row[name] for name in priced} == {None}
    assert (rule["rung"], rule["found"], rule["found_less"]["mean"]) == ("recency rule", 1.0, 1.0)
    assert worth().as_dict()["chance_cents"] == worth().chance_cents


def test_customers_drawn_again_are_the_same_for_both() -> None:
    same = campaign(
        ladder_of("model", answered("recency rule", LEFT, RIGHT), answered("model", LEFT, RIGHT)),
        COSTS,
        list_size=2,
    )
    assert same.gain_cents.low == same.gain_cents.high == 0.0


def test_the_profit_curve_begins_with_nothing_and_ends_with_everybody() -> None:
    (whole,) = whole_tests([answered("model", LEFT, RIGHT)])
    sizes, cents = profit_curve(whole, Costs(value=100, incentive=10, contact=1, success=0.5))
    assert (sizes[0], cents[0]) == (0.0, 0.0)
    assert (sizes[-1], cents[-1]) == (6.0, 2 * 44 - 4 * 11)
    assert np.max(cents) == pytest.approx(88.0)


@pytest.mark.parametrize(("customers", "size"), [(1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_a_tenth_is_rounded_up(customers: int, size: int) -> None:
    outcomes = [1.0] + [0.0] * (customers - 1)
    risks = [0.9 - one / 100 for one in range(customers)]
    ladder = ladder_of("model", answered("recency rule", outcomes, risks), answered("model", outcomes, risks))  # fmt: skip
    assert campaign(ladder, COSTS).size == size


def test_a_gain_is_above_nothing_where_its_whole_interval_is() -> None:
    assert Estimate(5.0, 0.1, 9.0).is_above_zero
    assert not Estimate(5.0, 0.0, 9.0).is_above_zero and not Estimate(5.0, -0.1, 9.0).is_above_zero
