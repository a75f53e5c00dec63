"""The same data and settings give the same model: it has a version already, and no second one is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from tests.oracles.mlflow_client import nested_runs, states_of_runs, tags_of
from tests.training.recipe.test_falling import Rungs, company, in_use, place
from training.families.churn.bundle import CHURN_KIND
from training.recipe.recipe import train
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord

__all__ = ["company", "place"]

Place = tuple[Settings, Workspace]


def registry_of(place: Place) -> Registry:
    return Registry(*place, CHURN_KIND.name)


def test_training_the_same_again_registers_nothing_and_leaves_no_run(place: Place) -> None:
    first = train(Rungs({}), *place)
    again = train(Rungs({}), *place)
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.version, again.run_id, again.digest) == ("1", first.run_id, first.digest)
    assert again.registry == "The same model as version 1, nothing to register"
    assert first.registry == ""
    registry = registry_of(place)
    assert registry.last_version() == 1
    assert states_of_runs(registry) == {first.run_id: "FINISHED"}
    # It is in use, and nobody judges it once more.
    assert again.promoted and again.checks == () and not again.refused


def test_the_same_model_is_judged_where_it_is_not_in_use(place: Place) -> None:
    train(Rungs({}), *place, promote=False)
    assert in_use(place[1]) == ""
    again = train(Rungs({}), *place)
    assert (again.version, again.is_new, again.promoted) == ("1", False, True)
    assert [check.name for check in again.checks] == ["against the champion", "sound"]
    assert in_use(place[1]) == "trees"
    assert tags_of(registry_of(place), "1")["validated"] == "yes"


def test_the_same_model_that_was_kept_out_is_kept_out_again(place: Place) -> None:
    fault = dict.fromkeys(("trees", "line", "rule"), "off in spring")
    assert train(Rungs(fault), *place).refused
    again = train(Rungs(fault), *place)
    assert (again.version, again.is_new, again.promoted) == ("1", False, False)
    assert [check.name for check in again.refused] == ["sound"] and in_use(place[1]) == ""


def test_a_model_of_before_comes_back_under_its_own_version(place: Place) -> None:
    assert train(Rungs({}), *place).version == "1"
    assert train(Rungs({"trees": "off in spring"}), *place).version == "2"
    assert in_use(place[1]) == "line"
    again = train(Rungs({}), *place)
    assert (again.version, again.is_new, again.promoted) == ("1", False, True)
    assert in_use(place[1]) == "trees"
    registry = registry_of(place)
    assert (registry.last_version(), registry.version_of("champion")) == (2, "1")
    # Whoever promotes without naming a version means what was trained last.
    assert registry.version_of("challenger") == "1"


@pytest.mark.parametrize("harm", ["damaged", "gone", "signed by a key that is trusted no more"])
def test_a_version_that_could_not_be_put_to_use_is_no_reason_to_keep_nothing(
    place: Place, harm: str
) -> None:
    workspace = place[1]
    first = train(Rungs({}), *place, promote=False)
    bundle = workspace.mlflow / "artifacts" / first.run_id / "artifacts" / "bundle"
    calibration = bundle / "calibration.json"
    if harm == "damaged":
        calibration.write_bytes(calibration.read_bytes()[:-1])
    elif harm == "gone":
        calibration.unlink()
    else:
        (workspace.folder / "signing.key").unlink()
        (workspace.folder / "trusted-keys.json").unlink()
    again = train(Rungs({}), *place)
    assert (again.version, again.is_new, again.digest) == ("2", True, first.digest)
    assert again.promoted


def test_runs_that_a_killed_training_left_running_count_as_killed_and_others_do_not(
    place: Place, tmp_path: Path
) -> None:
    registry = registry_of(place)

    def begun(other: Registry) -> None:
        # A figure that MLflow refuses ends the recording where a kill may end it.
        record = RunRecord("a run", {}, {"no name?": 1.0}, {}, [], tmp_path, "a card")
        with pytest.raises(MlflowException, match="no name"):
            other.record(record)

    begun(registry)
    elsewhere = Registry(place[0], Workspace(tmp_path / "elsewhere"), CHURN_KIND.name)
    elsewhere.tracking_uri = registry.tracking_uri
    begun(elsewhere)
    assert list(states_of_runs(registry).values()) == ["RUNNING"] * 2
    summary = train(Rungs({}), *place)
    found = states_of_runs(registry)
    assert sorted(found.values()) == ["FINISHED", "KILLED", "RUNNING"]
    assert found[summary.run_id] == "FINISHED" and nested_runs(registry, summary.run_id) == []
    assert registry.end_left_running() == 0 and elsewhere.end_left_running() == 1
