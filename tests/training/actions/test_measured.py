"""What campaigns make of an assumption: by head where it can be, and true to a law that was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.company.settings.actions import ActionSettings
from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import (
    ASSUMED,
    MEASURED,
    actions_of,
    plain_contacts,
    retention_chances,
)
from training.actions.campaigns import CampaignRows, measured_statuses
from training.actions.measured import (
    CONTACTS,
    MeasuredContact,
    MeasuredStatus,
    RetentionChances,
    contacts_measured,
    retention_chances_of,
)

ACTIVE, LAPSED = LifecycleStatus.ACTIVE, LifecycleStatus.LAPSED
GONE, NEW = LifecycleStatus.PROBABLY_GONE, LifecycleStatus.NEW
NOTHING_ASSUMED = (0.0,) * len(LifecycleStatus)
SURE = MeasuredStatus(
    contacted=50_000, held_out=50_000, came_back=0.8, silent=0.2, kept=0.016, standard_error=1e-4
)


def measured(**statuses: MeasuredStatus) -> MeasuredContact:
    return MeasuredContact("call", 1, "2026-01-05", "2026-01-05", 90, 90, statuses)


def chances_of(
    contact: MeasuredContact, assumed: tuple[float, ...], came_back_if_gone: float | None = None
) -> RetentionChances | None:
    """What is made of the only contact that was measured; None where it tells too little."""
    found = retention_chances_of(
        {"call": contact}, {"call": assumed}, came_back_if_gone=came_back_if_gone
    )
    return found.get("call")


def test_what_is_sure_replaces_what_was_assumed() -> None:
    kept = chances_of(measured(active=SURE), (0.5,) * 7)
    assert kept is not None
    assert kept.by_status[ACTIVE] == pytest.approx(0.016, abs=1e-4)
    assert kept.share_measured == pytest.approx(1.0, abs=1e-3)


def test_what_was_counted_is_told_of_all_customers_together() -> None:
    # A hundred times as many are active: 1.6 in 100 of them and none of the lapsed.
    lapsed = replace(SURE, contacted=500, held_out=500, kept=0.0, standard_error=0.01)
    found = measured(active=SURE, lapsed=lapsed).retained_share
    assert found.mean == pytest.approx(100 / 101 * 0.016)
    error = np.hypot(100 / 101 * 1e-4, 1 / 101 * 0.01)
    margin = 1.959964 * error
    assert (found.low, found.high) == pytest.approx((found.mean - margin, found.mean + margin))


def test_of_few_customers_the_assumption_outweighs_what_they_show() -> None:
    # A tenth of the silent fifth are assumed to stay, of the 16 of 100 who have not left: a lift of 1.6 in 80, unsure by as much.
    unsure = replace(SURE, contacted=60, held_out=60, kept=-0.10, standard_error=0.08)
    kept = chances_of(measured(active=unsure), (0.1,) * 7)
    assert kept is not None
    of_data = 0.016**2 / (0.016**2 + 0.08**2)
    assert kept.share_measured == pytest.approx(of_data)
    assert kept.by_status[ACTIVE] == pytest.approx(of_data * -0.10 + (1 - of_data) * 0.016)


def test_one_lift_holds_for_all_where_chance_explains_how_they_differ() -> None:
    # 2 in 80 and 1 in 40 are the same lift of 2.5 %.
    lapsed = replace(SURE, came_back=0.4, silent=0.6, kept=0.008)
    kept = chances_of(measured(active=SURE, lapsed=lapsed), NOTHING_ASSUMED)
    assert kept is not None
    lift = kept.by_status[ACTIVE] / 0.8
    assert kept.by_status[LAPSED] == pytest.approx(0.4 * lift)
    assert lift == pytest.approx(0.02, rel=0.01)
    assert np.isnan(kept.by_status[NEW])


def test_each_status_has_its_own_effect_where_they_differ_beyond_chance() -> None:
    useless = replace(SURE, kept=0.0)
    kept = chances_of(measured(active=SURE, lapsed=useless), NOTHING_ASSUMED)
    assert kept is not None
    assert kept.by_status[ACTIVE] == pytest.approx(0.016, abs=5e-4)
    assert kept.by_status[LAPSED] == pytest.approx(0.0, abs=5e-4)


@pytest.mark.parametrize(("apart", "is_real"), [(0.036, False), (0.037, True)])
def test_two_statuses_have_effects_of_their_own_from_a_difference_on_that_chance_hardly_makes(
    apart: float, is_real: bool
) -> None:
    # Both lifts are known to within 0.01 / 0.8, and their difference to within 0.0177; 2.576 times that is 0.0455, or 0.0364 of all.
    one = replace(SURE, standard_error=0.01, kept=0.02 + apart / 2)
    two = replace(SURE, standard_error=0.01, kept=0.02 - apart / 2)
    kept = chances_of(measured(active=one, lapsed=two), NOTHING_ASSUMED)
    assert kept is not None
    assert (kept.by_status[ACTIVE] != pytest.approx(kept.by_status[LAPSED])) == is_real


def test_who_is_gone_is_kept_as_rarely_as_they_come_back() -> None:
    kept = chances_of(measured(active=SURE), NOTHING_ASSUMED, came_back_if_gone=0.1)
    assert kept is not None
    assert kept.by_status[GONE] == pytest.approx(0.1 * kept.by_status[ACTIVE] / 0.8)


def test_fewer_than_fifty_in_an_arm_tell_nothing() -> None:
    few = replace(SURE, contacted=49)
    assert chances_of(measured(active=few), (0.1,) * 7) is None
    assert chances_of(measured(active=replace(few, contacted=50)), (0.1,) * 7) is not None
    assert chances_of(measured(active=replace(SURE, held_out=49)), (0.1,) * 7) is None
    assert chances_of(measured(active=replace(SURE, came_back=0.0)), (0.1,) * 7) is None


def test_an_action_says_whether_it_is_measured_and_by_how_many() -> None:
    found = {"call": measured(active=SURE)}
    call, letter, _ = plain_contacts(ActionSettings(), found)
    assert (call.source, letter.source) == (MEASURED, ASSUMED)
    assert call.measurement is not None and letter.measurement is None
    assert (call.measurement.contacted, call.measurement.held_out) == (50_000, 50_000)
    assert call.kept_chances[NEW] is None
    unsure = measured(active=replace(SURE, standard_error=0.9))
    assert plain_contacts(ActionSettings(), {"call": unsure})[0].source == ASSUMED


def test_a_measured_chance_stands_for_itself_and_is_never_more_than_the_risk() -> None:
    actions = plain_contacts(ActionSettings(), {"call": measured(active=SURE)})
    chances = retention_chances(
        actions, np.array([ACTIVE, ACTIVE, NEW]), np.array([0.5, 0.01, 0.5])
    )
    # Measured of the active: 1.6 in 100, and at most their risk; assumed of the new: a tenth of the quarter who may still be lost.
    assert chances[:, 0] == pytest.approx([0.016, 0.01, 0.025], abs=1e-4)


def test_what_was_measured_is_read_as_it_was_written() -> None:
    contact = measured(active=SURE, lapsed=replace(SURE, kept=-0.2))
    assert contacts_measured({CONTACTS: [contact.as_dict()]}) == {"call": contact}
    assert contacts_measured({}) == {}
    actions = plain_contacts(ActionSettings(), {"call": contact})
    assert actions_of([one.as_dict() for one in actions]) == actions


def rows(
    contacted: list[bool], came_back: list[bool], *, chance: float | list[float] = 0.5
) -> CampaignRows:
    """Active customers of one campaign, each another."""
    count = len(contacted)
    return CampaignRows(
        customer_keys=np.arange(count, dtype=np.int32),
        campaign=np.ones(count, np.int64),
        chance=np.broadcast_to(np.asarray(chance, np.float64), (count,)),
        contacted=np.array(contacted),
        status=np.full(count, ACTIVE, np.int8),
        was_silent=~np.array(came_back),
        came_back=np.array(came_back),
    )


def test_an_even_lot_is_the_difference_of_the_two_shares() -> None:
    # Three of four came back of those contacted, one of four of those held out.
    found = measured_statuses(rows([True] * 4 + [False] * 4, [True] * 3 + [False] * 4 + [True]))
    active = found["active"]
    assert list(found) == ["active"]
    assert (active.contacted, active.held_out) == (4, 4)
    assert active.kept == pytest.approx(0.5)
    assert (active.came_back, active.silent) == pytest.approx((0.25, 0.75))


def test_another_share_of_contacted_people_in_each_campaign_is_no_effect() -> None:
    # A campaign in a good month contacts nine of ten, one in a bad month one of ten; the contact does nothing.
    good = [True] * 90 + [False] * 10
    bad = [True] * 10 + [False] * 90
    both = rows(good + bad, [True] * 100 + [False] * 100, chance=[0.9] * 100 + [0.1] * 100)
    both = replace(both, campaign=np.repeat([1, 2], 100))
    assert measured_statuses(both)["active"].kept == pytest.approx(0.0, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.2, 0.5, 0.8]))
def test_an_effect_that_was_put_in_is_found_within_its_error(seed: int, chance: float) -> None:
    random = np.random.default_rng(seed)
    count = 4_000
    contacted = random.random(count) < chance
    came_back = random.random(count) < np.where(contacted, 0.7, 0.6)
    found = measured_statuses(rows(contacted.tolist(), came_back.tolist(), chance=chance))
    active = found["active"]
    assert active.kept == pytest.approx(0.1, abs=5 * active.standard_error)
    variance = 0.7 * 0.3 / (chance * count) + 0.6 * 0.4 / ((1 - chance) * count)
    assert active.standard_error == pytest.approx(np.sqrt(variance), rel=0.1)


def test_who_was_in_two_campaigns_counts_as_one_customer_for_how_sure_it_is() -> None:
    once = rows([True, False] * 50, [True, False, False, True] * 25)
    twice = CampaignRows(**{name: np.tile(one, 2) for name, one in vars(once).items()})
    alone, repeated = (measured_statuses(one)["active"] for one in (once, twice))
    assert repeated.kept == pytest.approx(alone.kept)
    assert repeated.standard_error == pytest.approx(alone.standard_error)
