"""What went otherwise than the lot had it: counted and shown, never silently mended.

The effect is measured by what the lot said, whatever was done (intention to treat), which no contamination biases upwards. What the
contact itself does is larger by the share that was really contacted (``contact_effect``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import MISSING_NUMBER, Floats, Ints, Truths
from features.vocabulary.errors import DataRefused
from training.measures.estimates import Estimate
from training.measures.incremental.adjustment import AdjustingColumns
from training.measures.incremental.arms import CampaignArms, require_as_many
from training.measures.incremental.effect import Contrast
from training.measures.incremental.influence import standard_error
from training.measures.incremental.student import two_sided

_LEAST_APART = 4.0


@dataclass(frozen=True)
class Contamination:
    """Masks over the rows of a campaign, one entry a row.

    ``contacted_anyway`` were held out and contacted all the same; ``not_contacted`` were to be contacted and were not; ``outcome_too_early``
    have an outcome before their campaign began, which it cannot have brought; ``in_another`` were in another campaign too.
    """

    contacted_anyway: Truths
    not_contacted: Truths
    outcome_too_early: Truths
    in_another: Truths

    @classmethod
    def of(
        cls,
        treated: Truths,
        contacted_seconds: Ints,
        outcome_seconds: Ints,
        began_seconds: Ints | int,
        in_another: Truths | None = None,
    ) -> Self:
        """By the first contact and the first outcome of each row, ``MISSING_NUMBER`` where there is none, and the beginning of its campaign.

        An outcome in the very second of the beginning is not too early. Contacts before the beginning belong to no campaign and count as none.
        """
        treated = np.asarray(treated, np.bool_)
        for name, one in (("contacts", contacted_seconds), ("outcomes", outcome_seconds)):
            require_as_many(name, len(one), len(treated))
        was_contacted = (contacted_seconds != MISSING_NUMBER) & (contacted_seconds >= began_seconds)
        has_outcome = outcome_seconds != MISSING_NUMBER
        elsewhere = np.zeros(len(treated), np.bool_) if in_another is None else in_another
        return cls(
            contacted_anyway=~treated & was_contacted,
            not_contacted=treated & ~was_contacted,
            outcome_too_early=has_outcome & (outcome_seconds < began_seconds),
            in_another=np.asarray(elsewhere, np.bool_),
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each, by the name of its mask."""
        return {name: int(mask.sum()) for name, mask in vars(self).items()}

    @property
    def is_clean(self) -> bool:
        """Whether everything went as the lot had it."""
        return not any(self.counts.values())


def in_several(customer_keys: NDArray[np.integer], campaign: NDArray[np.generic]) -> Truths:
    """Which rows are of customers who are in more than one campaign.

    >>> in_several(np.array([1, 2, 1, 2]), np.array([5, 5, 6, 5])).tolist()
    [True, False, True, False]
    """
    _, codes = np.unique(campaign, return_inverse=True)
    _, customer = np.unique(customer_keys, return_inverse=True)
    pairs = np.unique(np.column_stack([customer, codes]), axis=0)
    return np.asarray(np.bincount(pairs[:, 0])[customer] > 1)


def contact_effect(
    treated: Truths,
    contacted: Truths,
    outcomes: Floats,
    covariates: Floats | None = None,
    *,
    strata: NDArray[np.generic] | None = None,
    clusters: NDArray[np.generic] | None = None,
) -> Estimate:
    """What the contact itself does to each customer who is contacted because the lot says so, at 95 percent.

    The effect of being assigned over how many more of those assigned were really ``contacted`` (Wald's ratio; Imbens and Angrist,
    Econometrica 62, 1994), by the delta method; it takes for granted that the lot does nothing but by the contact. Other arguments as in
    ``campaign_effect``. ``DataRefused`` where hardly more of those assigned were contacted than of those held out.
    """
    arms = CampaignArms.of(treated, strata=strata, clusters=clusters)
    columns = AdjustingColumns.of(arms, covariates).columns
    brought = Contrast.of(arms, arms.taken("outcomes", outcomes), columns)
    reached = Contrast.fitted(arms, arms.taken("contacted", contacted), columns)
    share, error = reached.difference, reached.standard_error(arms)
    if share <= _LEAST_APART * error:
        raise DataRefused(
            expected="many more contacted of those assigned to the campaign than of those held out",
            found=f"{reached.treated.value:.0%} and {reached.untreated.value:.0%}",
            remedy="See whether the contacts were recorded for the right customers.",
        )
    effect = brought.difference / share
    influence = (brought.influence - effect * reached.influence) / share
    half = two_sided(freedom=brought.freedom(arms)) * standard_error(influence, arms.clusters)
    return Estimate(effect, effect - half, effect + half)
