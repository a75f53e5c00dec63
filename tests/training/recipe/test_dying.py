"""A training whose process dies: refused in words, with nothing of it left, whatever the family."""

from __future__ import annotations

import faulthandler
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.errors import ModelRefused
from tests.commands.shop import line, write_shop
from training.families.families import FAMILIES
from training.recipe.recipe import train


class Dying:
    """A family of which only the fitting is another: the process that does it is killed."""

    def __init__(self, family: Any) -> None:
        self.kind, self.own = family.kind, family.own

    def still_fits(self, given: Any) -> str:
        return ""

    def learn(self, given: Any) -> SimpleNamespace:
        given.progress("fitting", 0, 1)
        faulthandler.disable()  # pytest's would tell the terminal of an end that is wanted
        os.kill(os.getpid(), signal.SIGSEGV)
        return SimpleNamespace()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = write_shop(tmp_path_factory.mktemp("shop"), [line(1, 0), line(2, 9)])
    settings = load_settings(path)
    ingest(settings, Workspace(settings.workspace_folder))
    return path


@pytest.mark.parametrize("name", FAMILIES)
def test_a_training_that_dies_is_refused_and_leaves_nothing(name: str, shop: Path) -> None:
    settings = load_settings(shop)
    workspace = Workspace(settings.workspace_folder)
    family: Any = Dying(FAMILIES[name])
    with pytest.raises(ModelRefused, match=r"signal 11 \(SIGSEGV\) at the stage of 'fitting'"):
        train(family, settings, workspace, own_process=True)
    assert not workspace.mlflow.exists() and not workspace.bundles.exists()
    assert not (workspace.folder / "predictions").exists()
    assert not (workspace.folder / f".training-{name}").exists()
    # Nobody holds the lock: whoever trains next is not sent away.
    with workspace.scratch(f"training-{name}", work="training"):
        pass
