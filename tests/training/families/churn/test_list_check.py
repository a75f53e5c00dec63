"""A list that earns less than that of the champion's way, beyond chance, keeps its model out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.companies import QUESTION, dataset, manifest_of
from training.bundles.manifest import Manifest
from training.families.churn.bundle import ChurnTask
from training.families.churn.list_check import list_against_champion
from training.learners.logistic import LogisticModel

MODEL = LogisticModel.fit(dataset(40))


def trained(
    title: str, less: tuple[float, float, float], *, is_priced: bool = True
) -> Manifest[ChurnTask]:
    """A model whose training set its list beside that of the recency rule."""
    told = dict(zip(("mean", "low", "high"), less, strict=True))
    row: dict[str, Any] = {"rung": "recency rule", "found_less": told, "profit_less_cents": None}
    if is_priced:
        row["profit_less_cents"] = {name: 100 * one for name, one in told.items()}
    reckoned = {"kept_value_is_known": is_priced, "rows": [row]}
    said = manifest_of(MODEL, evaluation={"campaign": reckoned, "currency": "EUR"})
    return replace(said, title=title)


RULE = replace(trained("recency rule", (0.0, 0.0, 0.0)), evaluation={})


@pytest.mark.parametrize(
    ("less", "passed"),
    [
        ((5.0, 1.0, 9.0), True),
        ((-5.0, -9.0, 0.0), True),
        ((-5.0, -9.0, -0.1), False),
        ((0.0, 0.0, 0.0), True),
    ],
)
@pytest.mark.parametrize("is_priced", [True, False])
def test_only_a_loss_that_chance_does_not_explain_keeps_a_list_out(
    less: tuple[float, float, float], passed: bool, is_priced: bool
) -> None:
    check = list_against_champion(trained("LightGBM", less, is_priced=is_priced), RULE)
    assert check.passed is passed and "beside recency rule" in check.figure
    assert ("EUR" in check.figure) is is_priced and ("found" in check.figure) is not is_priced


def test_what_the_list_makes_is_told_with_its_interval() -> None:
    check = list_against_champion(trained("LightGBM", (-41.23, -90.0, -1.0)), RULE)
    assert check.figure == "−41 EUR (−90 … −1) beside recency rule"
    counted = list_against_champion(trained("LightGBM", (-2.0, -5.5, 1.0), is_priced=False), RULE)
    assert counted.figure == "-2.0 (-5.5 … +1.0) found beside recency rule"


def test_nothing_is_compared_where_there_is_nothing_to_compare_with() -> None:
    mine = trained("LightGBM", (-5.0, -9.0, -1.0))
    assert list_against_champion(mine, None).figure == "no champion yet"
    other = ChurnTask(replace(QUESTION, horizon_days=QUESTION.horizon_days + 1))
    unlike = {
        "another question": (mine, replace(RULE, task=other)),
        "no list among those": (mine, replace(RULE, title="a way of another company")),
        "before lists were": (
            replace(mine, evaluation={"campaign": {"rows": [{"rung": "recency rule"}]}}),
            RULE,
        ),
    }
    for why, (challenger, champion) in unlike.items():
        check = list_against_champion(challenger, champion)
        assert check.passed and why in check.figure
