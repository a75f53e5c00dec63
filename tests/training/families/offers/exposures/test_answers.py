"""How often an offer is taken, and how sure that is, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.families.offers.exposures.answers import PRIOR_SHOWN, Rates


def test_a_rate_is_as_sure_as_its_own_showings_and_twenty_of_its_kind() -> None:
    """Two kinds: of the first 100 were shown two offers and 10 took them, all of them the first; the third is new."""
    rates = Rates(
        0.1,
        (np.array([100.0, 0.0]), np.array([10.0, 0.0])),
        (np.array([80.0, 20.0, 0.0]), np.array([10.0, 0.0, 0.0])),
    )
    kind, which = np.array([0, 0, 1]), np.arange(3)
    taken, refused = rates.posterior(kind, which)
    by_kind = (10 + 20 * 0.1) / 120
    assert taken == pytest.approx([10 + 20 * by_kind, 20 * by_kind, 2.0])
    assert taken + refused == pytest.approx([100.0, 40.0, PRIOR_SHOWN])
    assert taken / (taken + refused) == pytest.approx(rates.of(kind, which))
