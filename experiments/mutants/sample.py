"""Which of all possible mutants are tried: drawn by a seed, more often in the rooms where it would cost people most."""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from experiments.mutants.mutant import Spot

WEIGHTS = {
    "features/company/erased.py": 8,
    "features/vocabulary/protected.py": 8,
    "features/vocabulary/time.py": 4,
    "features/checks": 3,
    "features/company": 3,
    "features/store": 2,
    "training/registry": 6,
    "training/bundles": 3,
    "training/questions": 3,
    "training/families/value": 3,
    "training/families/offers": 3,
    "training/safeguards/trust": 2,
    "serving/access": 8,
    "serving/contract/privacy_messages.py": 8,
    "serving/contract/privacy_routes.py": 8,
    "serving/contract/customer_routes.py": 6,
    "serving/ledger": 6,
    "serving/ledger/privacy.py": 8,
    "serving/snapshot/forgetting.py": 8,
    "serving/nightly": 3,
    "serving/snapshot/consent.py": 8,
    "serving/offers": 6,
    "serving/scores": 2,
    "serving/in_use": 2,
    "regulars/keys.py": 4,
}
"""Rules about people, gates, money, limits and time weigh more; what is not named weighs one."""


def room_of(file: str) -> str:
    """The room a file stands in: a folder of a package, or a family; the package where it stands in none.

    >>> room_of("serving/offers/allocation/prices.py"), room_of("serving/service.py")
    ('serving/offers', 'serving')
    """
    folders = PurePosixPath(file).parent.parts
    return "/".join(folders[: 3 if folders[1:2] == ("families",) else 2])


def weight_of(file: str) -> int:
    """How much more often a file is drawn than one of no weight: by its own name, or its room's."""
    return WEIGHTS.get(file, WEIGHTS.get(room_of(file), 1))


def drawn(
    found: Iterable[Spot], count: int, seed: int, weight: Callable[[Spot], float]
) -> list[Spot]:
    """So many spots, each with a chance by its weight.

    A place's lot depends on the seed and its own name alone: where other code changes, the sample stays.
    """
    lots = ((_lot(place, seed) / weight(place), place.name, place) for place in found)
    return [place for _, _, place in heapq.nsmallest(count, lots)]


def _lot(place: Spot, seed: int) -> float:
    """How long to wait for this place, as if each were called at random at the rate of its weight."""
    number = hashlib.sha256(f"{seed} {place.name}".encode()).digest()[:8]
    return -math.log((int.from_bytes(number) + 1) / 2**64)
