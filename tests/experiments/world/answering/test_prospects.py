"""What is truly to be expected of customers: equal to another recursion, and to the mean of lives that were lived."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.world import WorldSpec, simulate
from experiments.world.answering.company import AnsweringCompany, FutureCompany
from experiments.world.answering.prospects import Prospects
from experiments.world.archive import Archive
from experiments.world.belief import no_order
from experiments.world.contact_campaigns import ContactCampaigns
from experiments.world.lives import live
from experiments.world.people import People
from experiments.world.spec import NEVER
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS

SPEC = WorldSpec(customers=3_000, seed=8, lines_per_customer=20, days=800, items=240)
TODAY, WINDOW = 640, 90
LIVES = 6_000


@pytest.fixture(scope="module")
def future() -> FutureCompany:
    return FutureCompany(SPEC)


@pytest.fixture(scope="module")
def prospects(future: FutureCompany) -> Prospects:
    return Prospects(future, SPEC.days, [TODAY, TODAY + 30])


@pytest.fixture
def company(future: FutureCompany, tmp_path: Path) -> AnsweringCompany:
    return AnsweringCompany(future, tmp_path / "company", TODAY)


def within(expected: Floats, seen: Floats, deviation: float = 4.0) -> bool:
    """Whether a sum lies within so many standard errors of its expectation, from how its terms differ from theirs."""
    off = seen - expected
    return bool(abs(off.sum()) < deviation * np.sqrt((off**2).sum()))


def test_who_buys_is_what_the_recursion_over_cohorts_says(
    prospects: Prospects, company: AnsweringCompany, tmp_path: Path
) -> None:
    archive = Archive(simulate(SPEC, tmp_path / "archive").folder, SPEC)
    standing = company.standing()
    seen = archive.seen(standing.number, archive.table("orders"), TODAY, TODAY + WINDOW)
    expected = 1.0 - no_order(seen, standing.is_here.astype(float), TODAY, 0, WINDOW)
    assert prospects.buys(company, None, WINDOW) == pytest.approx(expected)
    assert 0 < (expected > 0).sum() == standing.is_here.sum() < len(expected)


def lives_of(people: People, which: int, called: bool) -> tuple[float, float]:
    """How many of many lives of one customer who first orders on day 0 buy from day 1 on, and how many stay, when all are called on day 1."""
    same = people.taken(np.full(LIVES, which))
    none = ContactCampaigns.none(LIVES)
    calls = ContactCampaigns(np.array([1]), np.array([0]), np.ones((1, LIVES), np.int64))
    random = np.random.default_rng(which)
    lives = live(same, 1 + WINDOW, random, contacts=calls if called else none)
    later = np.unique(lives.person[lives.day >= 1])
    return len(later) / LIVES, float((lives.left_day == NEVER).mean())


def test_the_chances_with_a_call_and_without_are_the_means_of_many_lives(
    future: FutureCompany, prospects: Prospects, tmp_path: Path
) -> None:
    company = AnsweringCompany(future, tmp_path / "young", 1)
    standing = company.standing()
    people = future.blocks[0].people
    stays = {kind: prospects.stays(company, kind, WINDOW) for kind in (None, "call")}
    rate = people.leave_rate[standing.number] * (1.0 - people.marketing_consent[standing.number])
    # Those who leave most readily, to whom no offer comes.
    for row in np.argsort(-rate)[:4].tolist():
        for kind, found in stays.items():
            bought, stayed = lives_of(people, int(standing.number[row]), kind == "call")
            spread = 4 * np.sqrt(found[row] * (1 - found[row]) / LIVES)
            assert stayed == pytest.approx(found[row], abs=spread)
            chance = prospects.buys(company, kind, WINDOW)[row]
            assert bought == pytest.approx(
                chance, abs=4 * np.sqrt(chance * (1 - chance) / LIVES) + 1e-9
            )
        assert stays["call"][row] > stays[None][row]


def test_as_many_stay_because_of_a_call_as_the_chances_say(
    future: FutureCompany, prospects: Prospects, company: AnsweringCompany, tmp_path: Path
) -> None:
    standing = company.standing()
    kept = prospects.stays(company, "call", WINDOW) - prospects.stays(company, None, WINDOW)
    called = AnsweringCompany(future, tmp_path / "called", TODAY)
    called.contact(standing.number, "call")
    stay = [one.left_days[standing.number] >= TODAY + WINDOW for one in (called, company)]
    assert within(kept, stay[0].astype(float) - stay[1])
    assert kept.sum() > 10
    assert (kept[~standing.is_here] == 0).all()


def test_a_second_call_does_less_and_a_mail_puts_off_who_dislikes_it(
    future: FutureCompany, prospects: Prospects, company: AnsweringCompany
) -> None:
    standing = company.standing()
    here = standing.is_here
    alone = prospects.margin_cents(company, None)
    first = prospects.margin_cents(company, "call") - alone
    mailed = prospects.margin_cents(company, "mail") - alone
    dislikes_it = future.blocks[0].people.email_liking[standing.number] < -1.1
    assert (first[here] > 0).all()
    assert (mailed[here & dislikes_it] < 0).all()
    assert (mailed[here & ~dislikes_it] > 0).all()
    some = standing.number[::7]
    assert prospects.margin_cents(company, "call", some) == pytest.approx((first + alone)[::7])
    company.contact(standing.number, "call")
    company.pass_days(30)
    again = prospects.margin_cents(company, "call") - prospects.margin_cents(company, None)
    still_here = company.standing().is_here[np.isin(company.standing().number, standing.number)]
    both = here & still_here
    assert (
        again[np.isin(company.standing().number, standing.number)][both].sum()
        < 0.7 * first[both].sum()
    )


def test_orders_leave_what_was_to_be_expected_of_them(
    future: FutureCompany, prospects: Prospects, company: AnsweringCompany
) -> None:
    company.step(SPEC.days - TODAY)
    lines = pq.read_table(company.folder / "purchases.parquet").to_pandas()
    items = pq.read_table(company.folder / "items.parquet").to_pandas().set_index("item_id")
    cost = lines["item_id"].map(items["unit_cost"].astype(float))
    lines["left_cents"] = 100 * (lines["amount"].astype(float) - lines["quantity"] * cost)
    orders = lines["order_id"].str.replace("R", "O")
    began = lines.groupby(orders)["ordered_at"].transform("min")
    since = np.datetime64(SPEC.first.seconds + TODAY * DAY_SECONDS, "s")
    later = lines[began.to_numpy() >= since].groupby("customer_id")["left_cents"].sum()
    company.day = TODAY
    numbers = company.standing().number
    left = later.reindex([f"C{one:07d}" for one in numbers]).fillna(0.0).to_numpy()
    assert within(prospects.margin_cents(company, None), left)
