"""The effect of a campaign on a ratio of two sums, such as margin by order or returns by piece."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused
from training.measures.estimates import Estimate
from training.measures.incremental.adjustment import AdjustingColumns
from training.measures.incremental.arms import CampaignArms
from training.measures.incremental.effect import Contrast
from training.measures.incremental.influence import ArmMean, standard_error
from training.measures.incremental.student import two_sided


def ratio_effect(
    treated: Truths,
    numerators: Floats,
    denominators: Floats,
    covariates: Floats | None = None,
    *,
    strata: NDArray[np.generic] | None = None,
    clusters: NDArray[np.generic] | None = None,
) -> Estimate:
    """By how much a ratio of sums, such as margin over orders, is higher among those treated, at 95 percent.

    One entry a customer, or a row with its customer among the ``clusters``; arguments as in ``campaign_effect``. The ratio is that of the
    two sums of an arm, never a mean of ratios, and its error follows both of them and how they go together (delta method: Deng,
    Knoblich and Lu, KDD 2018). ``DataRefused`` as in ``campaign_effect``, and where the denominators of an arm add up to nothing.
    """
    arms = CampaignArms.of(treated, strata=strata, clusters=clusters)
    columns = AdjustingColumns.of(arms, covariates).columns
    above = Contrast.of(arms, arms.taken("numerators", numerators), columns)
    below = Contrast.fitted(arms, arms.taken("denominators", denominators), columns)
    treated_ratio, influence = _ratio(above.treated, below.treated)
    untreated_ratio, of_untreated = _ratio(above.untreated, below.untreated)
    difference = treated_ratio - untreated_ratio
    half = two_sided(freedom=above.freedom(arms)) * standard_error(
        influence - of_untreated, arms.clusters
    )
    return Estimate(difference, difference - half, difference + half)


def _ratio(above: ArmMean, below: ArmMean) -> tuple[float, Floats]:
    if below.value <= 0.0:
        raise DataRefused(
            expected="denominators that add up to more than nothing in each arm",
            found=f"{below.value:g} a customer in one",
            remedy="Measure a longer time, or another ratio.",
        )
    ratio = above.value / below.value
    return ratio, (above.influence - ratio * below.influence) / below.value
