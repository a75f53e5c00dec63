"""Regressions by hand, with every step written out, for holding the measures against."""

from __future__ import annotations

import numpy as np

from features.vocabulary.arrays import Floats, Truths


def interacted_regression(
    treated: Truths, outcomes: Floats, covariates: Floats
) -> tuple[float, float]:
    """Lin's regression in one piece: the effect at the mean of the treated, and its HC2 standard error."""
    centred = covariates - covariates[treated].mean(axis=0)
    arm = treated.astype(float)
    design = np.column_stack([np.ones(len(arm)), arm, centred, centred * arm[:, None]])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ outcomes
    residuals = outcomes - design @ coefficients
    hat = np.diag(design @ inverse @ design.T)
    meat = sum(
        np.outer(row, row) * residual**2 / (1 - leverage)
        for row, residual, leverage in zip(design, residuals, hat, strict=True)
    )
    variance = inverse @ meat @ inverse
    return float(coefficients[1]), float(np.sqrt(variance[1, 1]))
