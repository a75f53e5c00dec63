"""One arbitration of offers and contacts: each customer the best of nothing, the contacts and the offers, in one money."""

from __future__ import annotations

import csv
import shutil
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from serving.nightly.run import score_everybody
from serving.offers.audience import Audience
from serving.offers.offering import Offering
from serving.offers.plans.plans import WrittenPlan, required_offering, write_plan
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.calling import NOW, Workplace
from tests.serving.company import Company
from tests.serving.conftest import found_in

NO_LIMITS: dict[str, Any] = {"most": None, "budget_cents": None, "channels": {}, "least": {}}

ASSUMING = "of a hundred who take an offer 40 are assumed to act because of it"


@pytest.fixture
def workspace(arbitrating_company: Company, tmp_path: Path) -> Workplace:
    return Workplace(arbitrating_company.workspace, tmp_path / "ledger.db")


@pytest.fixture(scope="module")
def snapshot(arbitrating_company: Company) -> Snapshot:
    return open_snapshot(arbitrating_company.workspace)


@pytest.fixture(scope="module")
def found(arbitrating_company: Company) -> Offering:
    return required_offering(arbitrating_company.settings, arbitrating_company.workspace)


def planned(
    settings: Settings, workspace: Workspace, folder: Path, **limits: Any
) -> tuple[WrittenPlan, list[dict[str, str]]]:
    file = folder / "plan.csv"
    told = write_plan(settings, workspace, file, at=NOW, **{**NO_LIMITS, **limits})
    return told, list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def by_hand(
    found: Offering, snapshot: Snapshot, audience: Audience
) -> tuple[np.ndarray, np.ndarray]:
    """What everything brings everybody and costs, customer by customer, contacts by the arithmetic of a single answer."""
    offers, actions = len(found.offers), snapshot.actions
    gains = np.full((len(audience.keys), offers + len(actions)), -np.inf)
    costs = np.zeros(gains.shape)
    expected = found.expect(audience.keys)
    assert expected.effect is not None
    allowed = found.permissions(audience.keys, expected, (), NOW).is_permitted
    for at, offer in enumerate(found.offers.listed):
        cost = found.policy.contact_cents + expected.propensity[:, at] * offer.reward_cost_cents
        gain = expected.effect[:, at] * offer.margin_cents - cost
        gains[:, at], costs[:, at] = np.where(allowed[:, at], gain, -np.inf), cost
    for row, key in enumerate(audience.keys.tolist()):
        place = int(snapshot.places[key])
        if place < 0 or snapshot.has_refused_contact[key]:
            continue
        status, risk = snapshot.standing(key), float(snapshot.ranking.probability[place])
        assert status is not None
        money = max(int(snapshot.value_if_kept_cents[key]), 0)
        for at, action in enumerate(actions, start=offers):
            gains[row, at] = action.retention_chance(status[1], risk) * money - action.cost_cents
            costs[row, at] = action.cost_cents
    return gains, costs


def test_each_customer_is_given_the_best_of_nothing_the_contacts_and_the_offers(
    arbitrating_company: Company, found: Offering, snapshot: Snapshot, workspace: Workplace, tmp_path: Path
) -> None:  # fmt: skip
    audience = Audience.of(found, workspace, at=NOW)
    gains, costs = by_hand(found, snapshot, audience)
    told, lines = planned(arbitrating_company.settings, workspace, tmp_path)
    names = [one.offer_id for one in found.offers.listed] + [one.name for one in snapshot.actions]
    wanted = {}
    for row, key in enumerate(audience.keys.tolist()):
        best = int(gains[row].argmax())
        if gains[row, best] > 0:
            wanted[found.customer_ids[key]] = names[best], gains[row, best], costs[row, best]
    assert {one["customer_id"]: one["offer_id"] for one in lines} == {
        customer: name for customer, (name, _, _) in wanted.items()
    }
    for one in lines:
        _, gain, cost = wanted[one["customer_id"]]
        assert float(one["net_gain_cents"]) == pytest.approx(gain, abs=0.006)
        assert float(one["cost_cents"]) == pytest.approx(cost, abs=0.006)
    given = {one["offer_id"] for one in lines}
    assert given & {"call", "letter", "mail"} and any(one.startswith("OFFER") for one in given)
    assert told.contacts_apart == "" and told.shown == len(lines)


def test_no_plan_within_budgets_brings_more(
    arbitrating_company: Company, found: Offering, tmp_path: Path
) -> None:
    """The same programme written down anew for HiGHS: money, customers, a channel and so many calls and letters."""
    shutil.copytree(arbitrating_company.settings_path.parent, tmp_path / "limited")
    company = found_in(tmp_path / "limited")
    actions = company.settings.actions
    limited = replace(
        actions,
        call=replace(actions.call, capacity_customers=11),
        letter=replace(actions.letter, capacity_customers=25),
    )
    settings = replace(company.settings, actions=limited)
    score_everybody(settings, company.workspace)
    audience = Audience.of(found, company.workspace, at=NOW)
    snapshot = open_snapshot(company.workspace)
    gains, costs = by_hand(found, snapshot, audience)
    channels = [*found.channels, "phone", "post", "email"]
    rows, columns = np.nonzero(gains > 0)
    is_mail = np.array([channels[one] == "email" for one in columns], float)
    uses = np.array(
        [np.ones(len(rows)), costs[rows, columns], is_mail, columns == gains.shape[1] - 3, columns == gains.shape[1] - 2]
    )  # fmt: skip
    limits = np.array([600.0, 30_000.0, 300.0, 11.0, 25.0])
    once = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))))
    solve: Any = optimize.linprog
    best = solve(
        -gains[rows, columns],
        A_ub=sparse.vstack([sparse.csr_matrix(uses), once]),
        b_ub=np.r_[limits, np.ones(once.shape[0])],
        bounds=(0, 1),
        method="highs",
    )
    told, lines = planned(
        settings, company.workspace, tmp_path,
        most=600, budget_cents=30_000, channels={"email": 300},
    )  # fmt: skip
    assert told.bound_cents == pytest.approx(-best.fun, rel=1e-6)
    assert told.value_cents >= 0.999 * -best.fun
    counted = {name: sum(one["offer_id"] == name for one in lines) for name in ("call", "letter")}
    assert counted["call"] <= 11 and counted["letter"] <= 25
    assert told.used["capacity of call"] == counted["call"]
    assert sum(float(one["cost_cents"]) for one in lines) <= 30_000 + 0.01 * len(lines)
    assert sum(one["channel"] == "email" for one in lines) <= 300


def test_offers_alone_are_planned_where_no_contacts_are_wanted(
    arbitrating_company: Company, workspace: Workplace, tmp_path: Path
) -> None:
    told, lines = planned(
        arbitrating_company.settings, workspace, tmp_path, most=50, with_contacts=False
    )
    assert {one["source"] for one in lines} == {"learned"} and len(lines) == told.shown == 50
    assert all(one["offer_id"].startswith("OFFER") for one in lines) and told.contacts_apart == ""
    with pytest.raises(UsageRefused, match="call"):
        planned(
            arbitrating_company.settings,
            workspace,
            tmp_path,
            least={"call": 3},
            with_contacts=False,
        )


def test_an_assumed_effect_is_a_share_of_who_takes_the_offer(found: Offering) -> None:
    """Of a model that knows no effect: forty of a hundred takers, whose rewards all cost; where nothing is assumed the margin less the reward."""
    unknown = copy(found)
    unknown.bundle = replace(found.bundle, manifest=replace(
        found.manifest, task=replace(found.manifest.task, is_causal=False, not_causal_because="few")
    ))  # fmt: skip
    expected = replace(found.expect(np.arange(5, dtype=np.int32)), effect=None)
    margins = np.array([one.margin_cents for one in found.offers.listed])
    rewards = np.array([one.reward_cost_cents for one in found.offers.listed])
    taken, contact = expected.propensity, found.policy.contact_cents
    for share, gain in {
        1.0: taken * (margins - rewards),
        0.4: 0.4 * taken * margins - taken * rewards,
    }.items():
        assuming = unknown.with_policy(replace(found.policy, assumed_effect=share))
        assert assuming.assumes_effects == (share < 1)
        assert assuming.not_causal_because == ("few" if share == 1 else f"few; {ASSUMING}")
        assert assuming.terms(expected).money == pytest.approx(gain - contact)
    assert not found.with_policy(replace(found.policy, assumed_effect=0.4)).assumes_effects
