"""A real Postgres, started for a test and stopped after it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def postgres_program(name: str) -> str:
    """A program of Postgres, on the path or where Debian puts it; skips where it is not installed."""
    found = shutil.which(name) or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        pytest.skip(f"no {name} on this machine: install Postgres")
    return found


@contextmanager
def running_postgres() -> Iterator[str]:
    """The address of an empty Postgres that listens on a socket in a folder of its own."""
    pytest.importorskip("psycopg", reason="the driver comes with the extra postgres")
    initdb, pg_ctl = postgres_program("initdb"), postgres_program("pg_ctl")
    user = pwd.getpwuid(os.getuid())
    if user.pw_uid == 0:
        # Postgres refuses to be run by root.
        known = {one.pw_name: one for one in pwd.getpwall()}
        user = known.get("postgres") or known["nobody"]
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    os.chown(folder, user.pw_uid, user.pw_gid)
    is_root = os.getuid() == 0

    def run(*words: str) -> None:
        subprocess.run(
            words,
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user.pw_uid if is_root else None,
            group=user.pw_gid if is_root else None,
        )

    data = str(folder / "data")
    run(initdb, "-D", data, "-U", "regulars", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses='' -c fsync=off -k {folder}"
    run(pg_ctl, "-D", data, "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://regulars@/postgres?host={folder}"
    finally:
        run(pg_ctl, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)
