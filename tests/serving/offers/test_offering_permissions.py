"""Who may be shown what, as the model in use, the offers' own rules and the company's policy say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.company.settings.offers import OfferSettings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.fresh import FreshEvents
from features.vocabulary.errors import DataRefused, PlanRefused
from features.vocabulary.time import DAY_SECONDS
from serving.offers.contact_policy import ContactPolicy
from serving.offers.offering import Offering, decisions_by_place, offering_in
from serving.offers.plans.plans import required_offering
from serving.offers.policy import Policy
from tests.serving.calling import NOW
from tests.serving.company import Company
from training.bundles.bundle import current
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.exposures.terms import Offers

NO_LIMITS = ContactPolicy({})


def other(
    company: Company,
    *,
    declined: Sequence[int] = (),
    unreachable: Sequence[int] = (),
    **changes: Any,
) -> Offering:
    """The company's offering with another first offer, and these customers who refused something."""
    bundle = current(OFFER_KIND, company.workspace)
    assert bundle is not None
    store = open_store(company.workspace)
    offers = [
        replace(one, **changes) if at == 0 else one for at, one in enumerate(bundle.offers.listed)
    ]
    return Offering(
        bundle,
        store.pack(),
        Offers.of(offers),
        Policy.of(company.settings.offers),
        declined=declined,
        unreachable=unreachable,
    )


def without_limits(found: Offering, **changes: Any) -> Offering:
    """The same where nothing keeps the company from contacting anybody again."""
    return found.with_policy(replace(found.policy, contact=NO_LIMITS, **changes))


def test_an_offers_own_rule_and_days_are_kept(offering_company: Company) -> None:
    keys = np.arange(200, dtype=np.int32)
    found = other(offering_company, eligibility="orders_count_lifetime >= 3", ends_seconds=NOW + 5)
    expected = found.expect(keys)
    orders = expected.values[:: len(found.offers)][
        :, list(found.bundle.manifest.feature_names).index("orders_count_lifetime")
    ]
    allowed = found.permissions(keys, expected, (), NOW).reason[:, 0]
    assert (allowed[~(orders >= 3)] == 1).all() and (allowed[orders >= 3] != 1).all()
    assert (found.permissions(keys, expected, (), NOW + 5).reason[:, 0] == 0).all()


def test_to_whom_no_offer_is_suitable_none_is_shown(offering_company: Company) -> None:
    settings = replace(
        offering_company.settings.offers, unsuitable={"loyal": "orders_count_lifetime >= 9"}
    )
    found = required_offering(
        replace(offering_company.settings, offers=settings), offering_company.workspace
    )
    keys = np.arange(400, dtype=np.int32)
    expected = found.expect(keys)
    place = list(found.bundle.manifest.feature_names).index("orders_count_lifetime")
    loyal = expected.values[:: len(found.offers), place] >= 9
    permissions = found.permissions(keys, expected, (), NOW)
    assert loyal.any() and not permissions.is_permitted[loyal].any()
    assert permissions.is_permitted[~loyal].any()


def test_a_rule_over_an_unknown_column_is_refused_at_load(offering_company: Company) -> None:
    with pytest.raises(DataRefused, match="order_count_lifetime"):
        other(offering_company, eligibility="order_count_lifetime >= 3")


def test_a_new_offer_has_the_level_of_all_and_can_be_shown(offering_company: Company) -> None:
    found = other(offering_company, offer_id="NEW", name="New")
    expected = found.expect(np.arange(50, dtype=np.int32))
    assert np.isfinite(expected.propensity).all() and (expected.propensity > 0).all()


def test_customers_are_expected_the_same_alone_and_among_others(offering_company: Company) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = np.array([40, 3, 77], np.int32)
    together = found.expect(keys)
    for at, key in enumerate(keys):
        alone = found.expect(np.array([key], np.int32))
        assert alone.propensity[0] == pytest.approx(together.propensity[at], abs=1e-12)


def test_who_was_told_of_since_is_expected_the_same_alone_and_among_others(
    offering_company: Company,
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    empty = dict.fromkeys(found.pack.streams["purchases"].columns)
    line: dict[str, str | int | None] = {
        "seconds": found.as_of.seconds + 3_600,
        "order": "new",
        "amount_cents": 4_200,
    }
    bought = FreshEvents.of([{**empty, **line}])
    keys, told = np.array([40, 3, 77, 9], np.int32), {key: {"purchases": bought} for key in (3, 9)}
    together, stored = found.expect(keys, told), found.expect(keys)
    for at, key in enumerate(keys.tolist()):
        alone = found.expect(keys[[at]], {key: told[key]} if key in told else {})
        assert np.array_equal(alone.values, together.values[at * 12 : at * 12 + 12], equal_nan=True)
        assert alone.propensity[0] == pytest.approx(together.propensity[at], abs=1e-12)
        assert (together.propensity[at].tolist() != stored.propensity[at].tolist()) == (key in told)
    assert len(found.offers) == 12


def test_nobody_acts_for_an_offer_more_often_than_they_take_it(offering_company: Company) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    expected = found.expect(np.arange(2_000, dtype=np.int32))
    assert expected.effect is not None and expected.effect_low is not None
    # Not one of all pairs is cut off: it would be its chance to the last digit.
    assert np.count_nonzero(expected.effect >= expected.propensity) == 0
    assert (expected.effect_low <= expected.effect).all()


@pytest.mark.parametrize(
    ("contact", "days"),
    [
        (ContactPolicy({}), 7),
        (ContactPolicy({}, quiet_days=6, suppressed_days=6), 7),
        (ContactPolicy({}, quiet_days=8), 8),
        (ContactPolicy({}, quiet_days=8, suppressed_days=9), 9),
        (ContactPolicy({}, quiet_days=9, suppressed_days=8), 9),
    ],
)
def test_decisions_count_as_far_back_as_any_limit_looks(
    offering_company: Company, contact: ContactPolicy, days: int
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    made = found.with_policy(replace(found.policy, contact=contact))
    assert made.counted_from(NOW) == NOW - days * DAY_SECONDS
    pack = open_store(offering_company.workspace).pack()
    exposures = pack.streams["exposures"]
    # Who was in the control arm was shown nothing.
    control = list(exposures.dictionaries["arm"]).index("control")
    last = int(np.max(np.asarray(exposures.seconds)[exposures.columns["arm"] != control]))
    assert made.counted_from(last + days * DAY_SECONDS) == last + 1
    assert made.counted_from(last + days * DAY_SECONDS + 2) == last + 2


def test_decisions_of_others_and_of_offers_that_are_gone_are_not_told(
    offering_company: Company,
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = np.array([4, 9], np.int32)
    one, two, other = (found.customer_ids[key] for key in (4, 9, 5))
    first, last = found.offers.listed[0].offer_id, found.offers.listed[-1].offer_id
    rows = [(one, first, 1), (two, last, 2), (other, first, 3), (one, "gone", 4), ("who", first, 5)]
    assert list(decisions_by_place(found, keys, rows)) == [(0, 0, 1), (1, len(found.offers) - 1, 2)]


def test_who_wants_no_marketing_is_shown_no_offer_and_who_wants_no_profiling_is_known(
    offering_company: Company,
) -> None:
    found = without_limits(other(offering_company, declined=[3], unreachable=[5]))
    keys = np.array([3, 4, 5], np.int32)
    permissions = found.permissions(keys, found.expect(keys), (), NOW)
    every = list(range(len(found.offers)))
    # What is no longer valid is told first, whoever it is.
    over = permissions.dropped(1).get("not_valid", [])
    assert [permissions.dropped(at).get("no_consent", []) for at in range(3)] == [
        [],
        [],
        [one for one in every if one not in over],
    ]
    assert [found.declined(int(key)) for key in keys] == [True, False, False]


def test_who_is_surely_put_off_by_an_offer_is_not_shown_it(offering_company: Company) -> None:
    found = without_limits(other(offering_company))
    keys = np.array([3], np.int32)
    expected = found.expect(keys)
    assert expected.effect_high is not None
    high = np.full_like(expected.effect_high, 0.1)
    high[0, :3] = [-1e-9, 0.0, 1e-9]
    dropped = found.permissions(keys, replace(expected, effect_high=high), (), NOW).dropped(0)
    assert dropped["do_not_disturb"] == [0]
    unknown = replace(expected, effect_high=None)
    assert "do_not_disturb" not in found.permissions(keys, unknown, (), NOW).dropped(0)


@pytest.mark.parametrize("asked", [[], [1], [0, 2]])
def test_only_offers_that_are_asked_for_are_judged(
    offering_company: Company, asked: list[int]
) -> None:
    found = without_limits(other(offering_company))
    keys = np.array([3], np.int32)
    expected = found.expect(keys)
    whole = found.permissions(keys, expected, (), NOW)
    assert "not_asked_for" not in whole.dropped(0)
    permitted = found.permissions(keys, expected, (), NOW, asked=asked).is_permitted[0]
    assert np.flatnonzero(permitted).tolist() == [
        one for one in asked if whole.is_permitted[0, one]
    ]


def test_what_was_decided_since_counts_as_shown_and_not_as_taken(
    offering_company: Company,
) -> None:
    found = other(offering_company)
    quiet = found.with_policy(replace(found.policy, contact=replace(NO_LIMITS, quiet_days=1)))
    keys = np.array([3, 4], np.int32)
    expected = found.expect(keys)
    told = [(1, 2, NOW)]
    first, second = (quiet.permissions(keys, expected, told, NOW).dropped(at) for at in (0, 1))
    assert "quiet_days" not in first and 2 in second["quiet_days"]
    assert "taken_already" not in without_limits(found).permissions(
        keys, expected, told, NOW
    ).dropped(1)


def test_what_was_taken_is_not_offered_again_until_its_days_are_over(
    offering_company: Company,
) -> None:
    """A showing that was taken and one that was not, as the company's own table tells them."""
    found = without_limits(other(offering_company), response_days=2)
    exposures = open_store(offering_company.workspace).pack().streams["exposures"]
    seconds = np.asarray(exposures.seconds)
    accepted = np.asarray(exposures.columns["accepted_seconds"])
    owners = np.repeat(np.arange(len(exposures.offsets) - 1), np.diff(exposures.offsets))
    offers = np.asarray(exposures.columns["offer"])
    names = exposures.dictionaries["offer"]
    treated = np.asarray(exposures.columns["arm"]) != list(exposures.dictionaries["arm"]).index(
        "control"
    )

    def dropped(row: int, at: int) -> bool:
        keys = owners[[row]].astype(np.int32)
        told = found.permissions(keys, found.expect(keys), (), at).dropped(0)
        return found.offers.place(names[offers[row]]) in told.get("taken_already", [])

    def only(rows: np.ndarray) -> int:
        """The first of these rows whose customer saw the offer this once."""
        for row in np.flatnonzero(rows):
            if np.count_nonzero((owners == owners[row]) & (offers == offers[row])) == 1:
                return int(row)
        raise AssertionError("every customer saw every offer more than once")

    taken, missed = only(treated & (accepted >= 0)), only(treated & (accepted < 0))
    last = int(seconds[taken]) + 2 * DAY_SECONDS
    assert [dropped(taken, at) for at in (int(seconds[taken]), last - 1, last)] == [
        True,
        True,
        False,
    ]
    assert not dropped(missed, int(seconds[missed]))


def test_money_is_what_the_offers_table_and_the_policy_say(offering_company: Company) -> None:
    found = other(offering_company, margin_cents=700, reward_cost_cents=50)
    policy = replace(found.policy, contact_cents=3.0, budget_price=0.5)
    second = found.offers[1].offer_id
    found = found.with_policy(replace(policy, levers={second: 1.5}))
    expected = found.expect(np.array([3], np.int32))
    terms = found.terms(expected, np.full(len(found.offers), 2.0))
    spent = 3.0 + 50 * expected.propensity[0, 0]
    assert expected.effect is not None
    assert terms.priority[0, 0] == pytest.approx(expected.effect[0, 0] * 2 * 700 - 1.5 * spent)
    assert terms.spent[0, 0] == pytest.approx(spent)
    assert found.levers.tolist()[:3] == [1.0, 1.5, 1.0]


def test_a_lever_of_an_offer_that_is_not_there_is_refused(offering_company: Company) -> None:
    found = other(offering_company)
    with pytest.raises(DataRefused, match="levers of offers in the table") as refused:
        found.with_policy(replace(found.policy, levers={"OFFER-1I": 2.0}))
    assert "OFFER-1" in refused.value.remedy


def test_a_model_of_features_that_are_computed_otherwise_is_refused(
    offering_company: Company,
) -> None:
    bundle = current(OFFER_KIND, offering_company.workspace)
    assert bundle is not None
    aged = replace(bundle, manifest=replace(bundle.manifest, plan_hash="an earlier plan"))
    pack = open_store(offering_company.workspace).pack()
    policy = Policy.of(offering_company.settings.offers)
    with pytest.raises(PlanRefused, match="an earlier p defines them"):
        Offering(aged, pack, bundle.offers, policy)


def test_where_no_model_was_promoted_nothing_is_offered(tmp_path: Path) -> None:
    assert offering_in(Workspace(tmp_path), OfferSettings()) is None
