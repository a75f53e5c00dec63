"""Who may be shown what, as the model in use, the offers' own rules and the company's policy say together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.store.store import open_store
from features.vocabulary.errors import DataRefused
from features.vocabulary.time import DAY_SECONDS
from serving.offers.contact_policy import ContactPolicy
from serving.offers.offering import Offering, told_since
from serving.offers.plans import required_offering
from serving.offers.policy import Policy
from tests.serving.calling import NOW
from tests.serving.company import Company
from training.bundles.bundle import current
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.exposures.terms import Offers


def other(company: Company, **changes: Any) -> Offering:
    """The company's offering with another table of offers or policy."""
    bundle = current(OFFER_KIND, company.workspace)
    assert bundle is not None
    store = open_store(company.workspace)
    offers = [
        replace(one, **changes) if at == 0 else one for at, one in enumerate(bundle.offers.listed)
    ]
    return Offering(bundle, store.pack(), Offers.of(offers), Policy.of(company.settings.offers))


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


def test_nobody_acts_for_an_offer_more_often_than_they_take_it(offering_company: Company) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    expected = found.expect(np.arange(2_000, dtype=np.int32))
    assert expected.effect is not None and expected.effect_low is not None
    assert (expected.effect <= expected.propensity).all()
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
    assert list(told_since(found, keys, rows)) == [(0, 0, 1), (1, len(found.offers) - 1, 2)]
