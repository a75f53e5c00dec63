"""An audience taken some at a time, with what was decided for it since."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.store import open_store
from features.vocabulary.time import DAY_SECONDS
from serving.offers.audience import Audience, decidable
from serving.offers.contact_policy import ContactPolicy
from serving.offers.offering import told_since
from serving.offers.plans import required_offering
from tests.serving.calling import NOW
from tests.serving.company import Company


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


@pytest.mark.parametrize("size", [1, 2, 6, 7, 8])
def test_blocks_of_an_audience_make_no_difference(offering_company: Company, size: int) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = decidable(found, offering_company.workspace)[:7]
    first = found.offers.listed[0].offer_id
    shown = tuple((found.customer_ids[int(key)], first, NOW) for key in keys[[2, 5]])
    whole = found.expect(keys)
    rows: list[int] = []
    for block in Audience(keys, shown).blocks(found, "deciding", at_once=size):
        assert block.keys.tolist() == keys[block.rows].tolist()
        assert block.expected.propensity == pytest.approx(whole.propensity[block.rows], abs=1e-12)
        told = {(block.rows.start + place, offer, at) for place, offer, at in block.told}
        assert told == {(row, 0, NOW) for row in (2, 5) if row in range(7)[block.rows]}
        rows += range(7)[block.rows]
    assert rows == list(range(7))
    assert len(set(whole.propensity[:, 0].tolist())) > 3, "no two blocks may look alike"


def test_decisions_of_others_and_of_offers_that_are_gone_are_not_told(
    offering_company: Company,
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = np.array([4, 9], np.int32)
    one, two, other = (found.customer_ids[key] for key in (4, 9, 5))
    first, last = found.offers.listed[0].offer_id, found.offers.listed[-1].offer_id
    rows = [(one, first, 1), (two, last, 2), (other, first, 3), (one, "gone", 4), ("who", first, 5)]
    assert list(told_since(found, keys, rows)) == [(0, 0, 1), (1, len(found.offers) - 1, 2)]
