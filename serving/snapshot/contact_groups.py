"""What measured campaigns tell of everybody in a ranking: whom a contact keeps, and on whom it is wasted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from serving.snapshot.reading import Snapshot
from training.actions.actions import MEASURED
from training.actions.groups import contact_groups


def tells_groups(snapshot: Snapshot) -> bool:
    """Whether campaigns have measured any contact of these scores."""
    return any(one.source == MEASURED for one in snapshot.actions)


def groups_in_places(snapshot: Snapshot) -> NDArray[np.int8]:
    """The ``ContactGroup`` of each place in the ranking."""
    return snapshot.remembered.of("contact groups", lambda: _found(snapshot))


def _found(snapshot: Snapshot) -> NDArray[np.int8]:
    keys = snapshot.ranking.customer_keys
    return contact_groups(
        snapshot.actions,
        snapshot.lifecycle_status[keys],
        snapshot.ranking.probability,
        snapshot.best_action,
        snapshot.has_refused_contact[keys] == 1,
    )
