"""What a customer is expected to cost: by head, from their own past as far as it was seen."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from training.families.value.cost_to_serve.model import DOUBTS_DAYS, TENURE, CostModel, CostTerm
from training.questions.question import Column

CALLS = CostTerm("calls", 365, 100.0)
TERMS = (CALLS, CostTerm("share", 90, 50.0, of="orders"))


def columns(**named: list[float] | Floats) -> Column:
    return lambda name: np.asarray(named[name], np.float32) if name in named else None


def people(seen: list[float], calls: list[float]) -> Column:
    nobody = [0.0] * len(seen)
    return columns(**{TENURE: seen, "calls": calls, "share": nobody, "orders": nobody})


def test_the_own_cost_a_day_counts_by_how_long_it_was_seen() -> None:
    model = CostModel(60, (CALLS,), usual_cents_a_day=1.0, doubt_days=30.0)
    # Seen for 30 days at 2 cents a day, as long as the doubt: half of it, for 60 days.
    halfway = model.expected(people([30.0], [0.6]))
    assert halfway == pytest.approx([60 * 1.5])
    # After a year nearly the own cost; never seen, that of all. Half of nothing is known of who was seen today.
    year, nobody = model.expected(people([800.0, np.nan], [7.3, 0.0]))
    assert year == pytest.approx(60 * (365 * 2 + 30 * 1) / 395) and nobody == pytest.approx(60.0)


def test_a_share_is_of_its_count_and_a_window_no_longer_than_the_customer_is_known() -> None:
    model = CostModel(30, TERMS, 0.0, 30.0)
    named: dict[str, list[float] | Floats] = {
        TENURE: [400.0, 45.0],
        "calls": [3.65, 4.5],
        "share": [0.5, np.nan],
        "orders": [9.0, 4.0],
    }
    told = columns(**named)
    assert model.by_term(told).tolist() == [
        pytest.approx([1.0, 50 * 4.5 / 90], rel=1e-6),
        pytest.approx([10.0, 0.0], rel=1e-6),
    ]


def simulated(persists: bool, seed: int = 5) -> tuple[Column, Floats]:
    """Three thousand customers seen for a year whose calls go on as they were, or are dealt anew."""
    random = np.random.default_rng(seed)
    rate = random.gamma(0.5, 8.0, 3_000)
    later = rate if persists else random.permutation(rate)
    seen = np.full(3_000, 365.0)
    costs: Floats = 100.0 * random.poisson(later).astype(np.float64)
    return people(seen.tolist(), random.poisson(rate).tolist()), costs


def test_lasting_differences_are_believed_and_passing_ones_are_not() -> None:
    lasting, passing = (CostModel.fit(365, (CALLS,), *simulated(one)) for one in (True, False))
    assert lasting.doubt_days < 120 < passing.doubt_days == DOUBTS_DAYS[-1]


@pytest.mark.parametrize("doubt_days", [15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0])
def test_every_doubt_that_is_tried_is_found_where_customers_cost_what_it_says(
    doubt_days: float,
) -> None:
    random = np.random.default_rng(11)
    seen, calls = random.uniform(5.0, 365.0, 400), random.poisson(3.0, 400)
    column = people(seen.tolist(), calls.tolist())
    usual = CostModel.fit(90, (CALLS,), column, np.ones(400)).usual_cents_a_day
    costs = CostModel(90, (CALLS,), usual, doubt_days).expected(column)
    found = CostModel.fit(90, (CALLS,), column, costs)
    assert found.doubt_days == doubt_days
    assert found.expected(column) == pytest.approx(costs)


def test_the_level_is_what_the_latest_customers_cost() -> None:
    column, costs = simulated(True)
    model = CostModel.fit(365, (CALLS,), column, costs).calibrated(column, 1.7 * costs)
    assert model.expected(column).sum() == pytest.approx(1.7 * costs.sum())
    assert (model.expected(column) >= 0).all()


def test_a_customer_alone_costs_what_they_do_among_others_and_so_after_reading_back() -> None:
    column, costs = simulated(True)
    model = CostModel.fit(365, TERMS, column, costs)
    whole = model.expected(column)
    again = CostModel.from_bytes(model.to_bytes())
    assert again == model

    def tenth(name: str) -> Floats | None:
        found = column(name)
        return None if found is None else np.asarray(found[9:10], np.float64)

    assert again.expected(tenth)[0] == whole[9]


def test_the_order_of_customers_changes_no_digit_of_what_is_tried() -> None:
    column, costs = simulated(True)
    order = np.random.default_rng(1).permutation(len(costs))

    def mixed(name: str) -> Floats | None:
        found = column(name)
        return None if found is None else np.asarray(found[order], np.float64)

    one, other = CostModel.fit(365, (CALLS,), column, costs), CostModel.fit(365, (CALLS,), mixed, costs[order])  # fmt: skip
    assert one.doubt_days == other.doubt_days
    assert one.usual_cents_a_day == pytest.approx(other.usual_cents_a_day)


def test_where_nothing_has_cost_nothing_is_expected() -> None:
    column = people([100.0, 400.0], [0.0, 0.0])
    model = CostModel.fit(30, (), column, np.zeros(2)).calibrated(column, np.zeros(2))
    assert model.expected(column).tolist() == [0.0, 0.0]
