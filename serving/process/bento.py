"""A Bento that serves by itself: the program, the models in use and nobody's data.

It scores by vector. Customers' scores are not in it: mount a workspace that has them, and say so with the
settings file's path, to answer by id as well.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from importlib.metadata import requires
from pathlib import Path

from features.company.settings.reading import Settings
from features.company.workspace import CURRENT, Workspace
from features.vocabulary.errors import WorkspaceRefused
from training.bundles.admission import admitted_folder
from training.bundles.manifest import MANIFEST_FILE
from training.bundles.signature import Signing
from training.families.kinds import KINDS

SETTINGS_FILE = "bento.toml"
STATE_VARIABLE = "REGULARS_STATE"
PACKAGES = ("features", "training", "serving")
"""What a Bento holds of the program; training comes along for the models' own code."""
MODELS = tuple(name for name, kind in KINDS.items() if not kind.needs_store)
"""The models that answer of a vector alone: a Bento holds nobody's events."""
_ROOT = Path(__file__).resolve().parents[2]


def stage(settings: Settings, workspace: Workspace, folder: Path) -> str:
    """Lay out in an empty folder what a Bento is built from; the digest of its main model.

    Raises ``WorkspaceRefused`` without a model in use.
    """
    main = admitted_folder(workspace)
    if main is None:
        raise WorkspaceRefused(
            expected="a churn model in use",
            found="none",
            remedy="Run `regulars train churn` first.",
        )
    without = shutil.ignore_patterns("__pycache__", "*.pyc")
    for package in PACKAGES:
        shutil.copytree(_ROOT / package, folder / package, ignore=without)
    for name in MODELS:
        _copy_model(workspace, name, folder / "models" / "bundles" / name)
    shutil.copy2(Signing(workspace).trusted_file, folder / "models" / "trusted-keys.json")
    (folder / SETTINGS_FILE).write_text(_settings(settings), encoding="utf-8")
    (folder / "requirements.txt").write_text("\n".join(needed()) + "\n", encoding="utf-8")
    return main.name


def build(staged: Path, digest: str) -> str:
    """Build a Bento of what was staged into BentoML's store; its tag."""
    import bentoml

    built = bentoml.bentos.build(
        "serving.service:Regulars",
        name="regulars",
        version=digest[:12],
        build_ctx=str(staged),
        include=["*"],
        labels={"model": digest[:12]},
        python={"requirements_txt": "./requirements.txt", "lock_packages": False},
    )
    return str(built.tag)


def needed() -> list[str]:
    """The packages serving needs: those of the project without its extras."""
    return sorted(one for one in requires("regulars") or () if "extra ==" not in one)


def own_settings(environment: Mapping[str, str]) -> Path | None:
    """The settings of the Bento this process runs out of, with its models in a folder that can be written to.

    The folder is the one ``REGULARS_STATE`` names, else one in the user's home. None outside a Bento.
    """
    packed = _ROOT / SETTINGS_FILE
    if not packed.exists():
        return None
    state = Path(environment.get(STATE_VARIABLE, Path.home() / ".regulars"))
    workspace = Workspace(state / ".workspace")
    workspace.create()
    shutil.copytree(_ROOT / "models", workspace.folder, dirs_exist_ok=True)
    settings = state / "regulars.toml"
    settings.write_text(packed.read_text(encoding="utf-8"), encoding="utf-8")
    state.chmod(0o700)
    return settings


def _copy_model(workspace: Workspace, name: str, into: Path) -> None:
    folder = admitted_folder(workspace, name)
    if folder is None:
        return
    shutil.copytree(folder, into / folder.name)
    (into / CURRENT).write_text(folder.name + "\n", encoding="utf-8")
    assert (into / folder.name / MANIFEST_FILE).exists()


def _settings(settings: Settings) -> str:
    company = settings.company
    return (
        "[company]\n"
        f"name = {json.dumps(company.name)}\n"
        f"currency = {json.dumps(company.currency)}\n"
        f"language = {json.dumps(company.language)}\n"
        f"ignore_case = {json.dumps(bool(company.ignore_case))}\n\n"
        "[service]\nwithout_scores = true\n"
    )
