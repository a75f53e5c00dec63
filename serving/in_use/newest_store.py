"""What the newest store says of who its customers are, whichever scores are in use."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from features.company.workspace import Workspace
from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from features.store.store import open_store
from features.vocabulary.errors import RegularsError
from serving.ledger.privacy import Privacy
from serving.snapshot.search.customer_names import NO_NAMES, CustomerNames


class NewestStore:
    """By which further ids its customers are known, and what they are called."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder: Path | None = None
        self.other_ids: OtherIds = NO_OTHER_IDS
        self.names: CustomerNames = NO_NAMES

    def follow(self, privacy: Privacy) -> None:
        """Open it where there is another; what was demanded by one id of a person counts for all of them."""
        with suppress(RegularsError):
            store = open_store(self._workspace)
            if store.folder != self._folder:
                other_ids, details = store.other_ids(), store.contact_details()
                self.other_ids, self.names = other_ids, CustomerNames(details)
                self._folder = store.folder
            privacy.count_for_all_ids(self.other_ids.all_of)
