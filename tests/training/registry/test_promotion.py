"""From a registered version to the model in use: what the gate finds decides, and force alone overrules it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.vocabulary.errors import BundleRefused, ModelRefused
from tests.contracts.families.churn import churn
from tests.oracles.mlflow_client import tags_of
from training.bundles.bundle import write
from training.bundles.promoted import PromotedBundles
from training.bundles.signature import Signing
from training.families.churn.bundle import CHURN_KIND
from training.registry.gate import Check, Gate
from training.registry.promotion import Readiness, go_back, judge, promote
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord

GOOD, BAD = Check("good", True, "1", "1"), Check("bad", False, "0", "at least 1")


def gate_of(*checks: Check) -> Gate:
    """A gate that finds the same of every bundle."""

    def gate(folder: Path, champion: Any) -> Sequence[Check]:
        return checks

    return gate


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Workspace, Registry]:
    """A registry with one tiny model, which is registered three times."""
    return registered(tmp_path_factory.mktemp("company"), 3)


def registered(folder: Path, times: int) -> tuple[Settings, Workspace, Registry]:
    settings = settings_from({"company": {"currency": "EUR"}}, folder=folder)
    workspace = Workspace(folder / "workspace")
    bundle, run = churn(), folder / "run"
    write(CHURN_KIND, bundle.manifest, bundle, run / "bundle")
    Signing(workspace).sign(run / "bundle")
    registry = Registry(settings, workspace, CHURN_KIND.name)
    record = RunRecord("a run", {}, {}, {}, [], run, "a card")
    for _ in range(times):
        registry.register(registry.record(record), bundle.manifest)
    return settings, workspace, registry


def test_one_failed_check_keeps_a_model_out_and_force_alone_lets_it_in(
    company: tuple[Settings, Workspace, Registry],
) -> None:
    settings, workspace, registry = company
    shelf = PromotedBundles(workspace, CHURN_KIND)

    def judged(version: str, *checks: Check, force: bool = False) -> tuple[bool, bool, str]:
        # Where nobody says so nothing is forced.
        said: dict[str, Any] = {"force": True} if force else {}
        found = judge(
            registry, workspace, version, kind=CHURN_KIND, gate=gate_of(*checks),
            reason="a drill", **said,
        )  # fmt: skip
        assert found.checks == checks and found.version == version
        return found.promoted, found.forced, found.previous_version

    assert judged("1", GOOD, BAD) == (False, False, "")
    assert shelf.champions() == [] and registry.version_of("champion") is None
    assert tags_of(registry, "1")["validated"] == "no"
    with pytest.raises(ModelRefused, match="bad 0, allowed at least 1") as refused:
        promote(settings, workspace, 1, kind=CHURN_KIND, gate=gate_of(GOOD, BAD), reason="a drill")
    assert "good" not in str(refused.value)
    with pytest.raises(ModelRefused, match="a reason for overruling"):
        promote(
            settings, workspace, 1, kind=CHURN_KIND, gate=gate_of(BAD), reason=" \t", force=True
        )

    assert judged("1", GOOD, GOOD, force=True) == (True, False, "")
    assert tags_of(registry, "1")["validated"] == "yes"
    # What passed was overruled by nobody, whatever was asked for.
    assert "forced" not in tags_of(registry, "1")
    assert judged("2", GOOD, BAD, force=True) == (True, True, "1")
    assert tags_of(registry, "2")["validated"] == "no"
    assert tags_of(registry, "2")["forced"] == "bad 0, allowed at least 1"
    assert registry.version_of("champion") == "2"
    assert judged("3", GOOD) == (True, False, "2")

    back = go_back(registry, workspace, kind=CHURN_KIND, reason="it was better")
    assert (back.version, back.previous_version, back.promoted) == ("2", "3", True)
    assert registry.version_of("champion") == "2"
    assert tags_of(registry, "3")["rolled_back"] == "it was better"
    champion = shelf.champion_manifest()
    assert champion is not None and champion.version == "2"
    assert [one["version"] for one in shelf.champions()] == ["1", "2"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("harm", ["unsigned", "signed by a stranger", "damaged"])
def test_a_version_nobody_trusted_signed_or_that_is_damaged_is_never_put_to_use(
    company: tuple[Settings, Workspace, Registry], tmp_path: Path, harm: str, force: bool
) -> None:
    _, workspace, registry = company
    shelf = PromotedBundles(workspace, CHURN_KIND)
    bundle, run = churn(), tmp_path / "run"
    write(CHURN_KIND, bundle.manifest, bundle, run / "bundle")
    if harm == "signed by a stranger":
        Signing(Workspace(tmp_path / "elsewhere")).sign(run / "bundle")
    elif harm == "damaged":
        Signing(workspace).sign(run / "bundle")
        model = next((run / "bundle").glob("model*"))
        model.write_bytes(model.read_bytes() + b" ")
    record = RunRecord("a run", {}, {}, {}, [], run, "a card")
    version = registry.register(registry.record(record), bundle.manifest)
    before = shelf.champions(), registry.version_of("champion")
    with pytest.raises(BundleRefused):
        judge(
            registry, workspace, version, kind=CHURN_KIND, gate=gate_of(GOOD), reason="a drill",
            force=force,
        )  # fmt: skip
    assert (shelf.champions(), registry.version_of("champion")) == before


def test_a_version_that_was_in_use_needs_the_registrys_files_only_where_another_took_its_place(
    tmp_path: Path,
) -> None:
    _, workspace, registry = registered(tmp_path, 2)
    shelf = PromotedBundles(workspace, CHURN_KIND)

    def put_to_use(version: str) -> str:
        judge(registry, workspace, version, kind=CHURN_KIND, gate=gate_of(GOOD), reason="a drill")
        champion = shelf.champion_manifest()
        assert champion is not None
        return champion.version

    # Both have the same content, and so one folder.
    assert [put_to_use(one) for one in ("1", "2", "1")] == ["1", "2", "1"]
    artifacts = workspace.folder / "mlflow" / "artifacts"
    assert any(artifacts.rglob("manifest.json"))
    shutil.rmtree(artifacts)
    assert put_to_use("1") == "1"
    with pytest.raises(Exception, match="artifact"):
        put_to_use("2")
    assert [one["version"] for one in shelf.champions()][-1] == "1"


def test_one_failed_check_keeps_the_earlier_model_from_coming_back(tmp_path: Path) -> None:
    _, workspace, registry = registered(tmp_path, 2)
    shelf = PromotedBundles(workspace, CHURN_KIND)
    for version in ("1", "2"):
        judge(registry, workspace, version, kind=CHURN_KIND, gate=gate_of(GOOD), reason="a drill")

    def gone_back(*checks: Check) -> str:
        found = go_back(
            registry, workspace, kind=CHURN_KIND, reason="a drill",
            readiness=Readiness(checks=lambda folder: checks),
        )  # fmt: skip
        return found.version

    for checks in ((BAD,), (GOOD, BAD)):
        with pytest.raises(ModelRefused, match="bad 0") as refused:
            gone_back(*checks)
        assert "promote 1 --force" in str(refused.value) and "good" not in str(refused.value)
        assert [one["version"] for one in shelf.champions()] == ["1", "2"]
    assert gone_back(GOOD) == "1"
    assert [one["version"] for one in shelf.champions()] == ["1"]
