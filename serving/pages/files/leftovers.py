"""Workbooks that nobody will finish: a process that was killed left them, and they say much of many customers."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from serving.access.routes import LONGEST_SECONDS

LEFT_AFTER_SECONDS = 2 * int(LONGEST_SECONDS)
"""Nobody works on a workbook for so long: the call that asked for it has been over for as long as it may take."""


def drop_leftovers(folder: Path, at: int) -> None:
    """Delete what has lain in the folder of workbooks since long before ``at``."""
    if not folder.is_dir():
        return
    for left in folder.iterdir():
        # Another process may delete it at the same time.
        with suppress(FileNotFoundError):
            if at - left.stat().st_mtime > LEFT_AFTER_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
