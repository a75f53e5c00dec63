"""Why an offer is likely to be taken: what each reason group adds, told by the feature that says most of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import ReasonGroup
from training.bundles.own_plan import feature_of
from training.families.offers.bundle import OfferBundle
from training.reasons.languages.language import Language


@dataclass(frozen=True)
class OfferReason:
    """One reason group of one pair; ``text`` is empty where no fact pushes the group's way."""

    group: str
    title: str
    push: float
    text: str


@dataclass(frozen=True)
class ExplainedOffer:
    """Why one customer is likely to take one offer: ``base`` and the pushes of the reasons sum to the log-odds."""

    base: float
    reasons: tuple[OfferReason, ...]


def explained_offers(
    bundle: OfferBundle, values: NDArray[np.float32], language: Language, currency: str
) -> list[ExplainedOffer]:
    """The groups that move each pair's log-odds, the strongest first."""
    manifest, positions = bundle.manifest, bundle.positions
    added = bundle.contributions(values)
    features = [feature_of(manifest.features[place]) for place in positions.tolist()]
    group_of = [one.group for one in features]
    titles = {
        one.name: language.title(one) for one in (ReasonGroup(**group) for group in manifest.groups)
    }
    found = []
    for row, (base, pushes) in enumerate(zip(added.base, added.pushes, strict=True)):
        told = []
        for group in dict.fromkeys(group_of):
            mine = [at for at, one in enumerate(group_of) if one == group]
            total = float(pushes[mine].sum())
            if total == 0.0:
                continue
            # The fact that says most of it, the way the group speaks.
            pushing = [
                (float(pushes[at] * np.sign(total)), at)
                for at in mine
                if features[at].said_as == "fact" and not np.isnan(values[row, positions[at]])
            ]
            push, strongest = max(pushing, default=(0.0, -1))
            value = float(values[row, positions[strongest]])
            said = language.fact(features[strongest], value, currency) if push > 0 else ""
            told.append(OfferReason(group, titles[group], total, said))
        told.sort(key=lambda one: -abs(one.push))
        found.append(ExplainedOffer(float(base), tuple(told)))
    return found
