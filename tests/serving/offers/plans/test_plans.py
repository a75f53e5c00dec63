"""A list within budgets: everybody's best where nothing is short, and no budget used beyond what its lines use."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import ledger_of
from serving.offers.audience import decidable
from serving.offers.plans.plans import required_offering, write_plan
from tests.serving.calling import NOW, Workplace
from tests.serving.company import Company


def test_a_plan_gives_everybody_the_best_they_may_have_where_nothing_is_short(
    offering_company: Company, tmp_path: Path
) -> None:
    """Customer by customer: the highest priority above nothing among what is permitted, and nobody else."""
    workspace = Workplace(offering_company.workspace, tmp_path / "ledger.db")
    found = required_offering(offering_company.settings, workspace)
    file = tmp_path / "plan.csv"
    write_plan(
        offering_company.settings, workspace, file,
        most=None, budget_cents=None, channels={}, least={}, at=NOW,
    )  # fmt: skip
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    planned = {row["customer_id"]: (row["offer_id"], float(row["priority_cents"])) for row in lines}
    with ledger_of(workspace) as ledger:
        held = {
            who for key in range(300) if ledger.hold_out.holds(who := found.customer_ids[key], STANDING, 10)
        }  # fmt: skip
    keys = np.array([key for key in decidable(found, workspace) if key < 300], np.int32)
    expected = found.expect(keys)
    allowed = found.permissions(keys, expected, (), NOW).is_permitted
    worth = np.where(allowed, found.terms(expected).priority, -np.inf)
    wanted = {}
    for row, key in enumerate(keys.tolist()):
        who, best = found.customer_ids[key], int(worth[row].argmax())
        if who not in held and worth[row, best] > 0:
            wanted[who] = (found.offers.listed[best].offer_id, round(float(worth[row, best]), 2))
    first = {found.customer_ids[key] for key in range(300)}
    assert {who: planned[who] for who in planned if who in first} == wanted
    assert 0 < len(wanted) < len(keys)


def test_a_plan_takes_from_each_budget_what_its_lines_take(
    offering_company: Company, tmp_path: Path
) -> None:
    file = tmp_path / "plan.csv"
    told = write_plan(
        offering_company.settings, offering_company.workspace, file,
        most=60, budget_cents=300, channels={"email": 40}, least={"OFFER-01": 3}, at=NOW,
    )  # fmt: skip
    lines = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    found = required_offering(offering_company.settings, offering_company.workspace)
    listed = {one.offer_id: one for one in found.offers.listed}
    assert told.used["customers"] == told.shown == len(lines) <= 60
    by_email = [row for row in lines if listed[row["offer_id"]].channel == "email"]
    assert told.used["email"] == len(by_email) <= 40
    must = [row for row in lines if row["offer_id"] == "OFFER-01"]
    assert told.used["at least OFFER-01"] == len(must) >= 3
    keys = np.array([found.key(row["customer_id"]) for row in lines], np.int32)
    chances = found.expect(keys).propensity
    spent = 0.0
    for row, of_customer in zip(lines, chances.tolist(), strict=True):
        offer = listed[row["offer_id"]]
        spent += 1 + of_customer[found.offers.place(row["offer_id"])] * offer.reward_cost_cents
    assert told.used["cents"] == pytest.approx(spent) and spent <= 300
    assert told.value_cents == pytest.approx(
        sum(float(row["priority_cents"]) for row in lines), abs=0.5
    )
