"""Who made a run, by which command and with which code, in the tags that MLflow's own pages show."""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 10.0
_DIRTY = "-dirty"
NAMELESS = "an account without a name"


def account() -> str:
    """The account of this machine that the program runs under."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return NAMELESS


def origin(command: str) -> dict[str, str]:
    """The account, the command and the version of the code, as tags of a run."""
    source = {"mlflow.source.name": command, "mlflow.source.type": "LOCAL"} if command else {}
    return {"mlflow.user": account(), **source, **code_version(_ROOT)}


@cache
def code_version(root: Path) -> Mapping[str, str]:
    """The version of the package, and the commit where the code is a checkout of its own.

    A company that keeps other things in git is not asked for its commit. ``mlflow.source.git.dirty`` says that files
    were changed since.
    """
    try:
        found = {"regulars.version": version("regulars")}
    except PackageNotFoundError:
        found = {}
    commit = _commit(root) if (root / ".git").exists() else ""
    if not commit:
        return found
    is_dirty = str(commit.endswith(_DIRTY)).lower()
    return found | {
        "mlflow.source.git.commit": commit.removesuffix(_DIRTY),
        "mlflow.source.git.dirty": is_dirty,
    }


def _commit(root: Path) -> str:
    ask = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        said = subprocess.run(ask, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
