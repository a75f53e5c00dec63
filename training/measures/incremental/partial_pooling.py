"""Effects of groups, each drawn to what all groups have in common by how unsure it is on its own.

Of several groups the best and the worst are mostly the luckiest and the unluckiest. So the effect of each is thought of as what was
expected of it times a factor that all groups share, times one of its own, with both unknown: the normal hierarchical model of Rubin (Journal
of Educational Statistics 6, 1981; Gelman et al., Bayesian Data Analysis, 2013, section 5.4). How far groups lie apart is not fixed at its likeliest
number, which is 0 far too often where there are few, but weighed over all it may be.
"""

from __future__ import annotations

import numpy as np

from features.vocabulary.arrays import Floats

DRAWS = 4_000
EXPECTATION_UNSURE = 1.0
"""What was expected of all groups together is as unsure as it is large, as an assumption about a contact is (``training/actions/lifts.py``)."""
APART = 0.5
"""How far the factors of groups may well lie apart: the scale of a half-normal distribution."""
_GRID = np.linspace(0.0, 4.0 * APART, 41)


def factors(found: Floats, standard_errors: Floats, *, draws: int = DRAWS, seed: int = 1) -> Floats:
    """What each group's effect may be as a multiple of what was expected of it: [draws, groups], always the same for the same figures.

    ``found`` are the effects measured, over the expectation, and ``standard_errors`` theirs; NaN where a group was not measured.
    """
    random = np.random.default_rng(seed)
    common, apart = _shared(found, standard_errors, random, draws)
    own = random.standard_normal((draws, len(found)))
    is_known = ~np.isnan(found)
    error = np.where(is_known, standard_errors, np.inf)
    trust = apart[:, None] ** 2 / (apart[:, None] ** 2 + error**2)
    centre = common[:, None] + trust * (np.where(is_known, found, 0.0) - common[:, None])
    return np.asarray(centre + apart[:, None] * np.sqrt(1.0 - trust) * own)


def _shared(
    found: Floats, standard_errors: Floats, random: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    """Draws of the factor that all groups share, and of how far they lie apart."""
    is_known = ~np.isnan(found)
    effects, variances = found[is_known], standard_errors[is_known] ** 2
    weights = 1.0 / (variances[None, :] + _GRID[:, None] ** 2)
    precision = weights.sum(axis=1) + 1.0 / EXPECTATION_UNSURE**2
    mean = (weights @ effects + 1.0 / EXPECTATION_UNSURE**2) / precision
    misfit = (weights * (effects[None, :] - mean[:, None]) ** 2).sum(axis=1)
    likelihood = 0.5 * np.log(weights).sum(axis=1) - 0.5 * np.log(precision)
    likelihood -= 0.5 * (misfit + ((mean - 1.0) / EXPECTATION_UNSURE) ** 2)
    likelihood -= 0.5 * (_GRID / APART) ** 2
    chances = np.exp(likelihood - likelihood.max())
    places = random.choice(len(_GRID), draws, p=chances / chances.sum())
    common = mean[places] + random.standard_normal(draws) / np.sqrt(precision[places])
    return common, _GRID[places]
