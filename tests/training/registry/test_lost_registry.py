"""MLflow's database is lost or damaged: no version comes twice, and what was in use can be put to use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused, WorkspaceRefused
from tests.contracts.families.churn import churn
from tests.training.registry.test_promotion import GOOD, gate_of
from training.bundles.bundle import write
from training.bundles.promoted import PromotedBundles
from training.bundles.signature import Signing
from training.families.churn.bundle import CHURN_KIND
from training.recipe.recipe import lost_versions_note
from training.registry.promotion import go_back, judge, promote
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord


class Trainings:
    """A workspace whose trainings register one tiny model each."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = settings_from({"company": {"currency": "EUR"}}, folder=folder)
        self.workspace = Workspace(folder / "workspace")
        self.run = folder / "run"
        bundle = churn()
        self.manifest = bundle.manifest
        write(CHURN_KIND, bundle.manifest, bundle, self.run / "bundle")
        Signing(self.workspace).sign(self.run / "bundle")
        self.shelf: PromotedBundles[Any, Any] = PromotedBundles(self.workspace, CHURN_KIND)

    @property
    def registry(self) -> Registry:
        return Registry(self.settings, self.workspace, CHURN_KIND.name)

    def register(self) -> str:
        registry = self.registry
        run_id = registry.record(RunRecord("a run", {}, {}, {}, [], self.run, "a card"))
        version = registry.register(run_id, self.manifest, after=self.shelf.last_version())
        self.shelf.note_version(version)
        return version

    def put_to_use(self, version: str) -> None:
        judge(
            self.registry,
            self.workspace,
            version,
            kind=CHURN_KIND,
            gate=gate_of(GOOD),
            reason="good",
        )

    def lose(self) -> None:
        # MLflow holds a database open, and so would go on with a deleted one in this process.
        elsewhere = f"sqlite:///{self.settings.folder / 'anew.db'}"
        text = {"company": {"currency": "EUR"}, "mlflow": {"tracking_uri": elsewhere}}
        self.settings = settings_from(text, folder=self.settings.folder)


@pytest.mark.slow
def test_versions_go_on_behind_those_of_a_lost_registry(tmp_path: Path) -> None:
    company = Trainings(tmp_path)
    assert [company.register() for _ in range(2)] == ["1", "2"]
    company.put_to_use("1")
    company.put_to_use("2")
    assert company.register() == "3"
    company.lose()
    assert company.registry.last_version() == 0
    with pytest.raises(ModelRefused, match="none that MLflow knows; version 1, 2 was in use"):
        promote(
            company.settings, company.workspace, kind=CHURN_KIND, gate=gate_of(GOOD), reason="any"
        )
    # The third was never in use, and is remembered all the same.
    assert company.register() == "4"
    assert company.register() == "5"
    assert company.registry.last_version() == 5
    company.put_to_use("4")
    with pytest.raises(ModelRefused, match="no version 3"):
        company.put_to_use("3")
    back = go_back(company.registry, company.workspace, kind=CHURN_KIND, reason="worse")
    assert back.version == "2"
    assert company.shelf.champions()[-1]["version"] == "2"


@pytest.mark.slow
def test_without_its_own_note_a_workspace_goes_by_its_bundles_and_their_history(
    tmp_path: Path,
) -> None:
    company = Trainings(tmp_path)
    assert company.shelf.last_version() == 0
    for version in (company.register(), company.register()):
        company.put_to_use(version)
    (company.shelf.folder / "last-version").unlink()
    assert company.shelf.last_version() == 2
    (company.shelf.folder / "history.json").unlink()
    assert company.shelf.last_version() == 2
    company.lose()
    assert company.register() == "3"


@pytest.mark.slow
def test_a_damaged_registry_is_refused_before_anybody_learns_and_keeps_no_model_from_use(
    tmp_path: Path,
) -> None:
    company = Trainings(tmp_path)
    for version in (company.register(), company.register()):
        company.put_to_use(version)
    company.registry.require_sound()
    (company.workspace.mlflow / "mlflow.db").write_bytes(b"no database at all" * 400)
    with pytest.raises(WorkspaceRefused, match=r"mlflow\.db to be MLflow's database"):
        company.registry.require_sound()
    back = go_back(company.registry, company.workspace, kind=CHURN_KIND, reason="worse")
    assert (back.version, "mlflow.db to be" in back.unrecorded) == ("1", True)
    assert company.shelf.champions()[-1]["version"] == "1"


@pytest.mark.parametrize(
    ("known", "version", "said"),
    [
        (0, "1", ""),
        (6, "7", ""),
        (0, "4", "lost 3 versions up to 3"),
        (2, "4", "lost 1 version up to 3"),
    ],
)
def test_what_was_lost_is_told(known: int, version: str, said: str) -> None:
    told = lost_versions_note(known, version)
    assert said in told
    assert bool(told) == bool(said)
