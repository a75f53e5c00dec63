"""Why an offer is likely to be taken: what each reason group adds, told by the feature that says most of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.declarations.values import Feature, ReasonGroup
from training.families.offers.bundle import OfferBundle
from training.reasons.languages.language import Language


@dataclass(frozen=True)
class OfferReason:
    """One reason group of one pair."""

    group: str
    title: str
    push: float
    text: str


def reasons_of(
    bundle: OfferBundle, values: NDArray[np.float32], language: Language, currency: str
) -> list[tuple[OfferReason, ...]]:
    """The groups that move each pair's log-odds, the strongest first; pushes and base sum to the log-odds."""
    manifest, positions = bundle.manifest, bundle.positions
    added = bundle.contributions(values)
    features = [Feature(**manifest.features[place]) for place in positions.tolist()]
    group_of = [one.group for one in features]
    titles = {
        one.name: language.title(one) for one in (ReasonGroup(**group) for group in manifest.groups)
    }
    found = []
    for row, pushes in enumerate(added):
        told = []
        for group in dict.fromkeys(group_of):
            mine = [at for at, one in enumerate(group_of) if one == group]
            total = float(pushes[mine].sum())
            if total == 0.0:
                continue
            # The feature that says most of it, the way the group speaks.
            strongest = max(mine, key=lambda at: pushes[at] * np.sign(total))
            value = float(values[row, positions[strongest]])
            feature = features[strongest]
            said = (
                language.unknown(feature)
                if np.isnan(value)
                else language.fact(feature, value, currency)
            )
            told.append(OfferReason(group, titles[group], total, said))
        found.append(tuple(sorted(told, key=lambda one: -abs(one.push))))
    return found
