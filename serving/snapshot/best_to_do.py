"""What is best to do for each place in a ranking, be it a contact or an offer, and what it brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING


def best_gains_cents(snapshot: Snapshot) -> NDArray[np.int64]:
    """What the best there is to do for each place is expected to bring less its cost; 0 where nothing gains."""
    return snapshot.remembered.of(
        "best gains",
        lambda: np.where(
            snapshot.best_offer == NOTHING, snapshot.net_gain_cents, snapshot.offer_gain_cents
        ),
    )


def best_offer_at(snapshot: Snapshot, place: int) -> Mapping[str, Any] | None:
    """The offer that is best for one place, None where none brings more than a contact."""
    offer = int(snapshot.best_offer[place])
    return None if offer == NOTHING else snapshot.offers[offer]
