"""The kernel's machine code: kept under a name that says all it depends on, loaded without numba."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from features.kernel.native import _places, _read, entry

PROJECT = Path(__file__).resolve().parents[3]
PROGRAM = (
    "import sys; from tests.builders import at, order, pack_of;"
    "from features.plan.plan import standard_plan; from features.vectors.vectors import build_vectors;"
    "pack = pack_of({'anna': [order('2026-01-05', spend=20.00)]});"
    "vectors = build_vectors(pack, standard_plan(pack), [at('2026-02-01')]);"
    "print(float(vectors.column('spend_sum_lifetime')[0]), 'numba' in sys.modules)"
)


def first_vector(cache: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, "-c", PROGRAM]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=PROJECT, env=environment
    )
    return answer.stdout.strip()


def test_the_kernel_that_was_compiled_is_loaded_without_numba(tmp_path: Path) -> None:
    entry()
    ours = next(path for path in _places() if path.exists())
    (tmp_path / ours.name).write_bytes(ours.read_bytes())
    assert first_vector(tmp_path) == "2000.0 False"


@pytest.mark.slow
def test_the_kernel_is_compiled_once_and_then_loaded_without_numba(tmp_path: Path) -> None:
    # Code of other sources, or for another processor, is not looked at; nor is a damaged file.
    entry()
    ours = next(path for path in _places() if path.exists())
    (tmp_path / "kernel-0123.o").write_bytes(ours.read_bytes())
    (tmp_path / ours.name).write_bytes(ours.read_bytes()[:-100])
    assert first_vector(tmp_path) == "2000.0 True"
    assert {path.name for path in tmp_path.glob("kernel-*.o")} == {"kernel-0123.o", ours.name}
    assert _read(tmp_path / ours.name) is not None
    assert first_vector(tmp_path) == "2000.0 False"


def test_a_file_that_is_damaged_anywhere_or_absent_holds_nothing(tmp_path: Path) -> None:
    code = b"machine code"
    whole = b"enter " + hashlib.sha256(code).hexdigest().encode() + b"\n" + code
    path = tmp_path / "kernel-0.o"
    assert _read(path) is None
    path.write_bytes(whole)
    assert _read(path) == ("enter", code)
    for place in (*range(6, len(whole)), len(whole)):
        path.write_bytes(whole[:place])
        assert (_read(path) is None) == (place < len(whole))
    path.write_bytes(whole[:-1] + b"f")
    assert _read(path) is None
