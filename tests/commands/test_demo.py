"""The demo: everything but serving, and again without doing anything twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from experiments.world import World
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.vocabulary.time import Cutoff
from regulars.call import Call
from regulars.demo import _one_user_of_each_role
from regulars.main import main
from regulars.narrator import Narrator
from regulars.options import MODELS
from serving.ledger.accounts.roles import ROLES
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot
from training.bundles.promoted import PromotedBundles
from training.families.churn.family import CHURN_FAMILY
from training.families.kinds import KINDS
from training.recipe.recipe import given_to

TODAY = Cutoff.parse("2026-03-02")
CUSTOMERS = 2_500

Answers = dict[str, dict[str, Any]]


def demo(folder: Path) -> Answers:
    """Run the demo for a script: the answer of each step by its verb."""
    words = ["demo", "--folder", str(folder), "--customers", str(CUSTOMERS), "--no-serve", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return {answer["verb"]: answer for answer in map(json.loads, result.output.splitlines())}


@pytest.fixture(scope="module")
def on_day() -> Iterator[pytest.MonkeyPatch]:
    """Has the demo begin on another day than that of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("regulars.demo.today", lambda: TODAY)
        yield patch


@pytest.fixture(scope="module")
def company(
    tmp_path_factory: pytest.TempPathFactory, on_day: pytest.MonkeyPatch
) -> tuple[Path, Answers]:
    """The folder of a demo, and the answer of each step of making it."""
    folder = tmp_path_factory.mktemp("demo") / "company"
    return folder, demo(folder)


def test_all_families_are_in_use_afterwards_and_a_second_demo_changes_nothing(
    company: tuple[Path, Answers], on_day: pytest.MonkeyPatch
) -> None:
    folder, first = company
    trainings = [f"train {name}" for name in MODELS]
    assert list(first) == ["simulate", "ingest", *trainings, "vectors", "score", "users", "demo"]
    settings = load_settings(folder / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    in_use = {
        name
        for name, kind in KINDS.items()
        if PromotedBundles(workspace, kind).champion_manifest() is not None
    }
    assert in_use == set(MODELS), {name: first[f"train {name}"] for name in {*MODELS} - in_use}
    scored = open_snapshot(workspace)
    assert scored.judged == first["score"]["judged"] > 300
    # What a contact does is measured by campaigns the company has had.
    assert all(one.measurement is not None for one in scored.actions)

    # There is a user of each role, who comes in by links alone.
    with ledger_of(workspace) as ledger:
        users = {one.role: one.password for one in ledger.accounts.all()}
    assert users == dict.fromkeys(ROLES, "")

    # On a later day the company stays on its own days, for whatever was decided about it lies beside.
    on_day.setattr("regulars.demo.today", lambda: TODAY.plus_days(3))
    second = demo(folder)
    assert second["simulate"]["last_day"] == first["simulate"]["last_day"]
    assert [second[verb]["reused"] for verb in ("ingest", "vectors", "score")] == [True] * 3
    assert not [verb for verb in trainings if "version" in second[verb]]
    assert open_snapshot(workspace).name == scored.name


def test_the_company_has_lived_until_yesterday(company: tuple[Path, Answers]) -> None:
    folder, answers = company
    assert answers["simulate"]["last_day"] == str(TODAY.plus_days(-1))
    assert World.open(folder).spec.end == TODAY
    workspace = Workspace(load_settings(folder / "regulars.toml").workspace_folder)
    # The midnight after the last event: what is said stands on all that was known this morning.
    assert open_snapshot(workspace).cutoff_seconds == TODAY.seconds


def test_a_champion_of_another_question_is_not_taken_for_current(
    company: tuple[Path, Answers],
) -> None:
    path = company[0] / "regulars.toml"
    settings = load_settings(path)
    workspace = Workspace(settings.workspace_folder)
    assert CHURN_FAMILY.is_current(given_to(CHURN_FAMILY, settings, workspace))
    shorter = path.with_name("shorter.toml")
    text = path.read_text(encoding="utf-8")
    shorter.write_text(text.replace("horizon_days = 90", "horizon_days = 60"), encoding="utf-8")
    assert not CHURN_FAMILY.is_current(given_to(CHURN_FAMILY, load_settings(shorter), workspace))


def test_a_user_that_is_there_stays_as_somebody_made_it(tmp_path: Path) -> None:
    settings = tmp_path / "regulars.toml"
    settings.write_text("", encoding="utf-8")
    here = Call(settings, Narrator(as_json=True))
    with ledger_of(here.workspace) as ledger:
        ledger.accounts.create("adviser", "Anna", "auditor", None, at=1)
    for _ in range(2):
        said = _one_user_of_each_role(here)
    assert f"--settings {settings}" in said.next
    with ledger_of(here.workspace) as ledger:
        found = {one.name: (one.display_name, one.role) for one in ledger.accounts.all()}
    assert found["adviser"] == ("Anna", "auditor")
    assert found["privacy-officer"] == ("Privacy officer", "privacy officer")
    assert len(found) == len(ROLES)
