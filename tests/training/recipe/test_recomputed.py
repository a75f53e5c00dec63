"""What a card says follows from its predictions alone, by our own measures and by those of other libraries."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from features.company.settings.questions import CampaignSettings
from features.store.pack import Pack
from features.vocabulary.errors import UsageRefused
from tests.training.families.following import assert_all_follow, compared, kept
from tests.training.questions.test_labelled import STATED, asked_once, learned_from
from training.bundles.manifest import Manifest
from training.families.churn.evaluation.evaluation import evaluate
from training.families.churn.evaluation.recomputed import churn_predictions
from training.families.churn.family import CHURN_FAMILY
from training.families.churn.learning import Learned
from training.families.churn.report import EvaluatedChurn
from training.families.families import FAMILIES, recompute_of
from training.families.value.learning import LearnedValue
from training.families.value.recomputed import value_predictions
from training.measures.predictions.predictions import Predictions
from training.measures.predictions.stored import StoredPredictions

CAMPAIGN = CampaignSettings(list_size=40)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "evaluation.md"


def churn(
    learned: Learned, settings: CampaignSettings = CAMPAIGN
) -> tuple[Manifest[Any], Predictions]:
    """The manifest of a churn model with its evaluation, and what its training leaves of predictions."""
    evaluation = evaluate(learned, settings)
    manifest = CHURN_FAMILY.model(EvaluatedChurn(learned, evaluation))[0]
    size = settings.list_size
    return manifest, churn_predictions(learned, evaluation, list_size=size)


@pytest.fixture(scope="module")
def judged(
    learned_churn: Learned, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Manifest[Any], StoredPredictions]:
    """A churn model whose customers are worth what leavers had spent, which is no round sum."""
    manifest, predictions = churn(learned_churn)
    assert manifest.evaluation["campaign"]["costs"]["value"] % 1
    return manifest, kept(tmp_path_factory.mktemp("churn"), predictions, learned_churn.pack)


@pytest.fixture(scope="module")
def valued(
    learned_value: LearnedValue, shop: Pack, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Manifest[Any], StoredPredictions]:
    predictions = value_predictions(learned_value.ladder)
    return learned_value.manifest, kept(tmp_path_factory.mktemp("value"), predictions, shop)


def test_every_figure_of_a_churn_card_follows_from_its_file(
    judged: tuple[Manifest[Any], StoredPredictions],
) -> None:
    manifest, place = judged
    found = place.read("churn", "digest")
    assert_all_follow(manifest, found)
    figures = compared(manifest, found)
    parts = {one.place[1] for one in figures if one.place[0] == "evaluation"}
    assert parts == {"campaign", "grade", "slices", "decay", "when"}


def test_every_figure_follows_where_customers_are_dealt_into_folds(tmp_path: Path) -> None:
    learned = learned_from(asked_once(300), STATED)
    manifest, predictions = churn(learned, CampaignSettings())
    found = kept(tmp_path, predictions, learned.pack).read("churn", "digest")
    assert {one.fold.partition(",")[0] for one in found.tested} == {"round 1", "round 2"}
    assert_all_follow(manifest, found)


def test_every_figure_of_a_value_card_follows_from_its_file(
    valued: tuple[Manifest[Any], StoredPredictions],
) -> None:
    manifest, place = valued
    assert_all_follow(manifest, place.read("value", "digest"))


def test_another_figure_on_the_card_is_found(
    judged: tuple[Manifest[Any], StoredPredictions],
) -> None:
    manifest, place = judged
    wrong = {**manifest.metrics, "auc": manifest.metrics["auc"] + 1e-7}
    figures = compared(replace(manifest, metrics=wrong), place.read("churn", "digest"))
    assert [one.place for one in figures if not one.agrees] == [("metrics", "auc")]


def test_ten_lines_of_other_libraries_say_what_the_churn_card_says(
    judged: tuple[Manifest[Any], StoredPredictions],
) -> None:
    manifest, place = judged
    for row in manifest.ladder:
        figures = as_documented(0, place.place("churn", "digest"), row["name"])
        means = figures["AUC"].mean(), figures["log loss"].mean()
        assert means == pytest.approx((row["auc"], row["log_loss"]), abs=1e-7)
        told = {test: level["observed_over_expected"] for test, level in row["by_cutoff"].items()}
        assert dict(figures["O/E"]) == pytest.approx(told, abs=1e-7)


def test_a_few_lines_of_other_libraries_say_what_the_value_card_says(
    valued: tuple[Manifest[Any], StoredPredictions],
) -> None:
    manifest, place = valued
    for row in manifest.ladder:
        figures = as_documented(1, place.place("value", "digest"), row["name"])
        told = {"bias": row["bias"], "ranges hold": row["coverage"]}
        assert figures == pytest.approx(told, abs=1e-7)


def as_documented(place: int, file: Path, rung: str) -> Any:
    """What the lines that the documentation gives an analyst make of a file, for a rung."""
    lines = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[place]
    lines = lines.replace('"predictions.parquet"', repr(str(file)))
    named: dict[str, Any] = {}
    exec(re.sub(r"(?m)^rung = .*$", f"rung = {rung!r}", lines), named)
    return named["figures"]


def test_families_whose_rungs_are_judged_otherwise_are_refused_in_words() -> None:
    keeping = {name for name, family in FAMILIES.items() if family.recompute is not None}
    assert keeping == {"churn", "value", "offers"}
    for name in FAMILIES.keys() - keeping:
        with pytest.raises(UsageRefused, match="churn, value, offers"):
            recompute_of(name)
