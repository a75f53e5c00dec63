"""What a version says of itself: in use, waiting in the registry, or not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from tests.training.registry.test_promotion import GOOD, gate_of, registered
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND
from training.registry.manifests import version_at
from training.registry.promotion import judge
from training.registry.registry import Registry


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Workspace, Registry]:
    return registered(tmp_path_factory.mktemp("company"), 2)


def said(
    company: tuple[Settings, Workspace, Registry], version: int | None = None
) -> tuple[str, Path]:
    """The version that answers, and where its bundle lay meanwhile."""
    settings, workspace, _ = company
    with version_at(settings, workspace, CHURN_KIND, version) as (manifest, folder):
        assert (folder / "manifest.json").is_file()
        return manifest.version, folder


def test_without_a_model_in_use_the_newest_answers_and_afterwards_the_one_in_use(
    company: tuple[Settings, Workspace, Registry],
) -> None:
    _, workspace, registry = company
    version, folder = said(company)
    assert version == "2" and not folder.exists()
    assert said(company, 1)[0] == "1"
    judge(registry, workspace, "1", kind=CHURN_KIND, gate=gate_of(GOOD), reason="a drill")
    in_use = PromotedBundles(workspace, CHURN_KIND).champion_manifest()
    assert in_use is not None
    version, folder = said(company)
    assert (version, folder.name) == ("1", in_use.digest) and folder.is_dir()
    assert said(company, 1) == ("1", folder)


def test_a_version_that_was_in_use_answers_where_the_registry_is_lost(
    company: tuple[Settings, Workspace, Registry],
) -> None:
    _, workspace, registry = company
    judge(registry, workspace, "1", kind=CHURN_KIND, gate=gate_of(GOOD), reason="a drill")
    away = workspace.mlflow.with_name("away")
    shutil.move(workspace.mlflow, away)
    try:
        assert said(company)[0] == said(company, 1)[0] == "1"
    finally:
        shutil.rmtree(workspace.mlflow, ignore_errors=True)
        shutil.move(away, workspace.mlflow)


def test_a_version_that_never_was_and_a_company_without_models_are_refused_in_words(
    company: tuple[Settings, Workspace, Registry], tmp_path: Path
) -> None:
    with pytest.raises(ModelRefused, match="no version 7"):
        said(company, 7)
    settings = settings_from({"company": {"currency": "EUR"}}, folder=tmp_path)
    workspace = Workspace(tmp_path / "workspace")
    nobody = settings, workspace, Registry(settings, workspace, CHURN_KIND.name)
    with pytest.raises(ModelRefused, match="Run `regulars train churn`"):
        said(nobody)


def test_the_version_of_a_run_is_found_by_the_run(
    company: tuple[Settings, Workspace, Registry],
) -> None:
    *_, registry = company
    runs = {version: registry.run_of(version) for version in ("1", "2")}
    assert {version: registry.version_from(run) for version, run in runs.items()} == {
        "1": "1",
        "2": "2",
    }
    assert registry.version_from("0" * 32) is None
