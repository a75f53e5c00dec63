"""What is believed of several contacts at once: what each has shown in campaigns, weighed against what is assumed of it.

A company that assumes too much of its calls most often does so of its letters as well. So the effect of a contact is thought of as what is
assumed of it times a factor that all contacts share, times one of its own; both are unknown, and together as unsure as the
assumption is large. Where much is measured of one contact, the others are believed by it, and each by its own
measurement as far as that is sure (a linear model with normal errors, as in Lindley and Smith, 1972).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SHARED = 0.75
"""So much of how unsure assumptions are is shared by all contacts, as a share of the variance."""
_LEAST_UNSURE = 0.0025
"""Also who assumes that a contact does nothing may be wrong by so much."""


@dataclass(frozen=True)
class MeasuredLift:
    """The lift that campaigns have shown of a contact, with its variance, beside the one that is assumed.

    ``spread`` is by how much it differs between statuses beyond chance, as a variance.
    """

    assumed: float
    measured: float
    variance: float
    spread: float


@dataclass(frozen=True)
class BelievedLift:
    """The lift of a contact as measurements and assumptions together tell it.

    ``share_measured`` is how much its own measurement weighs beside what is assumed of it.
    """

    mean: float
    share_measured: float


def believed(lifts: Sequence[MeasuredLift]) -> list[BelievedLift]:
    """What is believed of each of the contacts that campaigns have measured."""
    if not lifts:
        return []
    assumed = np.array([one.assumed for one in lifts])
    measured = np.array([one.measured for one in lifts])
    variances = np.array([one.variance for one in lifts])
    unsure = np.maximum(np.abs(assumed), _LEAST_UNSURE)
    before = SHARED * np.outer(unsure, unsure) + (1.0 - SHARED) * np.diag(unsure**2)
    means = assumed + before @ np.linalg.solve(before + np.diag(variances), measured - assumed)
    own = unsure**2 / (unsure**2 + variances)
    return [BelievedLift(float(mean), float(share)) for mean, share in zip(means, own, strict=True)]
