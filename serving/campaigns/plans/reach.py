"""Whom a plan reaches: each group of customers by its share of those who are contacted, beside its share of everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from serving.campaigns.plannable import Plannable
from serving.campaigns.planning import ContactPlan
from serving.snapshot.reading import Snapshot

FEWEST = 10
"""Of fewer customers nothing is told."""
BEHAVIOUR = "behaviour segment"
"""What the service's own segments are called beside what customers declared."""


@dataclass(frozen=True)
class GroupReach:
    """How many of a group might be contacted and how many the plan has, with their shares of all of whom something is declared."""

    attribute: str
    group: str
    considered: int
    planned: int
    share_considered: float
    share_planned: float


def reach_of(snapshot: Snapshot, one: Plannable, plan: ContactPlan) -> tuple[GroupReach, ...]:
    """The reach of a plan by what customers declared and by their segments; nothing protected is among the scores.

    Groups stand in the order of their size, by attribute. Shares are of those who are in some group of the attribute; groups of fewer than
    ``FEWEST`` are left out.
    """
    keys = snapshot.ranking.customer_keys
    considered, planned = keys[one.considered], keys[plan.places]
    found = list[GroupReach]()
    for place, attribute in enumerate(snapshot.manifest.get("attributes", ())):
        codes = snapshot.attribute_codes[:, place]
        texts = list(attribute["texts"])
        found += _groups(str(attribute["name"]), texts, codes[considered], codes[planned])
    segments = snapshot.manifest["segments"]
    if segments is not None:
        names = {int(code): str(name) for code, name in segments["names"].items()}
        ids = sorted(names)
        texts, members = [names[code] for code in ids], snapshot.membership.segment
        codes = np.where(np.isin(members, ids), np.searchsorted(ids, members), -1)
        found += _groups(BEHAVIOUR, texts, codes[considered], codes[planned])
    return tuple(found)


def _groups(
    attribute: str,
    texts: list[str],
    considered: NDArray[np.integer],
    planned: NDArray[np.integer],
) -> list[GroupReach]:
    everybody, chosen = (
        np.bincount(codes[codes >= 0], minlength=len(texts)) for codes in (considered, planned)
    )
    all_considered, all_planned = max(int(everybody.sum()), 1), max(int(chosen.sum()), 1)
    order = sorted(range(len(texts)), key=lambda code: (-int(everybody[code]), texts[code]))
    groups = [
        GroupReach(
            attribute,
            texts[code],
            int(everybody[code]),
            int(chosen[code]),
            float(everybody[code]) / all_considered,
            float(chosen[code]) / all_planned,
        )
        for code in order
        if everybody[code] >= FEWEST and texts[code]
    ]
    return groups if len(groups) > 1 else []
