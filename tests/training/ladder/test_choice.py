"""What is a tie, and the rung that none beats."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from training.families.churn.rungs import churn_rungs
from training.ladder.choice import Measure, Replicates, climbed
from training.ladder.measured import AUC, LOG_LOSS

RUNGS = churn_rungs(("days_since_order", "orders_count_lifetime"), 60)
MEASURES = (AUC, LOG_LOSS)


def replicates(**means: tuple[float, float]) -> Mapping[str, Replicates]:
    """Resampled figures with a spread of .01 around a mean AUC and log loss, paired by rung."""
    spread = np.linspace(-0.01, 0.01, 101)
    plain = {rung.name.replace(" ", "_"): (0.5, 0.69) for rung in RUNGS} | means
    return {
        name.replace("_", " "): {
            AUC.name: auc + spread * (place + 1),
            LOG_LOSS.name: loss - spread * (place + 1),
        }
        for place, (name, (auc, loss)) in enumerate(plain.items())
    }


@pytest.mark.parametrize(
    ("means", "ships"),
    [
        ({"recency_rule": (0.7, 0.60)}, "recency rule"),
        (
            {"recency_rule": (0.7, 0.60), "logistic_regression": (0.75, 0.55)},
            "logistic regression",
        ),
        (
            {
                "recency_rule": (0.7, 0.60),
                "logistic_regression": (0.75, 0.55),
                "LightGBM": (0.7515, 0.549),
            },
            "logistic regression",
        ),
        (
            {
                "recency_rule": (0.7, 0.60),
                "logistic_regression": (0.75, 0.55),
                "LightGBM": (0.755, 0.546),
            },
            "LightGBM",
        ),
        ({"recency_rule": (0.7, 0.60), "LightGBM": (0.8, 0.75)}, "recency rule"),
        ({"recency_rule": (0.7, 0.60), "LightGBM": (0.697, 0.50)}, "recency rule"),
        ({}, "base rate"),
    ],
    ids=[
        "a rule",
        "a model",
        "a tie goes to the simpler",
        "more than a tie, though within chance",
        "a better rank, a worse loss",
        "a better loss, a worse rank within chance",
        "nothing",
    ],
)
def test_the_simplest_rung_that_none_beats_ships(
    means: dict[str, tuple[float, float]], ships: str
) -> None:
    assert climbed(RUNGS, replicates(**means), MEASURES).name == ships


def test_a_resample_in_which_nobody_left_does_not_decide_what_ships() -> None:
    found = dict(replicates(recency_rule=(0.7, 0.60), LightGBM=(0.703, 0.5995)))
    assert climbed(RUNGS, found, MEASURES).name == "LightGBM"
    for one in found.values():
        one[AUC.name][0] = np.nan
    assert climbed(RUNGS, found, MEASURES).name == "LightGBM"


def test_a_tie_is_as_good_as_the_best_on_whichever_side_is_better() -> None:
    gini = Measure("gini", tie=0.125)
    assert gini.is_as_good(0.875, best=1.0) and not gini.is_as_good(0.87, best=1.0)
    loss = Measure("loss", tie=0.125, is_better_when_larger=False)
    assert loss.is_as_good(1.125, best=1.0) and not loss.is_as_good(1.13, best=1.0)
