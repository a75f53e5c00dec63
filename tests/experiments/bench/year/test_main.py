"""What is claimed of years, from years that are written down here."""

from __future__ import annotations

from typing import cast

from experiments.bench.year.__main__ import claims, lines_of_year
from experiments.bench.year.arms import Arm
from experiments.bench.year.twelve_months import MeasuredMonth, YearLived, YearTerms
from experiments.world.answering.company import AnsweringCompany


def arm(name: str, *net_cents: float) -> Arm:
    nowhere = cast(AnsweringCompany, None)
    return Arm(name, nowhere, [*net_cents], [5] * len(net_cents))


def month(low: float, truly: float) -> MeasuredMonth:
    return MeasuredMonth("Month 1", (1.0, 0.0, 2.0), 1.5, (low + 50, low, low + 100), truly)


def year(product: float, *measured: MeasuredMonth) -> YearLived:
    arms = {
        "product": arm("product", product, product),
        "knows": arm("knows", 1_000, 1_000),
        "riskiest, call": arm("riskiest, call", -300, -300),
        "most valuable, call": arm("most valuable, call", 200, 100),
    }
    return YearLived(1, arms, [*measured], 10_000)


def test_money_is_compared_over_all_years_and_months_by_the_worst() -> None:
    lived = [year(400, month(0, 50), month(0, 150)), year(-100, month(0, 0), month(0, 100))]
    found = {one.name: one.measured for one in claims(lived)}
    assert [*found.values()] == [300 / 300, 300 / 2_000, 0.5, 1.0, 0.5]


def test_where_every_rule_loses_doing_nothing_is_the_best_rule() -> None:
    lived = year(50, month(0, 1))
    del lived.arms["most valuable, call"]
    assert claims([lived])[0].measured == 100.0


def test_an_interval_holds_the_truth_at_its_ends() -> None:
    assert [month(0, truly).holds for truly in (-1, 0, 100, 101)] == [False, True, True, False]


def test_a_year_is_printed_by_month_the_best_arm_first() -> None:
    lines = lines_of_year(year(400, month(0, 50)))
    assert lines[0] == "Company 1, 100 a month, beyond doing nothing:"
    assert lines[1] == "  knows: 20 by 10 contacts (10 10)"
    assert lines[-1] == "  Month 1 said 0 (0 to 1) net, truly 0; bought 1.0 (0.0 to 2.0), truly 1.5"


def test_the_calendar_reaches_until_the_last_campaign_can_be_measured() -> None:
    assert YearTerms(100).spec(1).days == 1_095 + 12 * 30 + 90
