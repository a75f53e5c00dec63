"""The files of jobs: whom they ask about and what was answered so far, readable by the owner alone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

_ASKED, _RESULT = "asked", "result"


class JobFiles:
    """One folder a job, by its id, which names no customer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ask(self, job_id: str, customer_ids: Sequence[str]) -> None:
        """Keep whom a job asks about, one a line, before the job is submitted or seen by anybody."""
        place = self.folder / job_id
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = "".join(json.dumps(one) + "\n" for one in customer_ids).encode()
        _write(place / _ASKED, content, 0)

    def asked(self, job_id: str, first: int, count: int) -> list[str]:
        """The customers on some lines of a job."""
        with (self.folder / job_id / _ASKED).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in islice(lines, first, first + count)]

    def append(self, job_id: str, content: bytes, at_byte: int) -> int:
        """Write a block behind the bytes that count, over whatever a broken off block left; the new length."""
        place = self.folder / job_id
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(place / _RESULT, content, at_byte)
        return at_byte + len(content)

    def result(self, job_id: str) -> Path:
        """The file of what was answered."""
        return self.folder / job_id / _RESULT

    def delete(self, job_id: str) -> None:
        """Delete all of a job's files."""
        shutil.rmtree(self.folder / job_id, ignore_errors=True)

    def mentioning(self, customer_id: str) -> list[str]:
        """The ids of jobs whose files name a customer."""
        if not self.folder.is_dir():
            return []
        named = json.dumps(customer_id), json.dumps(customer_id, ensure_ascii=False), customer_id
        wanted = [one.encode("utf-8", "replace") for one in named]
        return [
            place.name
            for place in sorted(self.folder.iterdir())
            if any(_has(file, wanted) for file in place.iterdir())
        ]


def _has(file: Path, wanted: Sequence[bytes]) -> bool:
    with file.open("rb") as lines:
        return any(one in line for line in lines for one in wanted)


def _write(path: Path, content: bytes, at_byte: int) -> None:
    """Write at a place and cut off what follows; on the disk when it returns."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(at_byte)
        file.truncate(at_byte)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
