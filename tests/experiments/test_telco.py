"""The public table of a telephone company, which has no events and no time."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.public_companies import telco
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.store import ingest
from training.bundles.plans import plan_to_learn
from training.datasets.folds import FoldSplit
from training.questions.kinds import question_of
from training.questions.labelled import labelled


@pytest.mark.data
def test_every_customer_of_the_table_has_a_vector_and_an_outcome(
    public_data: Path, tmp_path: Path
) -> None:
    settings = load_settings(telco(public_data, tmp_path))
    pack = ingest(settings, Workspace(settings.workspace_folder)).store.pack()
    plan = plan_to_learn(pack, settings.churn, settings.reasons)
    found = labelled(pack, plan, question_of(settings.churn), settings.churn)
    assert (found.dataset.rows, found.dataset.positives) == (7_043, 1_869)
    assert all(isinstance(one, FoldSplit) for one in found.splits.tests)
    assert len(found.splits.tests) == 10
    # Who left is not among what is known, and neither is gender or age.
    assert not [name for name in plan.feature_names if "churn" in name or "gender" in name]
