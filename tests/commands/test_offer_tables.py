"""What is told of a simulated change and of a written plan, on figures that can be read off."""

from __future__ import annotations

from dataclasses import replace

from regulars.offer_tables import change_outcome, plan_outcome
from serving.offers.plans.plans import PlanLine, WrittenPlan
from serving.offers.rule_change import GroupChange, OfferChange, RuleChange

CHANGE = RuleChange(
    customers=1_000,
    offers=(OfferChange("tea", 10, 4, 50_00.0, 20_50.0), OfferChange("no offer", 990, 996, 0, 0)),
    groups=(GroupChange("first quarter", 250, 6, 1, 5, 50_00.0, 20_50.0),),
    moves={("tea", "no offer"): 7, ("no offer", "tea"): 1},
)


def test_a_change_is_told_in_customers_and_in_money() -> None:
    outcome = change_outcome(CHANGE, "EUR")
    assert "for 1,000 customers: 8 would get something else" in outcome.said
    assert "-29.50 EUR is expected (50.00 → 20.50); nobody was shown anything" in outcome.said
    assert outcome.data["changed"] == 8
    assert outcome.data["moves"][0] == {"from": "tea", "to": "no offer", "customers": 7}
    offers, groups, moves = outcome.tables
    assert offers.rows[0] == ("tea", "10", "4", "-6", "50.00", "20.50", "-29.50")
    assert groups.rows == [("first quarter", "250", "6", "1", "5", "50.00", "20.50")]
    assert moves.rows == [("tea", "no offer", "7"), ("no offer", "tea", "1")]


PLAN = WrittenPlan(
    customers=1_000,
    shown=40,
    value_cents=99_00.0,
    bound_cents=120_00.0,
    prices={"customers": 12.5},
    used={"customers": 40.0},
    lines=(
        PlanLine("tea", 30, 80_00.0, 15_00.0, ("learned",)),
        PlanLine("call", 10, 19_00.0, 50_00.0, ("assumed", "measured")),
    ),
    contacts_apart="",
)


def test_a_plan_is_told_by_offer_and_contact_and_with_what_one_more_unit_of_a_budget_brings() -> (
    None
):
    outcome = plan_outcome(PLAN, "plan.csv", "EUR")
    assert "40 of 1,000 customers, worth 99.00 EUR of 120.00 at most" in outcome.said
    assert outcome.data["file"] == "plan.csv"
    given, budgets = outcome.tables
    assert given.rows == [
        ("tea", "30", "80.00", "15.00", "learned"),
        ("call", "10", "19.00", "50.00", "assumed, measured"),
    ]
    assert budgets.rows == [("customers", "40", "12.5000")]


def test_customers_of_whom_the_service_knows_more_are_counted() -> None:
    plan = replace(PLAN, newer_customers=1_200)
    for outcome in (
        plan_outcome(plan, "plan.csv", "EUR"),
        change_outcome(replace(CHANGE, newer_customers=1_200), "EUR"),
    ):
        [line] = outcome.lines
        assert line.startswith("Of 1,200 of these customers events were told")
        assert outcome.data["newer_customers"] == 1_200
    assert not change_outcome(CHANGE, "EUR").lines


def test_a_plan_without_contacts_says_why_and_one_without_budgets_shows_none() -> None:
    apart = replace(PLAN, prices={}, used={}, contacts_apart="nobody is scored")
    outcome = plan_outcome(apart, "plan.csv", "EUR")
    assert outcome.said.endswith("; no contacts beside the offers: nobody is scored")
    assert [one.title for one in outcome.tables] == ["What to do, in EUR expected"]
