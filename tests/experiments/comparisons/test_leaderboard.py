"""Runs on the same rows in order, each with how far it is behind the best; and what families of features are good for."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.comparisons.ablation import ablate
from experiments.comparisons.leaderboard import leaderboard
from experiments.declared.folder import DefinitionFolder
from experiments.trials.results import ResultFiles
from experiments.trials.running import ExperimentGround
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from tests.experiments.trials.company import QUICK, copied, declare, ground_of, ingested_once, run

WIDE = '[learner]\nrungs = ["logistic on everything"]\n[figures]\nresamples = 100\n'


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> ExperimentGround:
    """Two experiments on the same rows, and one on fewer."""
    made = ingested_once(tmp_path_factory)
    folder: Path = copied(made, tmp_path_factory.mktemp("ranked") / "company")
    declare(folder, "quick", QUICK)
    declare(folder, "wide", WIDE)
    declare(folder, "late", QUICK + "[cutoffs]\ncount = 5\ntests = 1\n")
    for name in ("quick", "wide", "late"):
        run(folder, name)
    return ground_of(folder)


def test_all_runs_on_the_rows_most_share_stand_in_order(ground: ExperimentGround) -> None:
    found = leaderboard(ground.workspace)
    runs = {(one.experiment, one.rung): one for one in found.runs}
    files = ResultFiles(ground.workspace)
    assert set(runs) == {
        (name, rung.name) for name in ("quick", "wide") for rung in files.read(name).rungs
    }
    values = [one.value for one in found.runs]
    assert values == sorted(values, reverse=True) and found.on_other_rows == ("late",)
    for (name, rung), one in runs.items():
        assert one.value == pytest.approx(files.read(name).rung(rung).figures["auc"])
        assert one.behind == pytest.approx(values[0] - one.value, abs=1e-7) and one.low <= one.high
    assert found.runs[0].is_tied and not runs["quick", "base rate"].is_tied
    smaller = leaderboard(ground.workspace, figure="log_loss")
    losses = [one.value for one in smaller.runs]
    assert losses == sorted(losses) and all(one.behind >= 0 for one in smaller.runs)


def test_names_say_which_rows_are_meant(ground: ExperimentGround) -> None:
    found = leaderboard(ground.workspace, ["late", "quick"])
    assert {one.experiment for one in found.runs} == {"late"}
    assert found.on_other_rows == ("quick",)


def test_what_cannot_be_put_in_order_is_said(ground: ExperimentGround, tmp_path: Path) -> None:
    with pytest.raises(UsageRefused, match='Did you mean "auc"'):
        leaderboard(ground.workspace, figure="acu")
    with pytest.raises(UsageRefused, match="experiments that were run; found none"):
        leaderboard(Workspace(tmp_path))


def test_each_family_is_left_out_and_tried_alone_and_both_are_runs_like_others(
    ground: ExperimentGround,
) -> None:
    definitions = DefinitionFolder(ground.settings)
    found = ablate(definitions.read("wide"), ground)
    whole = ResultFiles(ground.workspace).read("wide")
    assert found.rung == whole.chosen == "logistic on everything"
    assert [(one.side, one.family) for one in found.families] == [
        (side, family) for side in ("without", "alone") for family in whole.features
    ]
    for one in found.families:
        name = f"wide-{one.side}-{one.family}"
        kept = ResultFiles(ground.workspace).read(name)
        auc = next(each for each in one.differences if each.figure == "auc")
        assert auc.base_value == pytest.approx(whole.rung(found.rung).figures["auc"])
        assert auc.value == pytest.approx(kept.rung(found.rung).figures["auc"])
        assert (one.family in kept.features) == (one.side == "alone")
        assert one.features == len(whole.features[one.family])
    declare(ground.settings.folder, "rule", '[learner]\nrungs = ["recency rule"]\n')
    with pytest.raises(UsageRefused, match="recency rule, which rule has chosen"):
        ablate(definitions.read("rule"), ground)
