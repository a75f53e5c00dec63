"""What a purchase is worth: the Gamma-Gamma model of spend, for companies with too few customers for trees.

The model (Fader and Hardie, "The Gamma-Gamma model of monetary value", 2013) says that each purchase of
a customer varies around a mean of their own, and that these means vary between customers. What one
customer spent is therefore believed the more, the more often they bought; of others the mean of all is
believed.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from features.lifecycle.likelihood import likeliest, rounded
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused

FEWEST_REPEATING = 30
"""So many customers must have bought again before a company's spread of spend is believed."""
_WIDEST = 12.0
_MOST_OVER_OBSERVED = 2.0


@dataclass(frozen=True)
class SpendingModel:
    """The spread of spend within and between customers, and the mean spend a purchase of them all.

    ``p`` and ``q`` are shapes, ``scale`` and ``mean`` are in the unit of the spend it was fitted on.
    """

    p: float
    q: float
    scale: float
    mean: float

    def expected(self, purchases: Floats, mean_spend: Floats) -> Floats:
        """The spend a purchase to expect of customers with so many purchases of such a mean.

        It lies between the customer's own mean and that of all, and is the latter at no purchase. At a
        ``q`` of 1 or less the model's own mean of all customers does not exist and no weight rests on it.
        """
        others = max(self.q - 1.0, 0.0)
        own = self.p * purchases
        weight = np.divide(own, own + others, out=np.zeros(len(own)), where=own > 0)
        answer: Floats = np.where(
            own > 0, weight * mean_spend + (1 - weight) * self.mean, self.mean
        )
        return answer

    def as_dict(self) -> dict[str, float]:
        """The model as plain fields."""
        return asdict(self)


def fit_spending_model(purchases: Floats, mean_spend: Floats) -> SpendingModel:
    """The spread under which the mean spends of these customers are likeliest.

    One entry a customer: how many purchases, and their mean spend. Customers without a purchase or with
    nothing spent are passed over. Raises ``ModelRefused`` when fewer than thirty remain or the search
    finds no parameters.
    """
    seen = (purchases > 0) & (mean_spend > 0)
    x, unit = purchases[seen], float(mean_spend[seen].mean()) if seen.any() else 1.0
    if len(x) < FEWEST_REPEATING:
        raise ModelRefused(
            expected=f"at least {FEWEST_REPEATING} customers who bought again",
            found=str(len(x)),
            remedy="Add older purchases.",
        )
    m = mean_spend[seen] / unit
    start = np.log([2.0, 3.0, 1.0])
    found = likeliest(
        lambda logs: _loss_and_slopes(logs, x, m), start, widest=_WIDEST, steepest=1e-3
    )
    if found is None:
        raise ModelRefused(
            expected="a spread under which the spends are likeliest",
            found="none: the search did not come to rest",
            remedy="Check the amounts of the purchases.",
        )
    p, q, scale = (float(one) for one in found)
    mean = p * scale / (q - 1.0) if q > 1.0 else math.inf
    # Near q = 1 the model's mean runs away to infinity; the customers' own mean does not.
    believed = mean if mean < _MOST_OVER_OBSERVED else 1.0
    return SpendingModel(*(rounded(one) for one in (p, q, scale * unit, believed * unit)))


def _loss_and_slopes(logs: Floats, x: Floats, m: Floats) -> tuple[float, Floats]:
    """The mean negative log-likelihood, and its slopes by the logarithms of p, q and the scale."""
    from scipy.special import digamma, gammaln

    p, q, scale = parameters = np.exp(logs)
    px, total = p * x, scale + x * m
    value = (
        gammaln(px + q) - gammaln(px) - gammaln(q)
        + q * math.log(scale) + (px - 1.0) * np.log(m) + px * np.log(x) - (px + q) * np.log(total)
    )  # fmt: skip
    both, log_total = digamma(px + q), np.log(total)
    slopes = np.array(
        [
            np.mean(x * (both - digamma(px) + np.log(m) + np.log(x) - log_total)),
            np.mean(both - log_total) - digamma(q) + math.log(scale),
            np.mean(q / scale - (px + q) / total),
        ]
    )
    return -float(value.mean()), -slopes * parameters
