"""A file of the night lies under its name when it is tonight's, and otherwise not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.company.settings.reading import Settings
from features.company.settings.service import NightlySettings
from features.company.workspace import Workspace
from serving.ledger.ledger import ledger_of
from serving.nightly.night_files import STALE, NightFiles, made_of_now

NAME = "night/risks.csv"


@pytest.fixture
def files(tmp_path: Path) -> NightFiles:
    """The files of a company's nights, one of which has been written as of Monday."""
    workspace = Workspace(tmp_path / "workspace")
    workspace.create()
    files = NightFiles(workspace, tmp_path)
    assert files.made(NAME, "monday", lambda path: {"rows": path.write_text("1\n")}) == {"rows": 2}
    return files


def lying_in(tmp_path: Path) -> set[str]:
    return {one.name for one in (tmp_path / "night").iterdir()}


def test_a_file_made_of_the_same_comes_back_with_what_was_counted(
    files: NightFiles, tmp_path: Path
) -> None:
    files.set_aside([NAME])
    assert lying_in(tmp_path) == {f"risks.csv{STALE}"}
    assert files.right(NAME, "monday") == {"rows": 2}
    assert lying_in(tmp_path) == {"risks.csv"}


def test_a_file_made_of_something_else_stays_aside_until_it_is_made_anew(
    files: NightFiles, tmp_path: Path
) -> None:
    files.set_aside([NAME])
    assert files.right(NAME, "tuesday") is None
    assert lying_in(tmp_path) == {f"risks.csv{STALE}"}
    files.made(NAME, "tuesday", lambda path: {"rows": path.write_text("22\n")})
    assert lying_in(tmp_path) == {"risks.csv"}
    assert (tmp_path / NAME).read_text() == "22\n"


def test_a_file_whose_making_fails_leaves_the_old_one_aside(
    files: NightFiles, tmp_path: Path
) -> None:
    def fails(path: Path) -> dict[str, int]:
        raise OSError("no room")

    files.set_aside([NAME])
    with pytest.raises(OSError):
        files.made(NAME, "tuesday", fails)
    assert lying_in(tmp_path) == {f"risks.csv{STALE}"}


@pytest.mark.parametrize("note", ["", "{", "[]", '{"night/risks.csv": {}}'])
def test_without_a_note_that_can_be_read_a_file_is_made_anew(
    files: NightFiles, tmp_path: Path, note: str
) -> None:
    Workspace(tmp_path / "workspace").nightly.write_text(note)
    files.set_aside([NAME])
    assert files.right(NAME, "monday") is None


def test_a_file_that_somebody_wrote_to_is_made_anew(files: NightFiles, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("2\n")
    files.set_aside([NAME])
    assert files.right(NAME, "monday") is None


def test_a_file_that_was_taken_away_is_made_anew(files: NightFiles, tmp_path: Path) -> None:
    (tmp_path / NAME).unlink()
    files.set_aside([NAME])
    assert files.right(NAME, "monday") is None


def test_what_a_file_is_made_of_changes_with_settings_and_with_every_demand(tmp_path: Path) -> None:
    settings, workspace = Settings(), Workspace(tmp_path)
    first = made_of_now(settings, workspace)
    assert made_of_now(settings, workspace) == first
    assert made_of_now(replace(settings, folder=tmp_path), workspace) == first
    shorter = replace(settings, nightly=NightlySettings(items_a_list=3))
    assert made_of_now(shorter, workspace) != first
    with ledger_of(workspace) as ledger:
        ledger.privacy.decide([("c1", True)], at=0)
    assert made_of_now(settings, workspace) != first
