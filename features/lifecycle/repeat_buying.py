"""The parameters of a company's repeat buying, by maximum likelihood, from what was known at a cutoff.

Method: Fader, Hardie and Lee (2005). Their likelihood is written with one logarithm taken out, so that
long histories neither overflow nor underflow, and has its slopes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from features.behaviour.buying import OPERANDS
from features.declarations.buying import LARGEST_PARAMETER, SHORTEST_SCALE_DAYS, BuyingModel
from features.lifecycle.likelihood import likeliest, rounded
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff

FEWEST_REPEATING = 30
"""So many customers must have bought on two days before a company's rhythm is believed."""
MOST_CUSTOMERS = 50_000
"""Of more customers every second, third … is read: four parameters gain nothing from the rest."""
_WIDEST = 9.0
_YEAR_DAYS = 365


def fit_buying_model(repeats: Floats, recency: Floats, tenure: Floats) -> BuyingModel:
    """The parameters under which these customers' purchases are likeliest; times are in days.

    One entry a customer: days with a purchase after the first, days since the last and days since the
    first. Customers without a purchase (NaN) are passed over. Of more than 50,000 customers evenly
    spaced ones are read, in the order given. Raises ``ModelRefused`` when fewer than thirty bought
    again or no parameters can be found.
    """
    x, last, whole = _readable(repeats, recency, tenure)
    repeating = int(np.count_nonzero(x))
    if repeating < FEWEST_REPEATING:
        raise ModelRefused(
            expected=f"at least {FEWEST_REPEATING} customers who bought on two days or more",
            found=f"{repeating} of {len(x)}",
            remedy="Add older purchases, or do without the model of buying.",
        )
    # In units of the mean time observed every parameter is of the order of one.
    unit = float(np.mean(whole)) or 1.0
    counted = Counted(x, last / unit, whole / unit)
    found = likeliest(counted.loss_and_slopes, np.zeros(4), widest=_WIDEST, steepest=1e-4)
    if found is None:
        raise ModelRefused(
            expected="parameters under which the purchases are likeliest",
            found="none: the search did not come to rest",
            remedy="Check that the purchases carry real dates, or do without the model of buying.",
        )
    r, alpha, a, b = found
    alpha = max(alpha * unit, SHORTEST_SCALE_DAYS)
    return BuyingModel(*(rounded(min(one, LARGEST_PARAMETER)) for one in (r, alpha, a, b)))


def buying_model_before(pack: Pack, cutoff: Cutoff, *, threads: int = 2) -> BuyingModel | None:
    """The model of buying as it could be known at a cutoff; None where the data cannot carry one.

    Nothing that happened or became known at the cutoff or later has a part in it.
    """
    return buying_models_before(pack, [cutoff], threads=threads).get(cutoff.seconds)


def buying_models_before(
    pack: Pack, cutoffs: Sequence[Cutoff], *, threads: int = 2
) -> dict[int, BuyingModel]:
    """The model of buying as it could be known at each of some cutoffs, by their seconds.

    Everybody who had bought by then is fitted on. Cutoffs at which the data cannot carry a model are left out.
    """
    purchases = pack.streams.get("purchases")
    if purchases is None or not {"quantity_milli", "local_day"} <= set(purchases.columns):
        return {}
    vectors = build_vectors(pack, plan_of(OPERANDS, pack), cutoffs, threads=threads)
    columns = [vectors.column(one.feature.name).astype(np.float64) for one in OPERANDS]
    found: dict[int, BuyingModel] = {}
    for cutoff in cutoffs:
        rows = vectors.cutoff_seconds == cutoff.seconds
        with suppress(ModelRefused):
            found[cutoff.seconds] = fit_buying_model(*(one[rows] for one in columns))
    return found


def usual_cutoff(pack: Pack) -> Cutoff:
    """Where a model of buying is fitted when no training says otherwise.

    One year before the end of the data, or the middle of a history shorter than two years.
    """
    end = pack.last_known // DAY_SECONDS + 1
    purchases = pack.streams.get("purchases")
    some = purchases is not None and purchases.rows
    first = int(np.min(purchases.seconds)) // DAY_SECONDS if purchases and some else end
    return Cutoff(max(end - _YEAR_DAYS, (first + end) // 2) * DAY_SECONDS)


def usual_plan(pack: Pack) -> Plan:
    """The standard plan with a model of buying fitted at the usual cutoff, where the data carry one."""
    return standard_plan(pack, buying_model_before(pack, usual_cutoff(pack)))


def _readable(repeats: Floats, recency: Floats, tenure: Floats) -> tuple[Floats, Floats, Floats]:
    """Repeats, time of the last purchase and time observed, of evenly spaced customers who bought."""
    bought = np.flatnonzero(~np.isnan(tenure))
    if len(bought) > MOST_CUSTOMERS:
        bought = bought[np.arange(MOST_CUSTOMERS) * len(bought) // MOST_CUSTOMERS]
    x, whole = repeats[bought], tenure[bought]
    return x, np.maximum(whole - recency[bought], 0.0), whole


class Counted:
    """What customers did, gathered so that special functions are asked once a number of repeats."""

    def __init__(self, x: Floats, last: Floats, whole: Floats) -> None:
        self.x, self.last, self.whole = x, last, whole
        self.counts, self.place = np.unique(x, return_inverse=True)
        self.often = np.bincount(self.place, minlength=len(self.counts)) / len(x)
        self.again = x > 0

    def loss_and_slopes(self, logs: Floats) -> tuple[float, Floats]:
        """The mean negative log-likelihood, and its slopes by the logarithms of r, alpha, a and b."""
        from scipy.special import betaln, digamma, gammaln

        r, alpha, a, b = parameters = np.exp(logs)
        x, n, often = self.x, self.counts, self.often
        shape = r + x
        observed, until_last = np.log(alpha + self.whole), np.log(alpha + self.last)
        # The odds of having stopped after the last purchase; none without a repeat purchase.
        stays = np.where(self.again, b + x - 1.0, 1.0)
        odds = np.where(self.again, np.log(a / stays) + shape * (observed - until_last), -np.inf)
        gone = 1.0 / (
            1.0 + np.exp(-np.minimum(odds, 700.0), where=self.again, out=np.full(len(x), np.inf))
        )
        by_count = gammaln(r + n) - gammaln(r) + betaln(a, b + n) - betaln(a, b)
        value = r * logs[1] + np.mean(np.logaddexp(0.0, odds) - shape * observed) + often @ by_count
        both = digamma(a + b) - often @ digamma(a + b + n)
        slopes = np.array(
            [
                logs[1] + often @ digamma(r + n) - digamma(r)
                + np.mean(gone * (observed - until_last) - observed),
                r / alpha + np.mean(
                    shape * (gone * (1 / (alpha + self.whole) - 1 / (alpha + self.last)) - 1 / (alpha + self.whole))
                ),
                both + np.mean(gone) / a,
                both + often @ digamma(b + n) - digamma(b) - np.mean(gone / stays),
            ]
        )  # fmt: skip
        return -float(value), -slopes * parameters
