"""Who decides in a company that answers: within the budget, nobody too soon again, and the truth of what it brings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.bench.year.arms import (
    COST_CENTS,
    REST_DAYS,
    Arm,
    by_rule,
    by_scores,
    by_truth,
    truly_stay,
)
from experiments.bench.year.known import KnownToday, ScoredToday
from experiments.world import WorldSpec
from experiments.world.answering.actions_taken import KINDS
from experiments.world.answering.company import AnsweringCompany, FutureCompany
from experiments.world.answering.prospects import Prospects
from features.company.settings.actions import ActionSettings
from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import plain_contacts

SPEC = WorldSpec(customers=400, seed=2, lines_per_customer=40, days=500, items=120)
TODAY = 375
CALL, MAIL = KINDS.index("call"), KINDS.index("mail")


@pytest.fixture(scope="module")
def future() -> FutureCompany:
    return FutureCompany(SPEC)


@pytest.fixture(scope="module")
def prospects(future: FutureCompany) -> Prospects:
    return Prospects(future, SPEC.days, [TODAY])


@pytest.fixture
def arm(future: FutureCompany, tmp_path: Path) -> Arm:
    return Arm("one", AnsweringCompany(future, tmp_path / "company", TODAY))


def known(arm: Arm) -> KnownToday:
    numbers = arm.company.standing().number
    lot = (numbers % 7).astype(np.float64)
    return KnownToday(numbers, {"riskiest": -numbers.astype(np.float64), "random": lot})


def test_a_rule_takes_the_first_tenth_and_at_random_as_many_as_the_budget_pays_for(
    arm: Arm,
) -> None:
    of = known(arm)
    first, kinds = by_rule(arm, "riskiest", "call", of, budget_cents=1e9)
    assert first.tolist() == of.numbers[: round(len(of.numbers) / 10)].tolist()
    assert (kinds == CALL).all()
    assert len(by_rule(arm, "riskiest", "call", of, budget_cents=2_600)[0]) == 5
    many, _ = by_rule(arm, "random", "mail", of, budget_cents=1_005)
    assert len(many) == 100
    assert (many % 7 == 6).sum() == (of.numbers % 7 == 6).sum()


def test_nobody_is_contacted_by_a_rule_before_their_rest_is_over(arm: Arm) -> None:
    of = known(arm)
    first, _ = by_rule(arm, "riskiest", "call", of, 1e9)
    arm.company.contact(first, "call")
    arm.company.pass_days(REST_DAYS - 1)
    second, _ = by_rule(arm, "riskiest", "call", of, 1e9)
    assert not set(first) & set(second)
    arm.company.pass_days(1)
    assert by_rule(arm, "riskiest", "call", of, 1e9)[0].tolist() == first.tolist()


def test_a_month_brings_the_expected_margin_beyond_doing_nothing_less_the_cost(
    arm: Arm, prospects: Prospects
) -> None:
    some = arm.company.standing().number[:60]
    alone = prospects.margin_cents(arm.company, None, some)
    called = prospects.margin_cents(arm.company, "call", some[:40])
    mailed = prospects.margin_cents(arm.company, "mail", some[40:])
    kinds = np.where(np.arange(60) < 40, CALL, MAIL)
    arm.act(prospects, some, kinds)
    expected = called.sum() + mailed.sum() - alone.sum() - 40 * 500 - 20 * 10
    assert arm.net_cents == pytest.approx([expected])
    assert arm.contacts == [60]
    assert len(arm.company.taken) == 60
    arm.net_cents.append(7.0)
    assert arm.year_cents == pytest.approx(expected + 7)


def test_scores_over_a_year_find_more_that_pays_and_true_chances_replace_those_of_the_model(
    arm: Arm, prospects: Prospects
) -> None:
    of = known(arm)
    count = len(of.numbers)
    scored = ScoredToday(
        plain_contacts(ActionSettings()),
        np.full(count, LifecycleStatus.ACTIVE, np.int8),
        np.full(count, 0.2),
        np.linspace(0.0, 9_000.0, count),
        value_days=73,
    )
    year = scored.over_a_year()
    assert year.if_kept_cents == pytest.approx(5 * scored.if_kept_cents)
    few, _ = by_scores(arm, of, scored, 1e9)
    many, kinds = by_scores(arm, of, year, 1e9)
    # An e-mail keeps 1 % of 0.2 x 0.8, for 10 cents: from 62.50 on.
    assert sorted(few) == sorted(of.numbers[scored.if_kept_cents > 6_250])
    assert len(many) > 2 * len(few)
    assert sum(COST_CENTS[KINDS[kind]] for kind in by_scores(arm, of, year, 700)[1]) <= 700
    shares = np.column_stack([np.full(count, 0.1), np.full(count, 0.02), np.zeros(count)])
    assert (by_scores(arm, of, year.keeping(shares), 1e9)[1] == CALL).sum() > (kinds == CALL).sum()
    stay = truly_stay(arm, prospects, of)
    assert (stay[:, CALL] >= stay[:, KINDS.index("letter")]).all()
    assert (stay[~arm.company.standing().is_here] == 0).all()


def test_who_knows_brings_more_than_any_rule_and_keeps_to_the_budget(
    arm: Arm, prospects: Prospects
) -> None:
    of, budget = known(arm), 20_000.0
    chosen, kinds = by_truth(arm, prospects, of, budget)
    assert sum(COST_CENTS[KINDS[kind]] for kind in kinds) <= budget
    assert arm.company.standing().is_here[np.isin(of.numbers, chosen)].all()
    rules = [by_rule(arm, rule, kind, of, budget) for rule in of.orders for kind in KINDS]
    nets = []
    for place, (customers, ways) in enumerate([(chosen, kinds), *rules]):
        another = Arm(str(place), arm.company.another(arm.company.folder.parent / str(place)))
        another.act(prospects, customers, ways)
        nets.append(another.year_cents)
    assert nets[0] > max(nets[1:])
    assert nets[0] > 0
