"""The files of jobs: whom they ask about and what was answered so far, readable by the owner alone.

Beside each file stands whose its lines are, by names nobody can read, and where: a line about somebody is found,
left out and overwritten without a look at any other.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_ASKED, _RESULT, _LINES = "asked", "result", ".lines"
_KINDS = (_ASKED, _RESULT)
_ENTRY = np.dtype([("person", "<u8"), ("at", "<u8"), ("length", "<u4")])
_NO_PERSON = 0
"""Whose a line is that was overwritten."""
_PIECE = 1 << 20

Line = tuple[str | None, bytes]
"""A line with its end, and the customer it is about; None of a heading."""
Lines = np.ndarray[tuple[int], np.dtype[np.void]]


def _unkeyed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class JobFiles:
    """One folder a job, by its id, which names no customer. ``name`` gives the names nobody can read."""

    def __init__(self, folder: Path, name: Callable[[str], str] = _unkeyed) -> None:
        self.folder = folder
        self._name = name

    def ask(self, job_id: str, customer_ids: Iterable[str | None]) -> None:
        """Keep whom a job asks about, one a line, before the job is submitted or seen by anybody.

        None stands for somebody whose number is not to be kept.
        """
        lines = [
            (one, json.dumps(0 if one is None else one).encode() + b"\n") for one in customer_ids
        ]
        self._write(job_id, _ASKED, lines, 0)

    def asked(self, job_id: str, first: int, count: int) -> list[str | None]:
        """The customers on some lines of a job; None of those whose number is kept no more."""
        with (self.folder / job_id / _ASKED).open(encoding="utf-8") as lines:
            found = [json.loads(line) for line in islice(lines, first, first + count)]
        return [one if isinstance(one, str) else None for one in found]

    def append(self, job_id: str, lines: Sequence[Line], at_byte: int) -> int:
        """Write a block behind the bytes that count, over whatever a broken off block left; the new length."""
        return self._write(job_id, _RESULT, lines, at_byte)

    def result(self, job_id: str) -> Path:
        """The file of what was answered."""
        return self.folder / job_id / _RESULT

    def has_result(self, job_id: str) -> bool:
        """Whether there is such a file, and it is known whose its lines are."""
        path = self.result(job_id)
        return path.is_file() and _index_of(path).is_file()

    def parts(
        self,
        job_id: str,
        left_out: Collection[str],
        replaced: Collection[str],
        replacing: Callable[[bytes], bytes],
    ) -> Iterator[bytes] | None:
        """What was answered, without the lines about some customers and with others in the place of those about some.

        None where it is the file as it stands.
        """
        path = self.result(job_id)
        lines = _lines_of(path)
        persons = lines["person"]
        gone = np.isin(persons, self._persons(left_out)) | (persons == _NO_PERSON)
        other = np.isin(persons, self._persons(replaced)) & ~gone
        if not (gone | other).any():
            return None
        return _parts(path, lines[gone | other], gone[gone | other], replacing)

    def delete(self, job_id: str) -> None:
        """Delete all of a job's files."""
        shutil.rmtree(self.folder / job_id, ignore_errors=True)

    def mentioning(self, customer_id: str) -> list[str]:
        """The ids of jobs whose files name a customer."""
        wanted = self._persons([customer_id])
        return [
            place.name
            for place in self._places()
            if any(np.isin(_lines_of(place / kind)["person"], wanted).any() for kind in _KINDS)
        ]

    def overwrite(self, customer_ids: Collection[str], job_id: str = "") -> None:
        """Overwrite every line about some customers, in one job or in all; on the disk when it returns.

        What is left of a line that names whom a job asks about keeps its place, so that the others keep theirs. Files
        of which nobody knows whose lines they have are deleted.
        """
        wanted = self._persons(customer_ids)
        for place in [self.folder / job_id] if job_id else self._places():
            for kind in _KINDS if len(wanted) else ():
                path = place / kind
                if path.exists() and not _index_of(path).exists():
                    self.delete(place.name)
                lines = _lines_of(path)
                which = np.flatnonzero(np.isin(lines["person"], wanted))
                if len(which):
                    _overwrite(path, lines, which, b"0" if kind == _ASKED else b" ")

    def _places(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []

    def _persons(self, customer_ids: Iterable[str]) -> NDArray[np.uint64]:
        return np.array([self._person(one) for one in customer_ids], np.uint64)

    def _person(self, customer_id: str) -> int:
        # Beside a job's lines eight bytes tell everybody apart; one is added so that nobody is nobody.
        return int(self._name(customer_id)[:15], 16) + 1

    def _write(self, job_id: str, kind: str, lines: Sequence[Line], at_byte: int) -> int:
        place = self.folder / job_id
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, at = place / kind, at_byte
        entries = []
        for customer_id, line in lines:
            if customer_id is not None:
                entries.append((self._person(customer_id), at, len(line)))
            at += len(line)
        before = _lines_of(path)
        kept = int(np.searchsorted(before["at"], at_byte))
        # First whose the lines are: one that nobody would find must never stand in the file.
        _write(_index_of(path), np.array(entries, _ENTRY).tobytes(), kept * _ENTRY.itemsize)
        _write(path, b"".join(line for _, line in lines), at_byte)
        return at


def _index_of(path: Path) -> Path:
    return path.with_name(path.name + _LINES)


def _lines_of(path: Path) -> Lines:
    """Whose the lines of a file are, in their order; nobody's where there is none."""
    try:
        content = _index_of(path).read_bytes()
    except FileNotFoundError:
        return np.empty(0, _ENTRY)
    return np.frombuffer(content[: len(content) // _ENTRY.itemsize * _ENTRY.itemsize], _ENTRY)


def _overwrite(path: Path, lines: Lines, which: NDArray[np.intp], mark: bytes) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for _, at, length in lines[which].tolist():
            # A line that was not written to its end is written over by the next block.
            if at + length <= size:
                file.seek(at)
                file.write(mark.ljust(length - 1) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    with _index_of(path).open("r+b") as file:
        for place in which.tolist():
            file.seek(place * _ENTRY.itemsize)
            file.write(_NO_PERSON.to_bytes(8, "little"))
        file.flush()
        os.fsync(file.fileno())


def _parts(
    path: Path, lines: Lines, gone: NDArray[np.bool_], replacing: Callable[[bytes], bytes]
) -> Iterator[bytes]:
    with path.open("rb") as file:
        for (_, at, length), is_gone in zip(lines.tolist(), gone.tolist(), strict=True):
            yield from _until(file, at)
            line = file.read(length)
            if not is_gone:
                yield replacing(line)
        yield from _until(file, None)


def _until(file: BinaryIO, end: int | None) -> Iterator[bytes]:
    """What a file has up to a byte, a piece at a time."""
    while piece := file.read(_PIECE if end is None else min(_PIECE, end - file.tell())):
        yield piece


def _write(path: Path, content: bytes, at_byte: int) -> None:
    """Write at a place and cut off what follows; on the disk when it returns."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(at_byte)
        file.truncate(at_byte)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
