"""What is measured of a value model on a company's data comes out the same from bundle, predictions and data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.company.settings.questions import ValueSettings
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from tests.training.companies import spend
from training.families.value.bundle import ValueBundle
from training.families.value.family import VALUE_FAMILY
from training.families.value.learning import LearnedValue
from training.families.value.measured_again import measured_again
from training.families.value.recomputed import recomputed_value, value_predictions
from training.measures.predictions.compared import ComparedFigure, compare

SETTINGS = ValueSettings(horizon_days=60)


@pytest.fixture(scope="module")
def bundle(learned_value: LearnedValue) -> ValueBundle:
    """The model as it is written."""
    return VALUE_FAMILY.model(learned_value)[1]


def measured(
    learned: LearnedValue, bundle: ValueBundle, shop: Pack, settings: ValueSettings = SETTINGS
) -> list[ComparedFigure]:
    """Every figure that was measured again beside that of the card."""
    predictions = value_predictions(learned.ladder)
    manifest = bundle.manifest
    card = {
        "base_rate": manifest.base_rate,
        "metrics": manifest.metrics,
        "evaluation": manifest.evaluation,
    }
    again = measured_again(bundle, predictions, shop, None, settings, spend(shop))
    return compare(card, again)


def test_the_same_is_measured_again(
    learned_value: LearnedValue, bundle: ValueBundle, shop: Pack
) -> None:
    figures = measured(learned_value, bundle, shop)
    assert [one for one in figures if not one.agrees] == []
    assert ("base_rate",) in {one.place for one in figures}
    parts = {one.place[1] for one in figures if one.place[0] == "evaluation"}
    assert parts == {"leaks", "fairness", "trust"}


def test_ladder_and_levels_are_recomputed_from_the_predictions_alone(
    learned_value: LearnedValue, bundle: ValueBundle
) -> None:
    manifest = bundle.manifest
    again = recomputed_value(manifest, value_predictions(learned_value.ladder))
    figures = compare({"metrics": manifest.metrics, "ladder": manifest.ladder}, again)
    assert [one for one in figures if not one.agrees] == []
    places = {one.place[:2] for one in figures}
    assert {("metrics", "gini"), ("metrics", "gain"), ("metrics", "mae_cents")} <= places


def test_a_card_that_says_otherwise_is_found(
    learned_value: LearnedValue, bundle: ValueBundle, shop: Pack
) -> None:
    leaks = {**bundle.manifest.evaluation["leaks"], "history": 0.5}
    wrong = replace(
        bundle.manifest, evaluation={**bundle.manifest.evaluation, "leaks": leaks}, base_rate=0.1
    )
    other = ValueBundle(wrong, bundle.value, bundle.reference, bundle.declarations)
    differing = [one.place for one in measured(learned_value, other, shop) if not one.agrees]
    assert differing == [("base_rate",), ("evaluation", "leaks", "history")]


def test_another_horizon_by_now_is_refused(
    learned_value: LearnedValue, bundle: ValueBundle, shop: Pack
) -> None:
    with pytest.raises(ModelRefused, match="days the model was trained for"):
        measured(learned_value, bundle, shop, ValueSettings(horizon_days=30))
