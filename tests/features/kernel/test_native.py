"""The kernel's machine code: kept under a name that says all it depends on, loaded without numba."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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


def test_the_kernel_is_compiled_once_and_then_loaded_without_numba(tmp_path: Path) -> None:
    assert first_vector(tmp_path) == "2000.0 True"
    (kept,) = tmp_path.glob("kernel-*.o")
    assert first_vector(tmp_path) == "2000.0 False"
    # Code of other sources, or for another processor, is not looked at; nor is a damaged file.
    kept.rename(tmp_path / "kernel-0123.o")
    kept.write_bytes((tmp_path / "kernel-0123.o").read_bytes()[:-100])
    assert first_vector(tmp_path) == "2000.0 True"
    assert first_vector(tmp_path) == "2000.0 False"
