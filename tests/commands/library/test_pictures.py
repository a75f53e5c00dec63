"""The pictures of a training in a notebook: those of the run, found as its predictions are."""

from __future__ import annotations

import pytest

from features.vocabulary.errors import ModelRefused
from regulars import open_workspace
from tests.commands.library.company import NotebookCompany
from training.registry.registry import Registry


def test_the_pictures_are_those_of_the_run_and_show_themselves(company: NotebookCompany) -> None:
    ws = open_workspace(company.folder)
    found = ws.plots()
    assert {"reliability", "gains", "calibration_by_cutoff", "survival", "profit"} <= set(found)
    assert list(found) == sorted(found)
    run = Registry(ws._settings, company.workspace, "churn").run_of("1")
    [kept] = company.workspace.mlflow.rglob(f"{run}/artifacts/plots/gains.png")
    assert found["gains"].png == found["gains"]._repr_png_() == kept.read_bytes()
    assert repr(found["gains"]) == "Picture(name='gains')"
    for named in (run, 1, "1"):
        assert ws.plots(named) == found


def test_pictures_of_a_model_that_is_not_there_are_refused(company: NotebookCompany) -> None:
    ws = open_workspace(company.folder)
    with pytest.raises(ModelRefused, match="a model among churn, offers, recommendations"):
        ws.plots(model="chrun")
    with pytest.raises(ModelRefused, match="Run `regulars train value`"):
        ws.plots(model="value")
    with pytest.raises(ModelRefused, match="no version 9"):
        ws.plots(9)
