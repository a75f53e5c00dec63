"""Every rule of the ladder against the few lines of pandas a careful analyst would write, from the orders themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import betaln, gammaln

from features.company.settings.questions import ChurnSettings
from features.lifecycle.repeat_buying import buying_models_before
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS
from tests.training.companies import company
from training.bundles.plans import plan_to_learn
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit
from training.families.churn.rungs import churn_rungs
from training.families.churn.strongest_feature import strongest_feature
from training.ladder.ladder import Ladder, climb
from training.questions.kinds import question_of
from training.questions.labelled import labelled

HORIZON_DAYS = 45
SETTINGS = ChurnSettings(
    horizon_days=HORIZON_DAYS, minimum_orders=1, active_within_days=3650, origins=6
)
PACK = company(400, days=400, hazard=0.006)
LABELLED = labelled(PACK, plan_to_learn(PACK, SETTINGS), question_of(SETTINGS), SETTINGS)
SPLITS = LABELLED.splits


def orders() -> pd.DataFrame:
    stream = PACK.streams["purchases"]
    keys = np.repeat(np.arange(PACK.customers), np.diff(stream.offsets))
    return pd.DataFrame({"customer": keys, "day": np.asarray(stream.seconds) / DAY_SECONDS})


def known_at(day: float) -> pd.DataFrame:
    """Silence, tenure, orders and days with one, of everybody who had bought by then, and who left."""
    seen = orders()
    later = seen[(seen.day >= day) & (seen.day < day + HORIZON_DAYS)].customer
    by = seen[seen.day < day].groupby("customer").day
    found = pd.DataFrame(
        {"silence": day - by.max(), "tenure": day - by.min(), "orders": by.count()}
    )
    found["repeats"] = by.agg(lambda days: days.astype(int).nunique()) - 1
    return found.assign(left=~found.index.isin(later))


def area(left: pd.Series, score: pd.Series) -> float:
    positives, ranks = left.sum(), score.rank()
    pairs = positives * (len(left) - positives)
    return float((ranks[left].sum() - positives * (positives + 1) / 2) / pairs)


def chance_of_no_purchase(known: pd.DataFrame, asked: pd.DataFrame) -> pd.Series:
    """BG/NBD by maximum likelihood on the known, as Fader, Hardie and Lee (2005) write it, told of the asked."""
    x, total, last = known.repeats, known.tenure, known.tenure - known.silence

    def loss(logs: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logs)
        shared = gammaln(r + x) - gammaln(r) + r * logs[1] + betaln(a, b + x) - betaln(a, b)
        stopped = np.where(x > 0, a / np.maximum(b + x - 1, 1e-9), 0) * (alpha + last) ** -(r + x)
        return -float(np.mean(shared + np.log((alpha + total) ** -(r + x) + stopped)))

    start = np.log([1.0, known.tenure.mean(), 1.0, 1.0])
    r, alpha, a, b = np.exp(minimize(loss, start, options={"gtol": 1e-9, "maxiter": 1_000}).x)
    x, total, silence = asked.repeats, asked.tenure, asked.silence
    ratio = ((alpha + total) / (alpha + total - silence)) ** (r + x)
    there = 1 / (1 + (x > 0) * a / np.maximum(b + x - 1, 1e-9) * ratio)
    silent = ((alpha + total) / (alpha + total + HORIZON_DAYS)) ** (r + x)
    return pd.Series(1 - there * (1 - silent))


def told_by(rule: str, known: pd.DataFrame, asked: pd.DataFrame) -> pd.Series:
    if rule == "recency rule":
        return asked.silence
    return -asked.orders if rule == "frequency rule" else chance_of_no_purchase(known, asked)


@pytest.fixture(scope="module")
def ladder() -> Ladder:
    buying = buying_models_before(PACK, SPLITS.cutoffs)
    rungs = churn_rungs(LABELLED.dataset.vectors.feature_names, HORIZON_DAYS, buying=buying)
    rules = [rung for rung in rungs if rung.is_rule]
    assert [rule.name for rule in rules] == [
        "base rate",
        "recency rule",
        "frequency rule",
        "BG/NBD",
    ]
    return climb(LABELLED.dataset, SPLITS, rules)


@pytest.mark.parametrize("rule", ["recency rule", "frequency rule", "BG/NBD"])
def test_a_rule_is_as_good_as_an_analyst_makes_it_at_every_test(ladder: Ladder, rule: str) -> None:
    assert len(SPLITS.tests) == 3
    for split, tested in zip(SPLITS.tests, ladder.of(rule), strict=True):
        assert isinstance(split, OriginSplit) and split.test is not None
        asked = known_at(split.test.seconds / DAY_SECONDS)
        known = known_at(max(split.learned_from).seconds / DAY_SECONDS)
        score = told_by(rule, known, asked)
        assert len(tested.outcomes) == len(asked) and tested.outcomes.sum() == asked.left.sum()
        assert tested.figures["auc"] == pytest.approx(area(asked.left, score), abs=1e-6)


def test_the_strongest_feature_is_a_rule_as_it_is_with_the_median_for_a_missing_value() -> None:
    draw = np.random.default_rng(3)
    rows, half = 400, 200
    values = draw.normal(size=(rows, 2)).astype(np.float32)
    values[half:, 1] *= 5  # Later values lie far beyond all that was learned from.
    values[::9, 1] = np.nan
    chance = 1 / (1 + np.exp(np.where(np.isnan(values[:, 1]), 0.0, values[:, 1])))
    outcomes = (draw.random(rows) < chance).astype(float)
    keys, cutoffs = np.arange(rows, dtype=np.int32), np.repeat([1_000, 9_000], half)
    every = Dataset(Vectors("p", ("weak", "strong"), keys, cutoffs, values), outcomes)
    earlier, later = every.at(1_000), every.at(9_000)

    strongest = strongest_feature(earlier, ("weak", "strong"))
    (rule,) = [
        one
        for one in churn_rungs(("weak", "strong"), 60, strongest=strongest)
        if one.name == "one feature"
    ]
    score = rule.fit(earlier).score(later.vectors)

    told = pd.Series(later.vectors.column("strong").astype(float))
    told = -told.fillna(pd.Series(earlier.vectors.column("strong")).median())
    left = pd.Series(later.outcomes == 1)
    assert area(left, pd.Series(score)) == pytest.approx(area(left, told), abs=1e-6)


def test_what_silence_means_is_learned_where_the_outcome_is_not_that_somebody_leaves() -> None:
    dataset = LABELLED.dataset
    came = Dataset(dataset.vectors, 1.0 - dataset.outcomes)
    buying = buying_models_before(PACK, SPLITS.cutoffs)
    rungs = churn_rungs(
        dataset.vectors.feature_names, HORIZON_DAYS, means_leaving=False, buying=buying
    )
    for rung in rungs:
        if rung.is_rule and rung.feature_names:
            scores = pd.Series(rung.fit(came).score(came.vectors))
            assert area(pd.Series(came.outcomes == 1), scores) > 0.6
