"""A process that looks seldom at what it has loaded, and lets go of it when it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PROGRAM = (
    "import duckdb, gc; from serving.process.garbage_collection import settle;"
    "settle(); print(gc.get_freeze_count() > 0)"
)


def test_a_settled_process_ends_without_a_word_of_what_it_kept() -> None:
    # DuckDB's binding names everything on the terminal that it could not let go of.
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert (answer.stdout, answer.stderr) == ("True\n", "")
