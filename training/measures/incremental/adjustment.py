"""Covariates and strata as columns for a regression: they narrow the interval of an effect and must not move anything else.

Whatever was known before the lot may be a covariate: the score, what was bought in the days before. It needs not be right, only
related to the outcome (CUPED: Deng et al., WSDM 2013; regression adjustment: Lin, Annals of Applied Statistics 7, 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import DataRefused
from training.measures.incremental.arms import CampaignArms, require_as_many

ROWS_A_COLUMN = 10
"""So many customers the smaller arm has for each column, lest the fit takes chance for a relation."""
_HARDLY_NEW = 1e-8


@dataclass(frozen=True)
class AdjustingColumns:
    """Columns that are zero at the mean of the treated: [rows, columns]; ``covariates`` counts those that are no strata."""

    columns: Floats
    covariates: int

    @classmethod
    def of(cls, arms: CampaignArms, covariates: Floats | None) -> Self:
        """The columns of strata first, then those of the covariates ([rows, covariates], NaN where one is missing), in the order given.

        A missing value counts as the mean of the others, with a column of its own that says where it was missing (Zhao and Ding, JASA
        119, 2024). Left out are covariates that are the same for everybody in an arm, that follow from those before them, or for
        which the smaller arm has fewer than ten customers a column.
        """
        strata = np.arange(1, int(arms.strata.max(initial=0)) + 1)
        found = [(arms.strata == one).astype(np.float64) for one in strata]
        offered = _filled(arms, covariates)
        basis: list[Floats] = []
        for column in found:
            _add(basis, column, arms)
        of_strata = len(basis)
        smaller = min(int(arms.treated.sum()), int(arms.held_out.sum()))
        for column in offered:
            if len(basis) - of_strata < (smaller - of_strata) // ROWS_A_COLUMN - 1 and _varies(
                column, arms
            ):
                _add(basis, column, arms)
        columns = np.column_stack(basis) if basis else np.zeros((len(arms.treated), 0))
        columns = columns - columns[arms.treated].mean(axis=0)
        return cls(columns, len(basis) - of_strata)

    @property
    def strata_alone(self) -> Floats:
        """The columns of the strata."""
        return self.columns[:, : self.columns.shape[1] - self.covariates]


def _filled(arms: CampaignArms, covariates: Floats | None) -> list[Floats]:
    """Each covariate without a gap, and after it a column that says where there was one."""
    if covariates is None:
        return []
    table = np.asarray(covariates, np.float64)
    if table.ndim == 1:
        table = table[:, None]
    require_as_many("covariates", len(table), len(arms.rows) + arms.left_out)
    table = table[arms.rows]
    if np.isinf(table).any():
        raise DataRefused(
            expected="covariates that are finite numbers, or NaN where one is missing",
            found=f"{int(np.isinf(table).sum()):,} without end",
            remedy="Leave them out, or say NaN.",
        )
    found: list[Floats] = []
    for column in table.T:
        is_missing = np.isnan(column)
        if is_missing.all():
            continue
        found.append(np.where(is_missing, column[~is_missing].mean(), column))
        if is_missing.any():
            found.append(is_missing.astype(np.float64))
    return found


def _varies(column: Floats, arms: CampaignArms) -> bool:
    return all(np.ptp(column[arm]) > 0.0 for arm in (arms.treated, arms.held_out))


def _add(basis: list[Floats], column: Floats, arms: CampaignArms) -> None:
    """Put what a column says beyond those before it to them, at unit length."""
    new = column - column.mean()
    length = float(np.linalg.norm(new))
    # Twice, since once leaves rounding errors behind where columns are nearly the same.
    for _ in range(2):
        for one in basis:
            new = new - (one @ new) * one
    rest = float(np.linalg.norm(new))
    if rest > _HARDLY_NEW * length:
        basis.append(new / rest)


def column_table(*columns: NDArray[np.generic]) -> Floats:
    """Covariates side by side, as ``of`` takes them.

    >>> column_table(np.array([True, False]), np.array([3, 4])).tolist()
    [[1.0, 3.0], [0.0, 4.0]]
    """
    return np.column_stack([np.asarray(one, np.float64) for one in columns])
