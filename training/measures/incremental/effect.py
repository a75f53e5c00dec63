"""The effect of a campaign on those it was meant for: what they did beyond what they would have done, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused
from training.measures.estimates import Estimate
from training.measures.incremental.adjustment import AdjustingColumns
from training.measures.incremental.arms import CampaignArms
from training.measures.incremental.influence import ArmMean, standard_error
from training.measures.incremental.student import two_sided


@dataclass(frozen=True)
class CampaignEffect:
    """What came of those treated beyond what would have come without, in the unit of the outcome.

    ``treated_mean`` is what they did, ``untreated_mean`` what they would have done, by those held out. ``standard_error`` is that of the
    difference, ``plain_standard_error`` what it would be without covariates, ``freedom`` the degrees of freedom of its interval.
    ``left_out`` rows stood in strata with nobody to compare, and are in no count; ``covariates`` counts those that were used.
    """

    treated: int
    held_out: int
    left_out: int
    covariates: int
    treated_mean: float
    untreated_mean: float
    standard_error: float
    plain_standard_error: float
    freedom: float

    @property
    def difference(self) -> float:
        """The effect for each customer who was treated."""
        return self.treated_mean - self.untreated_mean

    @property
    def per_treated(self) -> Estimate:
        """The effect for each customer who was treated, at 95 percent."""
        return self.at(two_sided(freedom=self.freedom))

    @property
    def total(self) -> Estimate:
        """The effect over all who were treated, at 95 percent."""
        each = self.per_treated
        return Estimate(*(self.treated * one for one in (each.mean, each.low, each.high)))

    @property
    def variance_explained(self) -> float:
        """The share of the variance that the covariates took, 0 where they took none.

        Of 0.36 the interval is a fifth narrower, for its width goes by the root of what is left.
        """
        if not self.plain_standard_error:
            return 0.0
        return max(0.0, 1.0 - (self.standard_error / self.plain_standard_error) ** 2)

    def at(self, standard_errors: float) -> Estimate:
        """The effect for each customer with an end so many standard errors to either side."""
        half = standard_errors * self.standard_error
        return Estimate(self.difference, self.difference - half, self.difference + half)

    def as_dict(self) -> dict[str, Any]:
        """The effect as plain fields."""
        return asdict(self)


def campaign_effect(
    treated: Truths,
    outcomes: Floats,
    covariates: Floats | None = None,
    *,
    strata: NDArray[np.generic] | None = None,
    clusters: NDArray[np.generic] | None = None,
) -> CampaignEffect:
    """The effect of being assigned to a campaign by lot on an outcome such as 1.0 for a purchase, or margin in cents.

    One entry a customer, in any order: ``treated`` says whom the lot assigned to the campaign, whatever was done with them later,
    ``covariates`` ([customers, columns]) what was known before (``AdjustingColumns``), ``strata`` within which of them lots were drawn,
    and ``clusters`` whose rows belong together where somebody has several. The effect is that on those treated: both arms are fitted
    alone and compared at the mean of the treated (Lin 2013; robust errors HC2, degrees of freedom of Welch 1947). ``DataRefused``
    where an arm has fewer than five customers or an outcome is missing, and where outcomes, other than 0 and 1, are the same
    throughout an arm, so that nothing tells how much they vary.
    """
    arms = CampaignArms.of(treated, strata=strata, clusters=clusters)
    values = arms.taken("outcomes", np.asarray(outcomes, np.float64))
    columns = AdjustingColumns.of(arms, covariates)
    adjusted = Contrast.of(arms, values, columns.columns)
    plain = Contrast.of(arms, values, columns.strata_alone) if columns.covariates else adjusted
    return CampaignEffect(
        treated=int(arms.treated.sum()),
        held_out=int(arms.held_out.sum()),
        left_out=arms.left_out,
        covariates=columns.covariates,
        treated_mean=adjusted.treated.value,
        untreated_mean=adjusted.untreated.value,
        standard_error=adjusted.standard_error(arms),
        plain_standard_error=plain.standard_error(arms),
        freedom=adjusted.freedom(arms),
    )


def effects_by_group(
    groups: NDArray[np.integer],
    treated: Truths,
    outcomes: Floats,
    covariates: Floats | None = None,
    *,
    strata: NDArray[np.generic] | None = None,
    clusters: NDArray[np.generic] | None = None,
) -> dict[int, CampaignEffect | None]:
    """The effect in each group, such as each action that was planned, told apart by what was known before the lot.

    None for a group that tells nothing, by the rules of ``campaign_effect``.
    """
    found: dict[int, CampaignEffect | None] = {}
    for group, rows in _by_group(groups):
        table = None if covariates is None else np.asarray(covariates)[rows]
        try:
            found[group] = campaign_effect(
                np.asarray(treated)[rows],
                np.asarray(outcomes)[rows],
                table,
                strata=None if strata is None else np.asarray(strata)[rows],
                clusters=None if clusters is None else np.asarray(clusters)[rows],
            )
        except DataRefused:
            found[group] = None
    return found


@dataclass(frozen=True)
class Contrast:
    """The means of both arms at the customers who were treated."""

    treated: ArmMean
    untreated: ArmMean

    @classmethod
    def of(cls, arms: CampaignArms, outcomes: Floats, columns: Floats) -> Self:
        """The two means, with the error of an arm of nothing but 0 or 1 as one of each more would give it."""
        return cls(_mean(arms.treated, outcomes, columns), _mean(arms.held_out, outcomes, columns))

    @classmethod
    def fitted(cls, arms: CampaignArms, values: Floats, columns: Floats) -> Self:
        """The two means of a quantity that may well be the same for everybody in an arm, such as who was contacted."""
        arm_means = (ArmMean.of(arm, values, columns) for arm in (arms.treated, arms.held_out))
        return cls(*arm_means)

    @property
    def difference(self) -> float:
        """How much higher the mean of the treated is."""
        return self.treated.value - self.untreated.value

    @property
    def influence(self) -> Floats:
        """What each row adds to the error of the difference."""
        return self.treated.influence - self.untreated.influence

    def standard_error(self, arms: CampaignArms) -> float:
        """The standard error of the difference."""
        return standard_error(self.influence, arms.clusters)

    def freedom(self, arms: CampaignArms) -> float:
        """The degrees of freedom of its interval (Welch 1947); clusters count for one row each."""
        parts = [
            (standard_error(mean.influence, arms.clusters) ** 2, _freedom(mean, arm, arms))
            for mean, arm in ((self.treated, arms.treated), (self.untreated, arms.held_out))
        ]
        total = math.fsum(variance for variance, _ in parts)
        if not total:
            return math.inf
        return total**2 / math.fsum(variance**2 / free for variance, free in parts)


def _mean(in_arm: Truths, outcomes: Floats, columns: Floats) -> ArmMean:
    found = outcomes[in_arm]
    if np.ptp(found) > 0.0:
        return ArmMean.of(in_arm, outcomes, columns)
    if not np.isin(outcomes, (0.0, 1.0)).all():
        raise DataRefused(
            expected="outcomes that differ between the customers of each arm",
            found=f"{found[0]:g} for all {len(found):,} of one",
            remedy="Measure more campaigns together, or purchases instead of money.",
        )
    # Of twenty who all stayed away the next one may come: as if one more had, and one more had not (Agresti and Caffo 2000).
    customers = len(found)
    variance = (customers + 1) / (customers + 2) ** 3
    influence = np.where(in_arm, math.sqrt(variance / customers), 0.0)
    return ArmMean(float(found[0]), influence, customers - 1)


def _freedom(mean: ArmMean, in_arm: Truths, arms: CampaignArms) -> int:
    if arms.clusters is None:
        return mean.freedom
    return max(1, min(mean.freedom, len(np.unique(arms.clusters[in_arm])) - 1))


def _by_group(groups: NDArray[np.integer]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    for group in np.unique(groups):
        yield int(group), np.flatnonzero(groups == group)
