"""What a family answers from: opened when its model is replaced, and given up only where its files are no longer sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.store import PACK_FOLDER
from features.vocabulary.errors import BundleRefused
from serving.in_use.served import Served
from serving.in_use.slot import ModelSlot


class Followed:
    """A slot over a store of one file; ``opening`` makes what is opened next."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = settings_from({}, folder=folder)
        self.workspace = Workspace(folder)
        self.file = self.published()
        self.opening: Callable[[], str] = lambda: "a model"
        self.opened = 0
        self.slot: ModelSlot[str] = ModelSlot(Served("offers"), self._open)

    def published(self) -> Path:
        """The file of a new store, which is the current one from now on."""
        with self.workspace.store.draft() as draft:
            (draft / PACK_FOLDER).mkdir()
            (draft / PACK_FOLDER / "seconds.npy").write_bytes(b"some")
        store = self.workspace.store.current
        assert store is not None
        return store / PACK_FOLDER / "seconds.npy"

    def _open(self, settings: Settings, workspace: Workspace) -> str:
        self.opened += 1
        return self.opening()

    def followed(self) -> tuple[str | None, bool]:
        """What answers after another look, and whether something is wrong."""
        self.slot.follow(self.settings, self.workspace)
        return self.slot.opened, bool(self.slot.fault)


@pytest.fixture
def of_offers(tmp_path: Path) -> Followed:
    return Followed(tmp_path)


def refused() -> str:
    raise BundleRefused(expected="a sound model", found="none", remedy="Promote it again.")


def broken() -> str:
    raise ValueError("whatever a damaged file does")


def test_it_is_opened_once_and_again_where_a_pointer_has_moved(of_offers: Followed) -> None:
    assert [of_offers.followed() for _ in range(3)] == [("a model", False)] * 3
    assert of_offers.opened == 1
    of_offers.opening = lambda: "another"
    of_offers.published()
    assert of_offers.followed() == ("another", False) and of_offers.opened == 2


def test_files_that_were_written_to_and_are_sound_are_opened_anew_and_answer(
    of_offers: Followed,
) -> None:
    of_offers.followed()
    of_offers.file.write_bytes(b"some more")
    of_offers.opening = lambda: "opened anew"
    assert of_offers.followed() == ("opened anew", False)
    assert of_offers.followed() == ("opened anew", False) and of_offers.opened == 2


@pytest.mark.parametrize("fails", [refused, broken])
def test_what_answers_goes_on_where_another_cannot_be_opened_unless_its_files_were_written_to(
    of_offers: Followed, fails: Callable[[], str]
) -> None:
    of_offers.followed()
    of_offers.opening = fails
    of_offers.published()
    assert of_offers.followed() == ("a model", True)
    of_offers.file.write_bytes(b"some more")
    assert of_offers.followed() == (None, True)
    # It is tried again each time, and taken up as soon as it opens.
    of_offers.opening = lambda: "mended"
    assert of_offers.followed() == ("mended", False) and of_offers.slot.fault == ""
