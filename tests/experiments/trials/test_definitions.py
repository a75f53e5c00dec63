"""The definitions to begin with run as they are on a table of purchases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declared.folder import read_definition
from experiments.trials.running import ExperimentGround, run_experiment
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from tests.commands.shop import leaving_and_staying, write_shop
from tests.experiments.trials.company import AT

EXAMPLES = sorted(Path("experiments/definitions").glob("*.toml"))
MOST_RUNGS = ("recency rule",)
"""Of definitions that ask for the whole ladder, which is tried elsewhere."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> ExperimentGround:
    folder = tmp_path_factory.mktemp("shop")
    settings = load_settings(write_shop(folder, leaving_and_staying(200, 560)))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return ExperimentGround(settings, workspace, lambda: AT)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_definition_is_answered(path: Path, ground: ExperimentGround) -> None:
    definition = read_definition(path, ground.settings)
    if not definition.learner.rungs:
        learner = replace(definition.learner, rungs=MOST_RUNGS)
        definition = replace(definition, learner=learner)
    result = run_experiment(definition, ground).result
    assert result.failed == {} and result.is_complete and result.run_id
    names = {one.name for one in result.rungs}
    assert names >= {"base rate", *definition.learner.rungs}
    assert definition.learner.estimator == "" or "HistGradientBoostingClassifier" in names
    assert all((result.rung(one).figures["auc"] or 0.0) > 0.7 for one in names - {"base rate"})
