"""What is measured on a company's data comes out the same from bundle, predictions and data, and otherwise where one of them is other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.company.settings.questions import CampaignSettings, ChurnSettings
from features.vocabulary.errors import ModelRefused
from training.families.churn.bundle import Bundle
from training.families.churn.evaluation.evaluation import evaluate
from training.families.churn.evaluation.measured_again import measured_again
from training.families.churn.evaluation.recomputed import churn_predictions
from training.families.churn.family import CHURN_FAMILY
from training.families.churn.learning import Learned
from training.families.churn.report import EvaluatedChurn
from training.measures.predictions.compared import ComparedFigure, compare
from training.measures.predictions.predictions import Predictions

SETTINGS = ChurnSettings(horizon_days=60)


@pytest.fixture(scope="module")
def trained(learned_churn: Learned) -> tuple[Bundle, Predictions]:
    """A churn model as its bundle has it, and what it answered at its tests."""
    campaign = CampaignSettings(list_size=40)
    evaluation = evaluate(learned_churn, campaign)
    bundle = CHURN_FAMILY.model(EvaluatedChurn(learned_churn, evaluation))[1]
    return bundle, churn_predictions(learned_churn, evaluation, list_size=campaign.list_size)


def measured(
    learned: Learned, bundle: Bundle, predictions: Predictions, settings: ChurnSettings = SETTINGS
) -> list[ComparedFigure]:
    """Every figure that was measured again beside that of the card."""
    manifest = bundle.manifest
    card = {"base_rate": manifest.base_rate, "evaluation": manifest.evaluation}
    return compare(card, measured_again(bundle, predictions, learned.pack, None, settings))


def differing(figures: list[ComparedFigure]) -> set[str]:
    """The parts of an evaluation with a figure that is not the card's."""
    return {one.place[1] for one in figures if not one.agrees}


def test_the_same_is_measured_again(
    learned_churn: Learned, trained: tuple[Bundle, Predictions]
) -> None:
    figures = measured(learned_churn, *trained)
    assert [one for one in figures if not one.agrees] == []
    parts = {one.place[1] for one in figures if one.place[0] == "evaluation"}
    assert {"slices", "probably_gone", "leaks", "fairness", "trust"} <= parts
    assert {("base_rate",), ("evaluation", "leaks", "history")} <= {one.place for one in figures}


def test_an_older_fit_of_the_model_has_other_reasons_and_the_same_customers(
    learned_churn: Learned, trained: tuple[Bundle, Predictions]
) -> None:
    bundle, predictions = trained
    older = learned_churn.ladder.oldest[learned_churn.ladder.winner.name].model
    other = Bundle(
        bundle.manifest, older, bundle.calibration, bundle.reference, None, bundle.declarations
    )
    assert differing(measured(learned_churn, other, predictions)) == {"trust"}


def test_one_other_answer_is_told_by_the_slices(
    learned_churn: Learned, trained: tuple[Bundle, Predictions]
) -> None:
    bundle, predictions = trained
    told = measured(learned_churn, bundle, changed(predictions, bundle.manifest.title))
    assert "slices" in differing(told) and differing(told) <= {"slices", "probably_gone"}


def changed(predictions: Predictions, rung: str) -> Predictions:
    """The same but for the chance of the first customer whom a rung was asked about."""
    place = next(at for at, part in enumerate(predictions.tested) if part.rung == rung)
    part = predictions.tested[place]
    chances = part.numbers("probability").copy()
    chances[0] = 1.0 - chances[0]
    tested = list(predictions.tested)
    tested[place] = replace(part, answers={**part.answers, "probability": chances})
    return replace(predictions, tested=tuple(tested))


def test_another_question_by_now_is_refused(
    learned_churn: Learned, trained: tuple[Bundle, Predictions]
) -> None:
    with pytest.raises(ModelRefused, match="another question"):
        measured(learned_churn, *trained, settings=ChurnSettings(horizon_days=61))


def test_answers_for_other_days_are_refused(
    learned_churn: Learned, trained: tuple[Bundle, Predictions]
) -> None:
    with pytest.raises(ModelRefused, match="days that the model was tested on"):
        measured(learned_churn, *trained, settings=ChurnSettings(horizon_days=60, origins=3))
