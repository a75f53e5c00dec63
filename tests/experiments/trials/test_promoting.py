"""What an experiment has chosen is trained as it was declared, and what cannot be trained is said before anything is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declared.folder import DefinitionFolder
from experiments.trials.promoting import promoted_family, training_differs
from experiments.trials.results import ResultFiles
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused, UsageRefused
from tests.experiments.trials.company import copied, declare, ground_of, run
from training.bundles.plans import plan_to_learn
from training.families.churn.family import ChurnFamily
from training.families.churn.learning import Learned, learn_churn
from training.learners.logistic import LogisticModel

FIRM = (
    '[features]\nonly = ["rhythm"]\n[learner]\nrungs = ["logistic on everything"]\n'
    "parameters = { strength = 90.0 }\n"
)


def family_of(folder: Path, name: str) -> ChurnFamily:
    ground = ground_of(folder)
    definition = DefinitionFolder(ground.settings).read(name)
    return promoted_family(definition, ResultFiles(ground.workspace).read(name), ground.settings)


def learned_by(folder: Path, family: ChurnFamily) -> Learned:
    ground = ground_of(folder)
    pack, churn = open_store(ground.workspace).pack(), ground.settings.churn
    plan = plan_to_learn(pack, churn, ground.settings.reasons)
    return learn_churn(pack, plan, churn, only=family.only)


def test_it_is_trained_as_it_was_declared_and_held_against_every_rule(
    answered: Path, tmp_path: Path
) -> None:
    folder = copied(answered, tmp_path / "company")
    declare(folder, "firm", FIRM)
    result = run(folder, "firm").result
    learned = learned_by(folder, family_of(folder, "firm"))
    assert learned.ladder.winner.name == "logistic on everything" == learned.manifest.title
    assert learned.ladder.winner.strength == 90.0
    assert isinstance(learned.model, LogisticModel)
    rows = {one.name: one for one in learned.ladder.rows}
    assert {one.name for one in learned.ladder.rungs if one.is_rule} > {"base rate"}
    assert len([one for one in learned.ladder.rungs if not one.is_rule]) == 1
    # At the cutoffs of a training it has the very figures it was compared by.
    compared = result.rung("logistic on everything").figures
    assert rows["logistic on everything"].figures == compared
    assert set(learned.ladder.winner.feature_names) <= set(result.features["rhythm"])


def test_where_it_is_no_better_than_a_rule_nothing_else_takes_its_place(
    answered: Path, tmp_path: Path
) -> None:
    family = family_of(answered, "quick")
    assert family.only is not None and family.only.name == "logistic regression"
    weak = replace(family.only, name="base rate")
    with pytest.raises(ModelRefused, match="base rate to be better than every simple rule"):
        learned_by(answered, ChurnFamily(weak))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[churn]\nminimum_orders = 3\n", "another churn.minimum_orders in own"),
        ("[data]\ndays = 390\n", r"a part of them in \[data\]"),
        ('[learner]\ncalibration = "none"\nrungs = ["recency rule"]\n', "calibration"),
        (
            '[learner]\nrungs = ["recency rule"]\nestimator = "sklearn.ensemble:HistGradientBoostingClassifier"\n',
            "an estimator of others: it is compared, and never promoted",
        ),
    ],
)
def test_what_cannot_be_trained_is_said(
    answered: Path, tmp_path: Path, text: str, said: str
) -> None:
    folder = copied(answered, tmp_path / "company")
    ground = ground_of(folder)
    declare(folder, "own", text)
    definition = DefinitionFolder(ground.settings).read("own")
    # As though it had been run, with the estimator as the one that was chosen where there is one.
    quick = ResultFiles(ground.workspace).read("quick")
    chosen = quick.rung(quick.chosen)
    if definition.learner.estimator:
        chosen = replace(chosen, parameters={"family": "estimator"})
    result = replace(quick, name="own", definition=definition.as_dict(), rungs=(chosen,))
    with pytest.raises(UsageRefused, match=said):
        promoted_family(definition, result, ground.settings)


def test_a_definition_that_was_changed_or_never_run_is_run_first(
    answered: Path, tmp_path: Path
) -> None:
    folder = copied(answered, tmp_path / "company")
    declare(folder, "quick", FIRM + "[campaign]\nlist_size = 3\n")
    with pytest.raises(UsageRefused, match=r"another \[features\], \[learner\]"):
        family_of(folder, "quick")
    shutil.move(folder / "experiments" / "quick.toml", folder / "experiments" / "new.toml")
    with pytest.raises(UsageRefused, match="regulars experiment run new"):
        family_of(folder, "new")
    definition = DefinitionFolder(ground_of(folder).settings).read("new")
    assert training_differs(definition) == []
    cutoffs = replace(definition.cutoffs, count=4)
    [said] = training_differs(replace(definition, cutoffs=cutoffs))
    assert "at those of every training" in said
