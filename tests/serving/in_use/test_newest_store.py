"""What the newest store says of its customers is opened once, and followed when there is another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from features.store.customers.contact_details import CONTACT_FOLDER
from serving.in_use.newest_store import NewestStore
from serving.ledger.ledger import Ledger
from serving.ledger.privacy import Privacy
from tests.features.store.customers.test_contact_details import ROWS, stored


@pytest.fixture
def privacy(tmp_path: Path) -> Iterator[Privacy]:
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger.privacy
    ledger.close()


def test_names_are_those_of_the_newest_store_and_made_ready_once(
    tmp_path: Path, privacy: Privacy
) -> None:
    newest = NewestStore(Workspace(tmp_path / "ws"))
    newest.follow(privacy)
    assert newest.names.of("anna").name == "", "there is no store yet"
    stored(tmp_path)
    newest.follow(privacy)
    first = newest.names
    newest.follow(privacy)
    assert newest.names is first and first.of("anna").name == "Anna Örnberg"
    stored(tmp_path, rows=[("anna", "north", "Anna Berg", None), *ROWS[2:]])
    newest.follow(privacy)
    assert newest.names.of("anna").name == "Anna Berg"


def test_where_the_newest_store_is_damaged_what_was_known_stays(
    tmp_path: Path, privacy: Privacy
) -> None:
    newest = NewestStore(Workspace(tmp_path / "ws"))
    stored(tmp_path)
    newest.follow(privacy)
    store = stored(tmp_path, rows=[("anna", "north", "Anna Berg", None), *ROWS[2:]])
    (store.folder / CONTACT_FOLDER / "name.content.npy").write_bytes(b"")
    newest.follow(privacy)
    assert newest.names.of("anna").name == "Anna Örnberg"
