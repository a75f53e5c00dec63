"""The disk a workspace lies on: how one without room, or one that cannot be written, shows itself in each library.

A full disk is nobody's mistake: it is told with how much room there is, and never as a fault of data or of the program.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.vocabulary.errors import WorkspaceRefused

if TYPE_CHECKING:
    import numpy as np

NOTHING_HALF_WRITTEN = "Nothing is left half-written, and what was in use before still is."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
_SAID_FULL = re.compile(
    "|".join(
        (
            *(re.escape(os.strerror(one)) for one in _FULL),
            "database or disk is full",
            # What NumPy says of a file that took a part of an array.
            r"^\d+ requested and \d+ written$",
        )
    )
)
_SAID_CLOSED = re.compile(
    "|".join(
        (
            *(re.escape(os.strerror(one)) for one in _CLOSED),
            "disk I/O error",
            "readonly database",
            "unable to open database file",
        )
    )
)


def is_full(fault: BaseException) -> bool:
    """Whether a fault says that there is no room on the disk, whichever library says it."""
    return any(_says(one, _FULL, _SAID_FULL) for one in _behind(fault))


def is_closed(fault: BaseException) -> bool:
    """Whether a fault says that the disk, or a file or folder on it, cannot be read or written."""
    return any(_says(one, _CLOSED, _SAID_CLOSED) for one in _behind(fault))


def disk_refusal(fault: BaseException, work: str, *places: Path) -> WorkspaceRefused | None:
    """What a fault of the disk comes to for whoever did some work; None for any other fault.

    ``places`` are folders it writes to; the one with the least room is told.
    """
    if is_full(fault):
        place, free = min(_free((*places, Path(tempfile.gettempdir()))), key=lambda one: one[1])
        limit = ", and files may not grow further (ulimit -f)" if _is_limit(fault) else ""
        return WorkspaceRefused(
            expected=f"room on the disk for what {work} writes",
            found=f"it full: {free / 1e6:,.1f} MB are free in {place}, now that what it had begun is removed{limit}",
            remedy=f"Free some room and run it again. {NOTHING_HALF_WRITTEN}",
        )
    if is_closed(fault) or isinstance(fault, OSError):
        return WorkspaceRefused(
            expected=f"to read and write files for {work}",
            found=_said(fault),
            remedy=f"Mend that and run it again. {NOTHING_HALF_WRITTEN}",
        )
    return None


def mapped_file(path: Path, dtype: Any, shape: tuple[int, ...]) -> np.memmap[Any, Any]:
    """A new array in a file, to be written in place; its room on the disk is taken before.

    Without it the process would be killed without a word where the disk is full when a part is written.
    """
    from numpy.lib.format import open_memmap

    array: np.memmap[Any, Any] = open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    reserve = getattr(os, "posix_fallocate", None)
    if reserve is not None:
        with path.open("r+b") as file:
            reserve(file.fileno(), 0, max(1, path.stat().st_size))
    return array


def _behind(fault: BaseException) -> Iterator[BaseException]:
    """A fault and those it was raised from."""
    seen: set[int] = set()
    at: BaseException | None = fault
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _says(fault: BaseException, numbers: tuple[int, ...], said: re.Pattern[str]) -> bool:
    if isinstance(fault, OSError) and fault.errno is not None:
        return fault.errno in numbers
    # Of other programs' faults, such as DuckDB's and SQLAlchemy's, the words are all there is.
    is_of_files = isinstance(fault, (OSError, sqlite3.Error)) or _is_of_a_library(fault)
    return is_of_files and said.search(str(fault)) is not None


def _is_of_a_library(fault: BaseException) -> bool:
    return type(fault).__module__.partition(".")[0].lstrip("_") in (
        "duckdb",
        "sqlalchemy",
        "mlflow",
    )


def _is_limit(fault: BaseException) -> bool:
    return any(isinstance(one, OSError) and one.errno == errno.EFBIG for one in _behind(fault))


def _free(places: tuple[Path, ...]) -> Iterator[tuple[Path, int]]:
    for place in places:
        there = next((one for one in (place, *place.absolute().parents) if one.is_dir()), Path("/"))
        yield place, shutil.disk_usage(there).free


def _said(fault: BaseException) -> str:
    if isinstance(fault, OSError):
        parts = (fault.strerror, fault.filename)
        return " ".join(str(part) for part in parts if part) or str(fault)
    return next(iter(str(getattr(fault, "orig", fault)).splitlines()), type(fault).__name__)
