"""The rules of the value ladder beside what an analyst makes of the same orders with pandas: none is shown worse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from features.store.pack import Pack
from features.vocabulary.time import DAY_SECONDS
from training.families.value import tested_value
from training.families.value.fits import KnownOutcomes
from training.families.value.learning import LearnedValue
from training.families.value.measures import normalised_gini
from training.families.value.models import LAST, PARAMETRIC, RATE

HORIZON_DAYS = 60


def orders_of(pack: Pack) -> pd.DataFrame:
    """Every order: whose, on which day, how much."""
    stream = pack.streams["purchases"]
    owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
    days = np.asarray(stream.seconds) / DAY_SECONDS
    cents = np.asarray(stream.columns["amount_cents"])
    return pd.DataFrame({"customer": owners, "day": days, "cents": cents})


def past_rate(orders: pd.DataFrame, today: float) -> pd.Series:
    by = orders[orders.day < today].groupby("customer")
    return by.cents.sum() / (today - by.day.min()).clip(lower=30) * HORIZON_DAYS


def latest_spend(orders: pd.DataFrame, today: float) -> pd.Series:
    """Of the stretches that have a feature of their own ninety days are nearest to sixty."""
    known = orders[orders.day < today]
    latest = known[known.day >= today - 90].groupby("customer").cents.sum()
    return latest.reindex(known.customer.unique(), fill_value=0)


def rhythm_times_spend(orders: pd.DataFrame, today: float) -> pd.Series:
    """BG/NBD (Fader, Hardie and Lee 2005) by a search without slopes, times the mean spend a purchase of all.

    What a purchase is worth was drawn without regard of whose it is, and the Gamma-Gamma model must find that.
    """
    known = orders[orders.day < today].assign(date=lambda row: row.day.astype(int))
    by = known.groupby("customer")
    x, first, last = by.date.nunique() - 1, by.day.min(), by.day.max()
    tx, tenure, horizon = last - first, today - first, float(HORIZON_DAYS)

    def loss(logs: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logs)
        head = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        head += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        alive = -(r + x) * np.log(alpha + tenure)
        gone = np.log(a) - np.log(np.maximum(b + x - 1, 1e-9)) - (r + x) * np.log(alpha + tx)
        return -float((head + np.where(x > 0, np.logaddexp(alive, gone), alive)).sum())

    best = minimize(loss, [0.0, 3.0, 0.0, 1.0], method="Nelder-Mead", options={"maxiter": 4_000})
    r, alpha, a, b = np.exp(best.x)
    shrunk = ((alpha + tenure) / (alpha + tenure + horizon)) ** (r + x)
    curve = hyp2f1(r + x, b + x, a + b + x - 1, horizon / (alpha + tenure + horizon))
    still = 1 + (x > 0) * a / (b + x - 1) * ((alpha + tenure) / (alpha + tx)) ** (r + x)
    purchases = (a + b + x - 1) / (a - 1) * (1 - shrunk * curve) / still
    found: pd.Series = purchases * known.cents.sum() / by.date.nunique().sum()
    return found


@pytest.mark.parametrize(
    ("rung", "by_hand", "off"),
    [(RATE, past_rate, 0.002), (LAST, latest_spend, 0.002), (PARAMETRIC, rhythm_times_spend, 0.01)],
)
def test_a_rule_is_as_good_in_the_ladder_as_by_hand(
    shop: Pack, learned_value: LearnedValue, rung: str, by_hand: object, off: float
) -> None:
    orders, fits = orders_of(shop), learned_value.ground.fits
    for split, tested in zip(
        learned_value.splits.tests, learned_value.ladder.of(rung), strict=True
    ):
        answer = aligned(by_hand(orders, tested.cutoff.seconds / DAY_SECONDS), tested)  # type: ignore[operator]
        gini = normalised_gini(tested.brought, answer)
        asked, _ = fits.answers(KnownOutcomes.whole(split, tested.cutoff), tested.cutoff)[rung]
        assert normalised_gini(tested.brought, asked) == pytest.approx(gini, abs=off), rung
        # Level and limits take nothing from it; who has long been silent is known to bring little.
        assert tested.figures["gini"] >= gini - off, tested.cutoff


def aligned(answer: pd.Series, tested: tested_value.TestedValue) -> np.ndarray:
    found = answer.reindex(tested.customer_keys).to_numpy(float)
    assert np.isfinite(found).all()
    return found
