"""The value of a vector by itself is that of the published scores, amount by amount."""

from __future__ import annotations

import numpy as np
import pytest

from serving.scores.live_values import Valuer
from serving.scores.score import Status, band
from serving.snapshot.customer_values import tendency_among, value_in_use
from serving.snapshot.reading import Snapshot
from tests.oracles.published import Published
from tests.serving.company import Company
from training.families.churn.bundle import current_bundle


def test_a_vector_is_worth_alone_what_it_is_worth_among_all(
    valued_company: Company, valued: Snapshot
) -> None:
    folder = valued_company.workspace.scores.current
    assert folder is not None
    told = Published(folder, valued_company.settings_path.parent)
    in_use = value_in_use(valued_company.workspace, valued.vectors)
    declined = valued.status == Status.NO_CONSENT
    tendency = tendency_among(in_use, valued.vectors, declined)
    valuer = Valuer(in_use, current_bundle(valued_company.workspace), tendency)
    places = list(range(0, told.judged, 40))
    rows = [told.of("vector_rows", place) for place in places]
    found = valuer.valued(valued.values[rows])
    for place, row, one in zip(places, rows, found, strict=True):
        assert one is not None
        assert one.amounts == {
            "expected_cents": told.of("value_cents", place),
            "low_cents": told.of("value_low_cents", place),
            "high_cents": told.of("value_high_cents", place),
            "if_kept_cents": told.of("value_if_kept_cents", place),
            "horizon_days": 90,
        }
        assert one.shares.by_part == pytest.approx(told["value_parts"][row].astype(float))
    assert len({one.amounts["expected_cents"] for one in found if one}) > 3
    assert valuer.valued(np.full((1, len(valued.vectors.feature_names)), np.nan, np.float32)) == [
        None
    ]


@pytest.mark.parametrize(
    ("percentile", "word"),
    [(100.0, "high"), (90.0, "high"), (89.99, "medium"), (70.0, "medium"), (69.99, "low"), (0.0, "low")],
)  # fmt: skip
def test_a_band_begins_at_its_percentile(percentile: float, word: str) -> None:
    assert band(percentile) == word
