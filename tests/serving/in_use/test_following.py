"""A promotion that is announced is done: by the commands, on a company that is served while they run."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from features.company.block_digests import damage_in
from features.company.workspace import CURRENT
from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.store.store import open_store
from features.vectors.refresh import refresh_vectors
from features.vectors.vectors import build_vectors
from features.vocabulary.time import Cutoff
from regulars.main import main
from serving.in_use.models_in_use import ModelsInUse
from serving.nightly.run import score_everybody
from serving.nightly.standby import ready_scores
from serving.process.without_training import libraries_hidden
from serving.snapshot.scores_of_model import said_of
from tests.oracles.mlflow_client import tags_of
from tests.serving.company import Company, put_to_use, put_value_to_use
from tests.serving.conftest import found_in
from tests.training.companies import told_level
from training.bundles.admission import HISTORY_FILE
from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.bundles.proving import remember
from training.families.churn.bundle import CHURN_KIND
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord

FIRST = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
SECOND = BuyingModel(r=1.7, alpha=66.1, a=0.4, b=5.0)
SAID: dict[str, Any] = {
    "metrics": {
        "auc": 0.7,
        "ece": 0.01,
        "ece_by_chance": 0.02,
        "auc_by_cutoff": {},
        "by_cutoff": {"2026-01-01": told_level()},
    },
    "evaluation": {
        "trust": {
            "figures": {"trust/additivity": 0, "trust/shown_gap": 0, "trust/stable_top_three": 1}
        }
    },
}


def run(company: Company, *words: str, code: int = 0) -> dict[str, Any]:
    """Run a command for a script and return its answer."""
    result = CliRunner().invoke(main, [*words, "--settings", str(company.settings_path), "--json"])
    assert result.exit_code == code, result.output
    answer: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def retrained(demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A valued company with two trainings of churn, each with its own fitted parameters; the first is in use."""
    folder = tmp_path_factory.mktemp("retrained") / "company"
    shutil.copytree(demo_workspace.settings_path.parent, folder)
    company = found_in(folder)
    workspace, shelf = company.workspace, PromotedBundles(company.workspace, CHURN_KIND)
    made = {}
    for version, buying in (("1", FIRST), ("2", SECOND)):
        with libraries_hidden():
            made[version] = put_to_use(
                company.settings,
                workspace,
                family="lightgbm",
                version=version,
                buying=buying,
                said=SAID,
            )
        register(company, made[version])
    for version in ("2", "1"):
        shelf.put_to_use(made[version], action="promote", reason="a drill")
    put_value_to_use(company, buying=FIRST)
    refresh_vectors(workspace, plan_for=lambda pack: standard_plan(pack, FIRST), threads=1)
    score_everybody(company.settings, workspace)
    return company


def register(company: Company, manifest: Manifest[Any]) -> None:
    """Have MLflow know a bundle, and take it for tried."""
    registry = Registry(company.settings, company.workspace, CHURN_KIND.name)
    truth = company.settings_path.parent / "truth"
    run_id = registry.record(RunRecord("a run", {}, {}, {}, [], truth, "a card"))
    assert registry.register(run_id, manifest) == manifest.version
    remember(company.workspace.bundles / CHURN_KIND.name / manifest.digest)


@pytest.fixture
def service(retrained: Company) -> Iterator[ModelsInUse]:
    """What a serving process answers from, which looks at the pointers all the time."""
    found = ModelsInUse(
        retrained.settings, retrained.workspace, now=lambda: 0, ticks=time.monotonic
    )
    stopping = threading.Event()

    def follow() -> None:
        while not stopping.is_set():
            found.refresh()

    thread = threading.Thread(target=follow)
    thread.start()
    yield found
    stopping.set()
    thread.join()
    found.close()


def answered(service: ModelsInUse) -> tuple[str, dict[str, float | None], int]:
    """The version that answers, some customers' probabilities, and how many of them are told a value."""
    in_use = service.in_use
    assert in_use is not None
    some = [in_use.snapshot.customer_ids[int(key)] for key in in_use.snapshot.ranking.customer_keys]
    scores = in_use.scorer.score_ids(sorted(some)[:40])
    valued = sum(one.value is not None and one.value_explanation is not None for one in scores)
    version = in_use.scorer.bundle.manifest.version
    return version, {one.customer_id: one.probability for one in scores}, valued


def by_itself(company: Company, manifest: Manifest[Any], buying: BuyingModel) -> dict[str, float]:
    """What a bundle says of everybody, from vectors built by its own parameters, past all that serves."""
    pack = open_store(company.workspace).pack()
    seconds = said_of(company.workspace.scores.current)["cutoff_seconds"]
    vectors = build_vectors(pack, standard_plan(pack, buying), [Cutoff(seconds)])
    bundle = opened(CHURN_KIND, company.workspace.bundles / "churn" / manifest.digest)
    probability = bundle.probability(bundle.log_odds(np.ascontiguousarray(vectors.values)))
    ids = [pack.customer_ids[int(key)] for key in vectors.customer_keys]
    return dict(zip(ids, probability.tolist(), strict=True))


def test_retrainings_share_a_plan_and_a_promotion_and_a_rollback_are_served_when_they_are_told(
    retrained: Company, service: ModelsInUse
) -> None:
    workspace, shelf = retrained.workspace, PromotedBundles(retrained.workspace, CHURN_KIND)
    first = shelf.champion_manifest()
    assert first is not None
    version, told, valued = answered(service)
    assert version == "1" and valued == 40
    assert told.items() <= by_itself(retrained, first, FIRST).items()
    before = workspace.scores.current

    promoted = run(retrained, "promote", "2", "--reason", "the newer one")
    assert (promoted["served"], promoted["processes"]) == (True, 1)
    second = shelf.champion_manifest()
    assert second is not None and second.version == "2" and second.digest != first.digest
    assert second.plan_hash == first.plan_hash and second.fitted != first.fitted
    version, told, valued = answered(service)
    assert version == "2" and valued == 40
    assert told.items() <= by_itself(retrained, second, SECOND).items()
    # The list is the second's own too, and was made before anybody was pointed at it.
    assert service.in_use is not None and service.fault is None
    assert service.in_use.snapshot.manifest["model_digest"] == second.digest
    assert workspace.scores.current not in (None, before)
    registry = Registry(retrained.settings, workspace, CHURN_KIND.name)
    assert registry.version_of("champion") == "2"

    generations = workspace.scores.named()
    back = run(retrained, "rollback", "--reason", "it was better")
    assert (back["served"], back["version"]) == (True, "1")
    version, told, valued = answered(service)
    assert version == "1" and valued == 40
    assert told.items() <= by_itself(retrained, first, FIRST).items()
    # Its scores of the day were at hand.
    assert workspace.scores.named() == generations and workspace.scores.current == before
    assert registry.version_of("champion") == "1"
    assert tags_of(registry, "2")["rolled_back"] == "it was better"
    assert run(retrained, "score")["reused"] is True


def test_what_the_service_refuses_is_not_told_as_done(
    retrained: Company, service: ModelsInUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(service)[0] == "1"
    shelf = PromotedBundles(retrained.workspace, CHURN_KIND)
    [second] = {one["digest"] for one in shelf.champions() if one["version"] == "2"}
    scores = retrained.workspace.scores.folder
    ready_scores(retrained.settings, retrained.workspace, shelf.exported(second))
    own = next(one for one in scores.iterdir() if said_of(one).get("model_digest") == second)
    assert damage_in(own) == ""
    # The disk loses a part of the scores of the second once they were found to be as they were written.
    points = own / "points.npy"
    whole, stamp = points.read_bytes(), points.stat()
    points.write_bytes(bytes(64) + whole[64:])
    os.utime(points, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    refused = run(retrained, "promote", "2", "--reason", "the newer one", code=1)
    assert refused["done"] is False and refused["served"] is False
    assert "while opening" in refused["service_fault"]
    assert service.answering is not None and service.answering.version == "1"
    assert service.promoted is not None and service.promoted.version == "2"
    points.write_bytes(whole)
    assert run(retrained, "rollback", "--reason", "mended")["served"] is True


def test_a_model_beside_which_nobody_would_be_valued_is_refused_before_anything_changes(
    retrained: Company, service: ModelsInUse
) -> None:
    pointer = retrained.workspace.bundles / "churn" / CURRENT
    before = pointer.read_bytes(), retrained.workspace.scores.named()
    shelf = PromotedBundles(retrained.workspace, CHURN_KIND)
    first = shelf.champion_manifest()
    assert first is not None
    with libraries_hidden():
        other = put_to_use(
            retrained.settings, retrained.workspace, family="lightgbm", version="3", said=SAID
        )
    register(retrained, other)
    history = shelf.folder / HISTORY_FILE
    was = history.read_bytes()
    shelf.put_to_use(other, action="promote", reason="a drill")
    pointer.write_bytes(before[0])
    refused = run(retrained, "promote", "3", "--reason", "other features", code=1)
    assert "value goes on" in refused["refused"]["found"]
    assert "regulars train value" in refused["refused"]["found"]
    assert (pointer.read_bytes(), retrained.workspace.scores.named()) == before
    assert answered(service)[2] == 40
    # Nor is it gone back to, if it was in use before.
    shelf.put_to_use(first, action="promote", reason="a drill")
    back = run(retrained, "rollback", "--reason", "other features", code=1)
    assert "value goes on" in back["refused"]["found"]
    assert "promote 3 --force" in back["refused"]["remedy"]
    history.write_bytes(was)


def test_without_a_service_the_command_says_that_none_runs(retrained: Company) -> None:
    told = run(retrained, "promote", "2", "--reason", "the newer one")
    assert (told["served"], told["processes"]) == (None, 0)
    assert run(retrained, "rollback", "--reason", "a drill")["served"] is None
