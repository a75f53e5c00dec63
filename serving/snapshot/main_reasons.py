"""The main reasons of many customers at once, in words, as lists and files have them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from serving.snapshot.reading import Snapshot
from training.reasons.flat import ReasonsInPlaces
from training.reasons.points import Points
from training.reasons.wording import Wording


def main_reasons(
    snapshot: Snapshot,
    places: NDArray[np.integer],
    values: NDArray[np.float32],
    wording: Wording,
) -> ReasonsInPlaces:
    """The reasons that raise the risk of some places in the ranking most; ``values`` are those of ``Snapshot.values``."""
    ranking = snapshot.ranking
    rows = snapshot.vector_rows[ranking.customer_keys[places]]
    return ReasonsInPlaces.of(
        Points(ranking.probability[places], snapshot.base, ranking.points[places]),
        ranking.leading[places],
        values[rows],
        wording,
        only_main=True,
    )
