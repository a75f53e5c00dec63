"""A running service follows the model and the scores in use, and survives broken ones."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.company.workspace import CURRENT, Workspace, point_at
from serving.in_use.models_in_use import RETRY_SECONDS, ModelsInUse
from serving.in_use.previous_models import Basis, PreviousModels
from serving.nightly.run import score_beside
from serving.process.without_training import libraries_hidden
from serving.snapshot.scores_of_model import scores_of
from tests.serving.company import Company, put_to_use
from training.bundles.bundle import admitted
from training.bundles.sealing import stamp
from training.bundles.signature import Signing
from training.families.churn.bundle import CHURN_KIND, Bundle


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def workspace(demo_workspace: Company, tmp_path: Path) -> Workspace:
    shutil.copytree(demo_workspace.workspace.folder, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def models_in_use(
    demo_workspace: Company, workspace: Workspace, clock: Clock
) -> Iterator[ModelsInUse]:
    opened = ModelsInUse(demo_workspace.settings, workspace, now=lambda: 0, ticks=clock)
    yield opened
    opened.close()


def version(models_in_use: ModelsInUse) -> str | None:
    """The version that answers once a look, and what it led to, is over."""
    _ = models_in_use.in_use
    for thread in threading.enumerate():
        if thread.name == "regulars-refresh":
            thread.join()
    in_use = models_in_use.in_use
    return None if in_use is None else in_use.scorer.bundle.manifest.version


def opened(models_in_use: ModelsInUse) -> Bundle:
    """The very bundle that answers."""
    assert models_in_use.in_use is not None
    return models_in_use.in_use.scorer.bundle


def test_a_promoted_model_is_followed_within_a_second(
    demo_workspace: Company, workspace: Workspace, models_in_use: ModelsInUse, clock: Clock
) -> None:
    assert version(models_in_use) == "1"
    put_to_use(demo_workspace.settings, workspace, family="logistic", version="2")
    assert version(models_in_use) == "1"
    clock.seconds += 1.0
    assert version(models_in_use) == "2"
    assert models_in_use.fault is None


def test_who_asks_a_service_that_was_closed_starts_no_look(
    demo_workspace: Company, workspace: Workspace, models_in_use: ModelsInUse, clock: Clock
) -> None:
    assert version(models_in_use) == "1"
    models_in_use.close()
    put_to_use(demo_workspace.settings, workspace, family="logistic", version="2")
    clock.seconds += 1.0
    assert models_in_use.recommending is None
    assert "regulars-refresh" not in [one.name for one in threading.enumerate()]
    assert models_in_use.promoted is not None and models_in_use.promoted.version == "1"


def test_a_rollback_finds_the_pair_of_before_unless_its_signature_is_not_believed_any_more(
    demo_workspace: Company, workspace: Workspace, models_in_use: ModelsInUse, clock: Clock
) -> None:
    pointer = workspace.bundles / "churn" / CURRENT
    first, before = pointer.read_text(encoding="utf-8").strip(), opened(models_in_use)
    second = put_to_use(demo_workspace.settings, workspace, family="logistic", version="2")
    models_in_use.refresh()
    assert opened(models_in_use) is not before
    point_at(pointer, first)
    models_in_use.refresh()
    assert opened(models_in_use) is before
    Signing(workspace).trusted_file.write_text("[]", encoding="utf-8")
    point_at(pointer, second.digest)
    models_in_use.refresh()
    assert opened(models_in_use) is before
    assert models_in_use.fault is not None and models_in_use.fault["fault"] == "BundleRefused"


def test_the_same_content_with_another_version_is_opened_anew(
    workspace: Workspace, models_in_use: ModelsInUse
) -> None:
    place = workspace.bundles / "churn"
    folder = place / (place / CURRENT).read_text(encoding="utf-8").strip()
    stamp(folder, version="7", run_id="test")
    Signing(workspace).sign(folder)
    models_in_use.refresh()
    assert version(models_in_use) == "7"


def test_pairs_over_other_scores_are_let_go() -> None:
    previous: PreviousModels[str] = PreviousModels()
    first, second = Basis("one", ("old scores",)), Basis("two", ("old scores",))
    previous.keep(first, "first")
    previous.keep(second, "second")
    assert previous.of(first) == "first" and previous.of(second) == "second"
    previous.keep(Basis("three", ("old scores",)), "third")
    assert previous.of(first) is None and previous.of(second) == "second"
    previous.keep(Basis("three", ("new scores",)), "fourth")
    assert previous.of(second) is None and previous.of(None) is None


def test_a_broken_model_leaves_the_last_good_one_and_says_so(
    workspace: Workspace, models_in_use: ModelsInUse, clock: Clock
) -> None:
    good = (workspace.bundles / "churn" / CURRENT).read_text(encoding="utf-8").strip()
    broken = "0" * 64
    shutil.copytree(workspace.bundles / "churn" / good, workspace.bundles / "churn" / broken)
    point_at(workspace.bundles / "churn" / CURRENT, broken)
    clock.seconds += 1.0
    assert version(models_in_use) == "1"
    assert models_in_use.fault is not None and models_in_use.fault["fault"] == "BundleRefused"
    shutil.rmtree(workspace.bundles / "churn" / broken)
    point_at(workspace.bundles / "churn" / CURRENT, good)
    clock.seconds += 1.0
    assert version(models_in_use) == "1" and models_in_use.fault is None


def test_what_could_not_be_opened_is_tried_again_later(
    demo_workspace: Company, workspace: Workspace, clock: Clock
) -> None:
    scores = workspace.scores.current
    assert scores is not None
    (scores / "points.npy").rename(scores / "points.away")
    models_in_use = ModelsInUse(demo_workspace.settings, workspace, now=lambda: 0, ticks=clock)
    assert version(models_in_use) is None
    assert models_in_use.fault is not None
    (scores / "points.away").rename(scores / "points.npy")
    clock.seconds += RETRY_SECONDS - 1
    assert version(models_in_use) is None
    clock.seconds += 1.0
    assert version(models_in_use) == "1"
    models_in_use.close()


def test_without_a_model_the_desk_is_open_and_not_ready(
    demo_workspace: Company, tmp_path: Path, clock: Clock
) -> None:
    models_in_use = ModelsInUse(
        demo_workspace.settings, Workspace(tmp_path), now=lambda: 0, ticks=clock
    )
    assert models_in_use.in_use is None
    assert models_in_use.fault is not None and "regulars train" in models_in_use.fault["remedy"]
    models_in_use.close()


def test_at_a_start_with_a_broken_model_the_last_good_one_answers_and_the_fault_is_told(
    demo_workspace: Company, workspace: Workspace, clock: Clock
) -> None:
    place = workspace.bundles / "churn"
    good = (place / CURRENT).read_text(encoding="utf-8").strip()
    broken = "0" * 64
    shutil.copytree(place / good, place / broken)
    (place / "history.json").write_text(json.dumps([{"digest": good}, {"digest": broken}]))
    point_at(place / CURRENT, broken)
    models_in_use = ModelsInUse(demo_workspace.settings, workspace, now=lambda: 0, ticks=clock)
    assert version(models_in_use) == "1"
    assert models_in_use.fault is not None and models_in_use.fault["fault"] == "BundleRefused"
    models_in_use.close()


@pytest.mark.parametrize("registry", ["http://127.0.0.1:9", "http://10.255.255.1:5000"])
def test_a_registry_that_is_down_or_never_answers_is_not_even_asked(
    demo_workspace: Company, workspace: Workspace, clock: Clock, registry: str
) -> None:
    elsewhere = replace(
        demo_workspace.settings,
        mlflow=replace(demo_workspace.settings.mlflow, tracking_uri=registry),
    )
    models_in_use = ModelsInUse(elsewhere, workspace, now=lambda: 0, ticks=clock)
    assert version(models_in_use) == "1" and models_in_use.fault is None
    put_to_use(demo_workspace.settings, workspace, family="logistic", version="2")
    clock.seconds += 1.0
    assert version(models_in_use) == "2"
    models_in_use.close()


def test_a_model_whose_scores_stand_ready_is_opened_before_it_is_put_to_use(
    demo_workspace: Company, workspace: Workspace, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = workspace.bundles / "churn" / CURRENT
    first = pointer.read_text(encoding="utf-8").strip()
    second = put_to_use(demo_workspace.settings, workspace, family="logistic", version="2")
    point_at(pointer, first)
    with libraries_hidden():
        bundle = admitted(CHURN_KIND, workspace, workspace.bundles / "churn" / second.digest)
    score_beside(demo_workspace.settings, workspace, bundle)
    models_in_use = ModelsInUse(demo_workspace.settings, workspace, now=lambda: 0, ticks=clock)
    clock.seconds += 1.0
    assert version(models_in_use) == "1"

    # What lies there is not opened again: that would fail.
    own = scores_of(workspace, second.digest)
    assert own is not None and own != workspace.scores.current
    monkeypatch.setattr("serving.in_use.models_in_use.open_pair", None)
    point_at(pointer, second.digest)
    clock.seconds += 1.0
    assert version(models_in_use) == "2" and models_in_use.fault is None
    assert models_in_use.in_use is not None
    assert models_in_use.in_use.snapshot.name == own.name
    models_in_use.close()
