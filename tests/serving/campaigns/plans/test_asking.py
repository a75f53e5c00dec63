"""The plan of now: without whoever is in a campaign that runs, remembered for who asks again, begun on a day that can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.campaigns.plans.asking import first_day, plan_now, summary_now
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.company import Company

NOBODY_HELD_OUT = PlanLimits(hold_out_percent=0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_summary_has_the_figures_of_the_plan(ledger: Ledger, snapshot: Snapshot) -> None:
    limits = PlanLimits(budget_cents=5_000, capacities={"mail": 40})
    starts = Cutoff(snapshot.cutoff_seconds)
    found = summary_now(ledger.campaigns, snapshot, limits, starts)
    plan = planned(snapshot, limits)
    assert asdict(found.totals) == asdict(plan.totals)
    assert (found.considered, found.customers) == (plan.considered, plan.customers)
    assert sum(part.customers for _, part in found.by_contact) == pytest.approx(
        found.totals.customers
    )
    assert sum(part.gain_cents for _, part in found.by_status) == pytest.approx(
        found.totals.gain_cents
    )
    assert summary_now(ledger.campaigns, snapshot, limits, starts) is found


def test_a_campaign_that_runs_on_the_first_day_keeps_its_customers_out_of_the_next(
    ledger: Ledger, snapshot: Snapshot, terms: CampaignTerms
) -> None:
    first = planned(snapshot, PlanLimits(most=5, hold_out_percent=0))
    before = summary_now(ledger.campaigns, snapshot, NOBODY_HELD_OUT, terms.starts)
    start(ledger, snapshot, first, terms, without_measurement=True, at=1_000)
    during = summary_now(ledger.campaigns, snapshot, NOBODY_HELD_OUT, terms.starts)
    assert during.considered == before.considered - 5
    plan = plan_now(ledger.campaigns, snapshot, NOBODY_HELD_OUT, terms.starts)
    assert not set(plan.places) & set(first.places)
    over = terms.starts.plus_days(terms.window_days)
    after = summary_now(ledger.campaigns, snapshot, NOBODY_HELD_OUT, over)
    assert after.considered == before.considered
    last = over.plus_days(-1)
    assert (
        summary_now(ledger.campaigns, snapshot, NOBODY_HELD_OUT, last).considered
        == during.considered
    )


def test_the_first_day_is_today_and_never_before_that_of_the_scores(company: Company) -> None:
    snapshot = open_snapshot(company.workspace)
    cutoff = snapshot.cutoff_seconds
    assert first_day(snapshot, at=cutoff - 10 * DAY_SECONDS).seconds == cutoff
    later = cutoff // DAY_SECONDS * DAY_SECONDS + 9 * DAY_SECONDS
    assert first_day(snapshot, at=later + 5_000).seconds == later
