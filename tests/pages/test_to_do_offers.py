"""What to do for one customer where offers compete with contacts: the best of both first, each with its sum."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from serving.offers.arbitration import PERMITTED, REASONS
from serving.offers.offering import Offering
from serving.offers.plans.candidates import Candidates, candidates_now
from serving.pages.churn_list import matching_places, totals_of
from serving.pages.customer.contexts import ToDoLine
from serving.pages.customer.to_do_view import to_do_section
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot
from tests.pages.customers import link_of
from tests.serving.calling import NOW, Service
from tests.serving.company import Company
from training.reasons.languages.known import ENGLISH

CONTACTS = ["Call", "Letter", "E-mail"]


@pytest.fixture(scope="module")
def service(
    arbitrating_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    made = Service(arbitrating_company, tmp_path_factory.mktemp("ledger"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def snapshot(service: Service) -> Snapshot:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    return in_use.snapshot


@pytest.fixture(scope="module")
def offering(service: Service) -> Offering:
    found = service.models_in_use.offering
    assert found is not None
    return found


def candidates_at(
    service: Service, offering: Offering, snapshot: Snapshot, place: int
) -> Candidates:
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[place])]
    found = candidates_now(offering, snapshot, service.models_in_use.ledger, [customer], NOW)
    assert found is not None
    return found


def lines(snapshot: Snapshot, place: int, candidates: Candidates | None) -> list[ToDoLine]:
    found = to_do_section(snapshot, place, "EUR", ENGLISH, candidates)
    assert found is not None
    return list(found.lines)


def first_place(service: Service, offering: Offering, snapshot: Snapshot, *, offer: bool) -> int:
    """The first place of the ranking for whose customer an offer, or a contact, gains most."""
    for place in range(snapshot.judged):
        if snapshot.has_refused_contact[int(snapshot.ranking.customer_keys[place])]:
            continue
        priority = candidates_at(service, offering, snapshot, place).priority[0]
        is_offer = priority.argmax() < len(offering.offers)
        if round(float(priority.max())) > 0 and is_offer == offer:
            return place
    raise AssertionError("nobody gains by it")


def test_an_offer_that_gains_most_stands_first_with_its_sum(
    service: Service, offering: Offering, snapshot: Snapshot
) -> None:
    """The effect shown × the margin shown − the cost shown is the gain shown, as exactly as they are shown."""
    place = first_place(service, offering, snapshot, offer=True)
    candidates = candidates_at(service, offering, snapshot, place)
    best = lines(snapshot, place, candidates)[0]
    offer = offering.offers.listed[int(candidates.priority[0].argmax())]
    said = re.fullmatch(
        r"([\d.]+) % act because of it × €([\d.]+) margin − €([\d.]+) for contact and reward", best.text
    )  # fmt: skip
    assert best.title == f"Offer: {offer.name}" and said is not None
    effect, margin, cost = (float(one) for one in said.groups())
    assert margin == offer.margin_cents / 100
    gain = float(best.value.removeprefix("+€"))
    assert gain == pytest.approx(effect / 100 * margin - cost, abs=0.0005 * margin + 0.011)


def test_contacts_keep_their_sums_beside_offers_and_the_highest_is_first(
    service: Service, offering: Offering, snapshot: Snapshot
) -> None:
    place = first_place(service, offering, snapshot, offer=False)
    both = lines(snapshot, place, candidates_at(service, offering, snapshot, place))
    alone = lines(snapshot, place, None)
    assert [one for one in both if one.title in CONTACTS] == alone
    assert both[0] == alone[0]
    gains = [float(one.value.replace("€", "").replace("−", "-")) for one in both]
    assert gains == sorted(gains, reverse=True)


def test_what_may_not_be_done_now_says_so_in_place_of_its_sum(
    service: Service, offering: Offering, snapshot: Snapshot
) -> None:
    """Where nothing may be done at all, nothing stands first."""
    place = first_place(service, offering, snapshot, offer=False)
    found = candidates_at(service, offering, snapshot, place)
    no_call = np.array(found.priority)
    no_call[0, len(offering.offers)] = -np.inf
    told = {one.title: one for one in lines(snapshot, place, replace(found, priority=no_call))}
    assert told["Call"].text.startswith("Not now") and told["Call"].value == ""
    assert not told["Letter"].text.startswith("Not now")
    shut = replace(found, priority=np.full_like(no_call, -np.inf))
    nothing, *others = lines(snapshot, place, shut)
    assert nothing.title == "Nothing" and [one.title for one in others] == CONTACTS
    assert nothing.text == "Nothing may be done now that brings more than it costs."


def test_whoever_is_held_out_of_offers_has_the_contacts_alone(
    service: Service, offering: Offering, snapshot: Snapshot
) -> None:
    everybody = offering.with_policy(replace(offering.policy, hold_out_percent=100))
    place = first_place(service, offering, snapshot, offer=True)
    found = candidates_at(service, everybody, snapshot, place)
    section = to_do_section(snapshot, place, "EUR", ENGLISH, found)
    assert section is not None and "Held out of offers" in section.note
    assert {one.title for one in section.lines} <= {"Nothing", *CONTACTS}
    assert (found.priority[0, : len(offering.offers)] == -np.inf).all()
    assert np.isfinite(found.priority[0, len(offering.offers) :]).any()


def test_every_offer_is_shown_or_counted_where_it_dropped_out(
    service: Service, offering: Offering, snapshot: Snapshot
) -> None:
    """Of all offers two dropped out by their rule, one was taken, one was refused too often, one costs more than it brings."""
    place = first_place(service, offering, snapshot, offer=True)
    found = candidates_at(service, offering, snapshot, place)
    offers = len(offering.offers)
    dropped = np.full((1, offers), PERMITTED, np.int8)
    for at, reason in enumerate(("not_eligible", "no_consent", "taken_already", "suppressed")):
        dropped[0, at] = REASONS.index(reason)
    gains = np.full((1, found.priority.shape[1]), 50.0)
    gains[0, 4], gains[0, offers:] = -3.0, -100.0
    priority = np.where(np.arange(gains.shape[1]) < 4, -np.inf, gains)
    told = replace(found, priority=priority, net_gain=gains, dropped=dropped)
    section = to_do_section(snapshot, place, "EUR", ENGLISH, told)
    assert section is not None
    assert (
        f"Of {offers} offers left out: 2 not open to them, 1 taken already, 1 too soon after another or shown in vain too often, "
        "1 not worth their cost."
    ) in section.note
    assert sum(one.title.startswith("Offer: ") for one in section.lines) == 3


def test_the_page_shows_the_offer(service: Service, offering: Offering, snapshot: Snapshot) -> None:
    place = first_place(service, offering, snapshot, offer=True)
    best = lines(snapshot, place, candidates_at(service, offering, snapshot, place))[0]
    html = service.browser().get(link_of(service, place)).text
    assert f"<b>{best.title}</b> {best.text}" in html
    assert "What offers change is learned from customers who were held out of them." in html


def test_the_list_begins_with_what_brings_most_be_it_an_offer_or_a_contact(
    service: Service, snapshot: Snapshot
) -> None:
    """Every row of the file has the higher of the two gains, and the offer's number where the offer is the higher."""
    file = service.browser().get("/churn.csv?consent=all")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    contacts = [one.name for one in snapshot.actions]
    told = []
    for row in rows:
        place = int(snapshot.places[snapshot.find(row["customer_id"])])
        offer, contact = int(snapshot.best_offer[place]), int(snapshot.best_action[place])
        both = int(snapshot.offer_gain_cents[place]), int(snapshot.net_gain_cents[place])
        named = (
            snapshot.offers[offer]["offer_id"]
            if offer >= 0
            else ["nothing", *contacts][contact + 1]
        )
        assert (row["best_action"], row["net_gain"]) == (named, f"{max(both) / 100:.2f}")
        told.append(named)
    assert len(rows) == snapshot.judged
    gains = [float(row["net_gain"]) for row in rows]
    assert gains == sorted(gains, reverse=True)
    assert {"nothing", *contacts} & {*told} and {*told} - {"nothing", *contacts}


def test_the_list_can_be_narrowed_to_an_offer_and_counts_it(
    service: Service, snapshot: Snapshot
) -> None:
    offers = [one["offer_id"] for one in snapshot.offers]
    place = int(np.flatnonzero(snapshot.best_offer >= 0)[0])
    chosen = int(snapshot.best_offer[place])
    count = int(np.count_nonzero(snapshot.best_offer == chosen))
    query = ListQuery(action=offers[chosen])
    assert matching_places(snapshot, query).sum() == totals_of(snapshot, query).to_contact == count
    html = service.browser().get(f"/churn?action={offers[chosen]}").text
    name = snapshot.offers[chosen].get("name") or offers[chosen]
    assert f'<option value="{offers[chosen]}" selected>Offer: {name}</option>' in html
    assert "Of an offer it is the share who act because of it" in html
    either = [
        ListQuery(action=one) for one in (*offers, *(a.name for a in snapshot.actions), "nothing")
    ]
    found = [np.flatnonzero(matching_places(snapshot, one)) for one in either]
    shown = np.flatnonzero(matching_places(snapshot, ListQuery()))
    assert np.sort(np.concatenate(found)).tolist() == shown.tolist()
