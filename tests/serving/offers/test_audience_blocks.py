"""An audience taken some at a time, with what was decided for it since."""

from __future__ import annotations

import pytest

from serving.offers.audience import Audience, decidable
from serving.offers.plans.plans import required_offering
from tests.serving.calling import NOW
from tests.serving.company import Company


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
        told = {(block.rows.start + place, offer, at) for place, offer, at in block.decisions}
        assert told == {(row, 0, NOW) for row in (2, 5) if row in range(7)[block.rows]}
        rows += range(7)[block.rows]
    assert rows == list(range(7))
    assert len(set(whole.propensity[:, 0].tolist())) > 3, "no two blocks may look alike"
