"""Past campaigns of plain contacts: drawn at random, written down in both arms, and true to what they change."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.world import World, WorldSpec, simulate
from experiments.world.archive import Archive
from experiments.world.contact_campaigns import (
    CONTACTED,
    CONTROL,
    EFFECT_DAYS,
    SHARES,
    ContactCampaigns,
    share_retained_by_call,
)
from experiments.world.lives import live
from experiments.world.people import People, drawn_people
from features.vocabulary.time import Cutoff, Horizon

SPEC = WorldSpec(customers=4_000, seed=9, contact_campaigns=3, contact_audience=0.9)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(SPEC, tmp_path_factory.mktemp("contacted"))


def called(people: People, *days: int) -> ContactCampaigns:
    """Campaigns in which everybody was called."""
    count = len(days)
    return ContactCampaigns(
        np.array(days), np.zeros(count, np.int64), np.full((count, len(people)), CONTACTED)
    )


def test_a_company_without_campaigns_is_the_one_it_was() -> None:
    plain = WorldSpec(customers=4_000, seed=9)
    assert "contact_campaigns" not in plain.as_dict()
    assert plain.digest != SPEC.digest


def test_a_call_lowers_the_rate_for_its_days_and_two_work_on_what_is_left() -> None:
    people = drawn_people(np.arange(50), SPEC, np.random.default_rng(1))
    share = share_retained_by_call(people)
    once, twice = called(people, 100), called(people, 100, 150)
    assert once.lowers(people, 99) == 0.0
    assert once.lowers(people, 100 + EFFECT_DAYS) == 0.0
    assert once.lowers(people, 100) == pytest.approx(share)
    assert twice.lowers(people, 150) == pytest.approx(1 - (1 - share) ** 2)


def test_as_many_fewer_of_those_called_leave_as_the_law_says() -> None:
    people = drawn_people(np.arange(40_000), SPEC, np.random.default_rng(2))
    day = 400
    left = [
        live(people, day + EFFECT_DAYS, np.random.default_rng(3), contacts=contacts).left_day
        for contacts in (ContactCampaigns.none(len(people)), called(people, day))
    ]
    # The same patience for both: whoever leaves before the call leaves in both.
    assert (left[0] < day).sum() == (left[1] < day).sum()
    in_days = [((one >= day) & (one < day + EFFECT_DAYS)) for one in left]
    kept = 1 - in_days[1].sum() / in_days[0].sum()
    expected = np.average(share_retained_by_call(people), weights=in_days[0])
    assert kept == pytest.approx(expected, abs=0.03)


def test_both_arms_of_every_campaign_stand_in_the_table_of_exposures(world: World) -> None:
    table = pq.read_table(world.folder / "exposures.parquet").to_pandas()
    contacts = table[table.offer_id.isin(list(SHARES))]
    assert contacts.groupby("offer_id").shown_at.nunique().to_dict() == {
        "call": 1,
        "letter": 1,
        "mail": 1,
    }
    asked = Archive(world.folder, SPEC).contact_campaigns()
    assert (contacts.arm == "treated").sum() == (asked.arms == CONTACTED).sum()
    assert (contacts.arm == "control").sum() == (asked.arms == CONTROL).sum()
    assert contacts.accepted_at.isna().all()
    consents = pq.read_table(world.folder / "customers.parquet").to_pandas()
    agreed = consents.customer_id[consents.marketing_consent]
    assert contacts.customer_id.isin(agreed).all()


def test_who_still_comes_is_told_exactly_where_contacts_have_kept_some(world: World) -> None:
    truth = world.truth(Cutoff(SPEC.end.seconds), Horizon(90))
    spread = np.sqrt((truth.still_here * (1 - truth.still_here)).sum())
    assert abs((~truth.has_left).sum() - truth.still_here.sum()) < 4 * spread
