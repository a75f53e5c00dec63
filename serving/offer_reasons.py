"""Why an offer is likely to be taken: what each reason group adds, told by the feature that says most of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.offers.bundle import OfferBundle


@dataclass(frozen=True)
class OfferReason:
    """One reason group of one pair."""

    group: str
    title: str
    push: float
    text: str


def reasons_of(
    bundle: OfferBundle, values: NDArray[np.float32], currency: str
) -> list[tuple[OfferReason, ...]]:
    """The groups that move each pair's log-odds, the strongest first; pushes and base sum to the log-odds."""
    manifest, model = bundle.manifest, bundle.propensity.model
    positions = model.columns.positions(tuple(manifest.feature_names))
    added = model.contributions(model.columns.prepare(values, positions))
    group_of = [str(manifest.features[place]["group"]) for place in positions.tolist()]
    titles = {str(one["name"]): str(one["title"]) for one in manifest.groups}
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
            place = int(positions[strongest])
            said = _said(dict(manifest.features[place]), float(values[row, place]), currency)
            told.append(OfferReason(group, titles[group], total, said))
        found.append(tuple(sorted(told, key=lambda one: -abs(one.push))))
    return found


def _said(feature: dict[str, str], value: float, currency: str) -> str:
    """The feature's own clause with the customer's value; what it means where nothing is known."""
    if np.isnan(value):
        return str(feature["missing"])
    unit = feature["unit"]
    if unit == "days":
        text = f"{value:,.0f} day{'' if round(value) == 1 else 's'}"
    elif unit == "share":
        text = f"{value:.0%}"
    elif unit == "cents":
        text = f"{value / 100:,.2f} {currency}"
    elif value == round(value):
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.2f}"
    return str(feature["said"]).replace("{value}", text)
