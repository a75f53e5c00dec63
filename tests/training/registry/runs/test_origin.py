"""Who made a run and with which code."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path

import pytest

from training.registry.runs.origin import NAMELESS, account, code_version, origin

COMMITTER = ("-c", "user.name=a test", "-c", "user.email=test@example.org")


def commit(folder: Path) -> str:
    """A folder as a checkout of its own, with one file; its commit."""
    (folder / "code.py").write_text("a = 1\n", encoding="utf-8")
    for words in (("init", "-q"), ("add", "code.py"), (*COMMITTER, "commit", "-q", "-m", "a")):
        subprocess.run(["git", "-C", str(folder), *words], check=True)
    return subprocess.check_output(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], text=True
    ).strip()


def test_code_in_a_checkout_is_named_by_its_commit(tmp_path: Path) -> None:
    head = commit(tmp_path)
    told = code_version(tmp_path)
    assert told["mlflow.source.git.commit"] == head
    assert told["mlflow.source.git.dirty"] == "false"


def test_code_that_was_changed_since_is_said_to_be(tmp_path: Path) -> None:
    head = commit(tmp_path)
    (tmp_path / "code.py").write_text("a = 2\n", encoding="utf-8")
    told = code_version(tmp_path)
    assert told["mlflow.source.git.commit"] == head
    assert told["mlflow.source.git.dirty"] == "true"


def test_the_commit_of_a_company_that_installed_the_package_below_its_own_files_is_not_told(
    tmp_path: Path,
) -> None:
    commit(tmp_path)
    installed = tmp_path / "site-packages"
    installed.mkdir()
    assert "mlflow.source.git.commit" not in code_version(installed)


def test_a_run_names_account_and_command() -> None:
    told = origin("regulars train churn")
    assert told["mlflow.user"] == account()
    assert told["mlflow.source.name"] == "regulars train churn"
    assert "mlflow.source.name" not in origin("")


def test_an_account_without_a_name_is_said_to_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError("no such account")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert account() == NAMELESS
