"""A small company gets a rule or a line held back firmly, and is told what its figures rest on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.company.settings.questions import CampaignSettings, ChurnSettings
from features.plan.plan import plan_of
from tests.training.companies import DECLARATIONS, company
from tests.training.families.following import assert_all_follow, kept
from tests.training.recipe.test_recomputed import churn
from training.families.churn.card import model_card
from training.families.churn.evaluation.evaluation import evaluate
from training.families.churn.evaluation.recomputed import recomputed_churn
from training.families.churn.learning import Learned, learn_churn, next_best
from training.families.churn.rungs import LOGISTIC, LOGISTIC_WIDE, churn_rungs
from training.families.churn.small import FIRM_STRENGTH, is_small, rungs_for_few
from training.learners.logistic import LogisticModel

NAMES = ("days_since_order", "orders_count_lifetime", "gap_mean_days", "visits")


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Ninety customers, of whom a dozen leave in each stretch of sixty days."""
    pack = company(150, days=450, hazard=0.003)
    return learn_churn(pack, plan_of(DECLARATIONS, pack), ChurnSettings(horizon_days=60))


def test_only_rules_and_one_line_held_back_firmly_are_tried() -> None:
    rungs = rungs_for_few(churn_rungs(NAMES, 60))
    assert [one.name for one in rungs] == ["base rate", "recency rule", "frequency rule", LOGISTIC]
    assert rungs[-1].strength == FIRM_STRENGTH and rungs[-1].feature_names == NAMES[:3]
    without_orders = rungs_for_few(churn_rungs(("visits",), 60))
    assert [one.name for one in without_orders] == ["base rate", LOGISTIC_WIDE]
    assert without_orders[-1].strength > FIRM_STRENGTH


def test_a_small_company_has_a_model_that_says_how_it_was_tested(learned: Learned) -> None:
    assert is_small(learned.splits)
    manifest = learned.manifest
    assert isinstance(learned.model, LogisticModel) and learned.calibration.kind == "sigmoid"
    pooled = manifest.metrics["pooled"]
    assert pooled["cutoffs"] == len(learned.splits.cutoffs) == len(manifest.metrics["by_cutoff"])
    assert set(manifest.metrics["by_cutoff"]) == {str(one) for one in learned.splits.cutoffs}
    assert pooled["customers"] == learned.customers
    assert any("small company" in note for note in manifest.notes)
    # Nobody's row is told twice, though everybody was tested in two rounds.
    told = sum(one["customers"] for one in manifest.metrics["by_cutoff"].values())
    assert told == learned.rows
    assert manifest.metrics["level_low"] < 0.9 and manifest.metrics["level_high"] > 1.1


def test_the_card_of_a_small_company_says_what_its_figures_rest_on(learned: Learned) -> None:
    evaluated = evaluate(learned, CampaignSettings())
    # A list is drawn up at one cutoff, of the customers who stand there.
    judged = [one["customers"] for one in learned.manifest.metrics["by_cutoff"].values()]
    assert evaluated.campaign.customers == round(np.mean(judged))
    assert evaluated.when is None and "later day" in evaluated.when_said
    manifest = replace(learned.manifest, evaluation=evaluated.as_dict())
    card = model_card(manifest, learned.origins)
    said = f"A small company: pooled over {len(judged)} cutoffs and tested on other customers, not on later days."
    # In the grade, below the levels, and where it is told what was tested on what.
    assert card.count(said) == 3 and said in card.splitlines()[2]
    assert "| all cutoffs together |" in card
    assert "No test stands at a later day than what was learned from" in card
    assert "a small company, pooled over" in card


def test_every_rung_of_a_small_company_is_judged_by_all_cutoffs_together(learned: Learned) -> None:
    kept_out = learned.ladder.passed_over
    assert kept_out and learned.manifest.title not in kept_out
    assert all("all cutoffs together" in why for why in kept_out.values())
    assert set(kept_out) <= {note.partition(" was as good")[0] for note in learned.manifest.notes}
    # The one rung that is left without them is the base rate, which tells nobody anything.
    assert next_best(learned, "reasons mislead") is None


def test_every_figure_of_the_card_follows_from_the_predictions(
    learned: Learned, tmp_path: Path
) -> None:
    manifest, predictions = churn(learned)
    found = kept(tmp_path, predictions, learned.pack).read("churn", "digest")
    assert {"pooled", "level_low", "level_high"} <= set(
        recomputed_churn(manifest, found)["metrics"]
    )
    assert_all_follow(manifest, found)
