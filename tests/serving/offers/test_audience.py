"""Who a plan or a simulation of offers is about: everybody, but nobody who declined, objected, was erased or is held out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.company.settings.reading import Settings
from features.store.store import open_store
from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import Ledger, ledger_of
from serving.ledger.offer_decisions import DECIDED, OfferDecision
from serving.ledger.reported_events import ReportedEvent
from serving.offers.audience import Audience, decidable
from serving.offers.offering import Offering
from serving.offers.plans.plans import required_offering, simulated, write_plan
from serving.offers.policy import Policy
from tests.serving.calling import NOW, Workplace
from tests.serving.company import Company
from training.bundles.bundle import current
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.exposures.terms import Offers

DECLINED = 7
"""The customer key of somebody who said no in the company's own table."""


@pytest.fixture
def workspace(offering_company: Company, tmp_path: Path) -> Workplace:
    return Workplace(offering_company.workspace, tmp_path / "ledger.db")


@pytest.fixture
def ledger(workspace: Workplace) -> Iterator[Ledger]:
    with ledger_of(workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(offering_company: Company) -> Offering:
    bundle = current(OFFER_KIND, offering_company.workspace)
    assert bundle is not None
    store = open_store(offering_company.workspace)
    policy = Policy.of(offering_company.settings.offers)
    return Offering(bundle, store.pack(), Offers.of_store(store), policy, declined=[DECLINED])


def everybody_but(found: Offering, *keys: int) -> list[int]:
    return [key for key in range(len(found.customer_ids)) if key not in keys]


def test_offers_are_decided_for_everybody_but_who_declined(
    found: Offering, workspace: Workplace
) -> None:
    assert decidable(found, workspace).tolist() == everybody_but(found, DECLINED)


def test_offers_are_decided_for_nobody_who_objected_or_was_erased(
    found: Offering, workspace: Workplace, ledger: Ledger
) -> None:
    objected, erased = found.customer_ids[0], found.customer_ids[len(found.customer_ids) - 1]
    ledger.privacy.decide([(objected, True), ("nobody of the store", True)], at=NOW)
    ledger.privacy.erase([erased, "nobody either"], at=NOW)
    last = len(found.customer_ids) - 1
    assert decidable(found, workspace).tolist() == everybody_but(found, 0, DECLINED, last)
    ledger.privacy.decide([(objected, False)], at=NOW)
    assert decidable(found, workspace).tolist() == everybody_but(found, DECLINED, last)


@pytest.mark.parametrize("percent", [0, 10, 100])
def test_who_is_held_out_is_in_no_audience(
    found: Offering, workspace: Workplace, ledger: Ledger, percent: int
) -> None:
    policy = replace(found.policy, hold_out_percent=percent)
    keys = Audience.of(found.with_policy(policy), workspace, at=NOW).keys.tolist()
    held = [
        key
        for key in range(len(found.customer_ids))
        if ledger.hold_out.holds(found.customer_ids[key], STANDING, percent)
    ]
    assert keys == everybody_but(found, DECLINED, *held)
    # Of 6,000 by lot: 10 percent are 600, give or take four times their spread of 23.
    assert {0: held == [], 10: 508 < len(held) < 692, 100: keys == []}[percent]


def test_an_audience_knows_what_was_shown_from_the_day_on_that_still_counts(
    found: Offering, workspace: Workplace, ledger: Ledger
) -> None:
    first = found.counted_from(NOW)
    assert first == NOW - 30 * 86_400
    for at, second in enumerate((first - 1, first, NOW)):
        shown = OfferDecision(str(at), 1, f"c{at}", "OFFER-00", DECIDED, 1.0, 1.0, 1, "", second)
        look = replace(shown, decision_id=f"look {at}", is_shown=0)
        nothing = replace(shown, decision_id=f"nothing {at}", offer_id="")
        ledger.offers.append([shown, look, nothing])
    shown_lately = Audience.of(found, workspace, at=NOW).shown
    assert sorted(shown_lately) == [("c1", "OFFER-00", first), ("c2", "OFFER-00", NOW)]


@pytest.mark.parametrize(
    ("quiet_days", "suppressed_days", "days"), [(0, 0, 7), (6, 5, 7), (9, 0, 9), (3, 8, 8)]
)
def test_what_was_shown_counts_as_far_back_as_any_limit_of_contact_looks(
    found: Offering, quiet_days: int, suppressed_days: int, days: int
) -> None:
    contact = replace(found.policy.contact, quiet_days=quiet_days, suppressed_days=suppressed_days)
    limited = found.with_policy(replace(found.policy, contact=contact))
    assert limited.counted_from(NOW) == NOW - days * 86_400


def test_blocks_are_the_whole_audience_once_and_in_order(found: Offering) -> None:
    for count in (2_000, 2_001):
        blocks = list(Audience(np.arange(count, dtype=np.int32)).blocks(found, "looking"))
        assert np.concatenate([one.keys for one in blocks]).tolist() == list(range(count))
        assert [one.rows.start for one in blocks] == list(range(0, count, 2_000))
        assert all(one.expected.propensity.shape[0] == len(one.keys) for one in blocks)


def planned(settings: Settings, workspace: Workplace, file: Path) -> tuple[dict[str, str], int]:
    """Each planned customer with their offer, and how many customers it was decided for."""
    made = write_plan(
        settings, workspace, file, most=None, budget_cents=None, channels={}, least={}, at=NOW
    )
    with file.open(encoding="utf-8", newline="") as lines:
        rows = {row["customer_id"]: row["offer_id"] for row in csv.DictReader(lines)}
    assert len(rows) == made.shown
    return rows, made.customers


def test_an_objection_and_an_erasure_take_people_off_the_plan_and_out_of_the_simulation(
    offering_company: Company, workspace: Workplace, ledger: Ledger, tmp_path: Path
) -> None:
    settings = offering_company.settings
    before, customers = planned(settings, workspace, tmp_path / "before.csv")
    objected, erased, returned, *_ = sorted(before)
    ledger.privacy.decide([(objected, True), (returned, True)], at=NOW)
    ledger.privacy.erase([erased], at=NOW)
    ledger.privacy.decide([(returned, False)], at=NOW)
    after, fewer = planned(settings, workspace, tmp_path / "after.csv")
    assert after == {one: offer for one, offer in before.items() if one not in (objected, erased)}
    assert fewer == customers - 2
    change = simulated(settings, workspace, {}, [], at=NOW)
    assert change.customers == customers - 2 == sum(one.before for one in change.offers)
    shown = {one.name: one.before for one in change.offers if one.name != "nothing"}
    names = {one.offer_id: one.name for one in required_offering(settings, workspace).offers.listed}
    told = [names[offer] for offer in after.values()]
    assert {name: told.count(name) for name in shown} == shown


def test_who_was_told_of_since_the_store_was_made_is_counted_once(
    found: Offering, workspace: Workplace, ledger: Ledger
) -> None:
    """Two events of one, one event before, one of a table nobody has, one of who declined, and one of a stranger."""
    first, since = found.customer_ids, found.as_of.seconds
    told = [
        (first[3], "purchases", since),
        (first[3], "contacts", since + 9),
        (first[4], "purchases", since - 1),
        (first[5], "outcomes", since + 9),
        (first[DECLINED], "purchases", since + 9),
        ("nobody", "purchases", since + 9),
    ]
    ledger.events.keep(
        [
            ReportedEvent(str(at), who, table, {}, known, known)
            for at, (who, table, known) in enumerate(told)
        ]
    )
    free = found.with_policy(replace(found.policy, hold_out_percent=0))
    assert Audience.of(free, workspace, at=NOW).newer_customers == 1
