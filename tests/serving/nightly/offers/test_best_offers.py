"""The list puts first whatever brings a customer most: an offer or a contact, as their own page would say on the day of the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import ledger_of
from serving.nightly.offers.best_offers import NightOffers
from serving.offers.offering import Offering
from serving.offers.plans.candidates import candidates_now
from serving.snapshot.best_to_do import best_gains_cents, best_offer_at
from serving.snapshot.columns import BestActions, BestOffers
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.company import Company
from training.actions.actions import NOTHING

PLACES = range(0, 400, 3)


@pytest.fixture(scope="module")
def snapshot(arbitrating_company: Company) -> Snapshot:
    return open_snapshot(arbitrating_company.workspace)


@pytest.fixture(scope="module")
def night(arbitrating_company: Company) -> NightOffers:
    return NightOffers.in_use(arbitrating_company.workspace, arbitrating_company.settings.offers)


def found_by(
    night: NightOffers, snapshot: Snapshot, *, money: str = "margin", gains: int | None = None
) -> BestOffers:
    """What the night finds beside the contacts of these scores, or beside contacts that all gain as much."""
    judged = snapshot.judged
    contacts = BestActions(snapshot.best_action[:], snapshot.net_gain_cents[:])
    if gains is not None:
        contacts = BestActions(np.zeros(judged, np.int8), np.full(judged, gains, np.int64))
    keys = snapshot.ranking.customer_keys
    return night.best_beside(contacts, keys, snapshot.cutoff_seconds, value_money=money)


def test_what_the_list_says_is_what_the_page_of_each_customer_finds_best(
    arbitrating_company: Company, night: NightOffers, snapshot: Snapshot
) -> None:
    offering, seen = night.offering, set[bool]()
    assert isinstance(offering, Offering)
    listed = [one.offer_id for one in offering.offers.listed]
    with ledger_of(arbitrating_company.workspace) as ledger:
        for place in PLACES:
            key = int(snapshot.ranking.customer_keys[place])
            customer = snapshot.customer_ids[key]
            one = candidates_now(offering, snapshot, ledger, [customer], snapshot.cutoff_seconds)
            assert one is not None
            gains = one.net_gain[0, : len(listed)]
            offers = np.where(np.round(gains) > 0, one.priority[0, : len(listed)], -np.inf)
            best = offers.argmax()
            contact = int(snapshot.net_gain_cents[place])
            told = best_offer_at(snapshot, place)
            if offers[best] > contact:
                assert told is not None and told["offer_id"] == listed[best]
                assert snapshot.offer_gain_cents[place] == round(float(gains[best]))
                assert best_gains_cents(snapshot)[place] == snapshot.offer_gain_cents[place]
            else:
                assert told is None and snapshot.offer_gain_cents[place] == 0
                assert best_gains_cents(snapshot)[place] == contact
            seen.add(told is not None)
    assert seen == {True, False}
    assert snapshot.manifest["to_offer"] == np.count_nonzero(snapshot.best_offer != NOTHING)


def test_nobody_who_is_held_out_of_offers_or_said_no_to_marketing_is_to_be_offered_anything(
    arbitrating_company: Company, snapshot: Snapshot
) -> None:
    keys = snapshot.ranking.customer_keys
    percent = arbitrating_company.settings.offers.hold_out_percent
    with ledger_of(arbitrating_company.workspace) as ledger:
        held = np.array(
            [
                ledger.hold_out.holds(snapshot.customer_ids[int(key)], STANDING, percent)
                for key in keys
            ]
        )
    refused = snapshot.has_refused_contact[keys] == 1
    assert held.any() and refused.any()
    assert (snapshot.best_offer[held | refused] == NOTHING).all()


@pytest.mark.parametrize(("cents_more", "is_best"), [(-1, True), (1, False)])
def test_an_offer_is_best_only_where_it_brings_more_than_the_contact(
    night: NightOffers, snapshot: Snapshot, cents_more: int, is_best: bool
) -> None:
    alone = found_by(night, snapshot, gains=0)
    place = int(np.flatnonzero(alone.best_offer != NOTHING)[0])
    contact = int(alone.offer_gain_cents[place]) + cents_more
    beside = found_by(night, snapshot, gains=contact)
    assert bool(beside.best_offer[place] != NOTHING) is is_best


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_however_many_are_looked_at_together_the_same_is_found(
    night: NightOffers, snapshot: Snapshot, more: int
) -> None:
    contacts = BestActions(snapshot.best_action[:], snapshot.net_gain_cents[:])
    keys = snapshot.ranking.customer_keys
    found = night.best_beside(
        contacts,
        keys,
        snapshot.cutoff_seconds,
        value_money="margin",
        at_once=len(keys) // 2 + more,
    )
    assert found.best_offer.tolist() == snapshot.best_offer.tolist()
    assert found.offer_gain_cents.tolist() == snapshot.offer_gain_cents.tolist()


def test_where_contacts_gain_nothing_every_offer_that_pays_is_best_and_where_they_gain_much_none(
    night: NightOffers, snapshot: Snapshot
) -> None:
    alone = found_by(night, snapshot, gains=0)
    pays = alone.best_offer != NOTHING
    assert pays.any() and (alone.offer_gain_cents[pays] > 0).all()
    assert (alone.offer_gain_cents[~pays] == 0).all()
    assert (found_by(night, snapshot, gains=10**9).best_offer == NOTHING).all()


@pytest.mark.parametrize("money", ["spend", ""])
def test_offers_stand_beside_no_contacts_that_are_told_in_other_money(
    night: NightOffers, snapshot: Snapshot, money: str
) -> None:
    assert (found_by(night, snapshot, money=money).best_offer == NOTHING).all()


def test_without_a_model_of_offers_or_with_one_that_cannot_be_used_everybody_is_scored_without(
    demo_workspace: Company, night: NightOffers, snapshot: Snapshot
) -> None:
    none = NightOffers.in_use(demo_workspace.workspace, demo_workspace.settings.offers)
    assert (none.offering, none.fault, none.identity()) == (None, "", None)
    assert (found_by(none, snapshot).best_offer == NOTHING).all()
    levers = replace(night.settings, levers={"NO-SUCH-OFFER": "20"})
    faulty = NightOffers.in_use(night.workspace, levers)
    assert faulty.offering is None and "NO-SUCH-OFFER" in faulty.fault


def test_another_policy_makes_other_scores(night: NightOffers) -> None:
    identity = night.identity()
    assert identity is not None and identity["model_digest"]
    other = replace(night, settings=replace(night.settings, contact_cents=2))
    assert other.identity() != identity
