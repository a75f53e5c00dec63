"""What customers declared, written into rows that are already there."""

from __future__ import annotations

import numpy as np
import pytest

from features.declarations.attributes import DeclaredNumber, DeclaredText
from features.vectors.declared_columns import fill_declared
from tests.builders import Profile, at, order, pack_of

COMPANY = pack_of(
    {name: [order("2026-01-01")] for name in ("anna", "bert", "carl", "dora")},
    profiles={
        #                region   segment    registered    known  referrals
        "anna": Profile("north", "private", "2025-12-22", "2026-01-31", 2),
        "bert": Profile("south", "business", "2026-02-01", None, 1_000),
        "carl": Profile(None, "private", None, "2026-02-02T12:00:00", 0),
        # dora is not in the table of customers at all
    },
)
CUTOFF = at("2026-02-01")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_blocks_of_rows_make_no_difference(size: int) -> None:
    """Anna has two referrals, bert a thousand, carl none; of dora nothing is known."""
    wanted = [DeclaredNumber("referrals_milli"), DeclaredText("region", "north")]
    attributes = COMPANY.attributes
    assert attributes is not None
    values = np.full((4, 2), -1.0, np.float32)
    cutoffs = np.full(4, CUTOFF.seconds)
    fill_declared(wanted, attributes, np.array([3, 2, 1, 0]), cutoffs, values, at_once=size)
    expected = [[np.nan, np.nan], [0.0, np.nan], [1_000.0, 0.0], [2.0, 1.0]]
    np.testing.assert_array_equal(values, expected)
