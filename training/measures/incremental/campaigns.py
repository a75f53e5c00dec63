"""Several campaigns and actions together: each customer counts once, and each campaign is compared with its own hold-out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Ints, Truths
from training.measures.estimates import Estimate
from training.measures.incremental.effect import CampaignEffect, campaign_effect
from training.measures.incremental.student import two_sided


def first_rows(customer_keys: NDArray[np.integer], began_seconds: Ints) -> Truths:
    """The row of each customer's first campaign, so that everybody is counted once; of rows of the same second the first.

    Which campaign comes first is fixed before any lot of it is drawn, so the lots stay fair; what a later campaign did is then part of what
    came after the first.

    >>> first_rows(np.array([1, 2, 1, 2]), np.array([50, 20, 10, 20])).tolist()
    [False, True, True, False]
    """
    order = np.lexsort((np.arange(len(customer_keys)), began_seconds, customer_keys))
    ordered = np.asarray(customer_keys)[order]
    is_first = np.zeros(len(order), np.bool_)
    is_first[order] = np.r_[True, ordered[1:] != ordered[:-1]][: len(order)]
    return is_first


def together(
    campaign: NDArray[np.generic],
    customer_keys: NDArray[np.integer],
    began_seconds: Ints,
    treated: Truths,
    outcomes: Floats,
    covariates: Floats | None = None,
) -> CampaignEffect:
    """The effect of several campaigns on all who were first treated in one of them: a row a customer and campaign.

    Each campaign is a stratum, since each held out a share of its own, and each customer counts in their first one alone. Other arguments,
    and what is refused, as in ``campaign_effect``.
    """
    first = first_rows(customer_keys, began_seconds)
    return campaign_effect(
        np.asarray(treated)[first],
        np.asarray(outcomes)[first],
        None if covariates is None else np.asarray(covariates)[first],
        strata=np.asarray(campaign)[first],
    )


def standing_hold_out_effect(
    is_held_out: Truths, outcomes: Floats, covariates: Floats | None = None
) -> CampaignEffect:
    """What all campaigns of a time have brought together, by those whom none of them may reach: a row a customer.

    ``is_held_out`` says who is in the standing hold-out. Everybody else counts as treated, whether a campaign chose them or not, so that the
    total is that of all customers and no customer counts twice. Other arguments, and what is refused, as in ``campaign_effect``.
    """
    return campaign_effect(~np.asarray(is_held_out, np.bool_), outcomes, covariates)


def total_of(effects: Sequence[CampaignEffect]) -> Estimate:
    """What several campaigns or actions brought in total, at 95 percent; nothing of none.

    Only of effects on different customers with hold-outs of their own, such as groups of one campaign: their errors are independent.
    """
    mean = math.fsum(one.total.mean for one in effects)
    variance = math.fsum((one.treated * one.standard_error) ** 2 for one in effects)
    half = two_sided() * math.sqrt(variance)
    return Estimate(mean, mean - half, mean + half)
