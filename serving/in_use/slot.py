"""One family that answers beside the scores: what it answers from now, followed as its model is replaced."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.store import PACK_FOLDER
from features.vocabulary.errors import RegularsError
from serving.in_use.opened_files import OpenedFiles
from serving.in_use.served import Opened, Pointers, Served

_logger = logging.getLogger("regulars.desk")


class ModelSlot(Generic[Opened]):
    """Holds what a family answers from; None while nothing does."""

    def __init__(
        self, served: Served[Opened], opens: Callable[[Settings, Workspace], Opened | None]
    ) -> None:
        self._served = served
        self._opens = opens
        self._opened_from: Pointers | None = None
        self.files = OpenedFiles()
        """The events it reads."""
        self.opened: Opened | None = None
        self.fault = ""
        """Why the model pointed at does not answer; empty where it does."""

    def follow(self, settings: Settings, workspace: Workspace) -> None:
        """Open what the pointers name, unless it and the store are those in use; the old one stays if it fails.

        It does not where its own files were written to: what it answers from is no longer what was checked.
        What could not be opened is tried again each time.
        """
        pointers, is_untouched = self._served.pointers(workspace), self.files.are_untouched
        if pointers == self._opened_from and not self.fault and is_untouched:
            return
        self._opened_from = pointers
        name, store = self._served.name, workspace.store.current
        try:
            self.opened = self._opens(settings, workspace)
            self.fault = ""
            self.files = OpenedFiles.of(None if store is None else store / PACK_FOLDER)
        except RegularsError as refused:
            self.fault = str(refused)
            why = refused.expected, refused.found
            _logger.error("The model of %s cannot be used: expected %s, found %s", name, *why)
        except Exception as fault:
            # Whatever a damaged folder does, what answers goes on answering.
            self.fault = f"{type(fault).__name__} while opening it"
            _logger.error("The model of %s cannot be opened: %s", name, type(fault).__name__)
        if self.fault and not is_untouched:
            self.opened, self.files = None, OpenedFiles()
