"""Who was treated and who was held out by lot, checked before anything is measured of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused

FEWEST_IN_AN_ARM = 5
"""Of fewer customers in either arm no interval is to be trusted, and none is given."""
_FEWEST_IN_A_STRATUM = 2


@dataclass(frozen=True)
class CampaignArms:
    """The customers of a campaign: one entry a row, in any order.

    ``treated`` says whom the lot assigned to the campaign, whatever was done with them afterwards (intention to treat); the others were held out.
    The lot was drawn within each of the ``strata`` (codes from 0 on). ``clusters`` (codes from 0 on) are rows that belong together,
    such as those of one customer. ``left_out`` counts rows of strata that have fewer than two rows in one of the arms: nobody there
    can be compared.
    """

    treated: Truths
    strata: NDArray[np.intp]
    clusters: NDArray[np.intp] | None
    rows: NDArray[np.intp]
    left_out: int

    @classmethod
    def of(
        cls,
        treated: Truths,
        *,
        strata: NDArray[np.generic] | None = None,
        clusters: NDArray[np.generic] | None = None,
    ) -> Self:
        """The arms of all rows; ``strata`` and ``clusters`` are any values that tell theirs apart, None where there are none.

        ``DataRefused`` where an arm has fewer than five rows that can be compared, or fewer than five clusters.
        """
        treated = np.asarray(treated, np.bool_)
        for name, one in (("strata", strata), ("clusters", clusters)):
            if one is not None:
                require_as_many(name, len(one), len(treated))
        stratum = _codes(strata) if strata is not None else np.zeros(len(treated), np.intp)
        arms = [
            np.bincount(stratum[treated == one], minlength=1 + int(stratum.max(initial=0)))
            for one in (True, False)
        ]
        can_be_compared = np.minimum(*arms) >= _FEWEST_IN_A_STRATUM
        rows = np.flatnonzero(can_be_compared[stratum])
        cluster = None if clusters is None else _codes(np.asarray(clusters)[rows])
        found = cls(treated[rows], _codes(stratum[rows]), cluster, rows, len(treated) - len(rows))
        found._require_enough()
        return found

    @property
    def held_out(self) -> Truths:
        """Whom the lot assigned to the hold-out."""
        return ~self.treated

    def taken(self, name: str, values: NDArray[np.generic]) -> Floats:
        """The values of those who can be compared, out of one value for each row the arms were made of.

        ``DataRefused`` where there are more or fewer, or one is missing or not finite.
        """
        require_as_many(name, len(values), len(self.rows) + self.left_out)
        taken = np.asarray(values, np.float64)[self.rows]
        faulty = np.flatnonzero(~np.isfinite(taken))
        if len(faulty):
            raise DataRefused(
                expected=f"{name} of every customer as a finite number",
                found=f"{len(faulty):,} that are missing or not finite",
                rows=_places(self.rows[faulty]),
                remedy="Measure when all outcomes are known, and count who did nothing as 0.",
            )
        return taken

    def _require_enough(self) -> None:
        for word, arm in (("treated", self.treated), ("held out", self.held_out)):
            found, what = int(arm.sum()), "customers"
            if found >= FEWEST_IN_AN_ARM and self.clusters is not None:
                found, what = len(np.unique(self.clusters[arm])), "clusters"
            if found < FEWEST_IN_AN_ARM:
                without = (
                    f", without {self.left_out:,} of strata with too few" if self.left_out else ""
                )
                raise DataRefused(
                    expected=f"{FEWEST_IN_AN_ARM} {what} at least who were {word}",
                    found=f"{found}{without}",
                    remedy="Measure more campaigns together, or hold out a larger share of the next.",
                )


def require_as_many(name: str, found: int, expected: int) -> None:
    """Refuse columns of another length than that of the arms."""
    if found != expected:
        raise DataRefused(
            expected=f"{name} with one entry for each of {expected:,} rows",
            found=f"{found:,} entries",
            remedy="Give every row its own.",
        )


def _codes(values: NDArray[np.generic]) -> NDArray[np.intp]:
    return np.unique(np.asarray(values), return_inverse=True)[1].reshape(-1)


def _places(rows: NDArray[np.intp]) -> str:
    said = ", ".join(str(one) for one in rows[:5].tolist())
    return said if len(rows) <= 5 else f"{said} and {len(rows) - 5:,} more"
