"""Nothing that came later changes what a company would have had at a cutoff, and a kill loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.backtests.result import Backtest, BacktestFiles
from experiments.backtests.running import FinishedBacktest
from features.store.ingestion import ingest
from features.vocabulary.time import Cutoff
from tests.experiments.backtests.company import walked
from tests.experiments.trials.company import copied, declare, ground_of, run

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.experiments.backtests.company import walked
steps = 0
def progress(step, done, total):
    global steps
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
walked(Path(sys.argv[1]), progress)
"""


def figures_of(found: Backtest) -> dict[str, object]:
    """All that does not tell how long it took."""
    return replace(found, seconds=0.0, cpu_seconds=0.0, run_id="").as_dict()


def with_another_future(company: Path, folder: Path, since: str) -> Path:
    """The same company, in which everything from a day on was bought by somebody else."""
    copied(company, folder)
    table = pq.read_table(folder / "purchases.parquet")
    seconds = table["at"].cast(pa.int64()).to_numpy() // 1_000_000
    later = np.flatnonzero(seconds >= Cutoff.parse(since).seconds)
    who = np.array(table["who"].to_pylist())
    who[later] = np.random.default_rng(4).choice(np.unique(who), len(later))
    table = table.set_column(table.schema.get_field_index("who"), "who", pa.array(who))
    pq.write_table(table, folder / "purchases.parquet")
    ground = ground_of(folder)
    ingest(ground.settings, ground.workspace)
    return folder


def test_another_future_changes_nothing_of_what_came_before_it(
    company: Path, whole: FinishedBacktest, tmp_path: Path
) -> None:
    others = walked(with_another_future(company, tmp_path / "other", "2010-11-07")).result
    first, second, third, fourth = zip(whole.result.cutoffs, others.cutoffs, strict=True)
    assert [one.cutoff for one in whole.result.cutoffs] == [
        *("2010-09-08", "2010-10-08", "2010-11-07", "2010-12-07")
    ]
    for before, after in (first, second, third):
        assert (before.rung, before.rule, before.learned_from) == (
            *(after.rung, after.rule, after.learned_from),
        )
        assert (before.customers, before.expected) == (after.customers, after.expected)
    # The outcomes of the first were known by then; those of the others have another future in them.
    assert (first[0].left, first[0].auc, first[0].on_list) == (
        *(first[1].left, first[1].auc, first[1].on_list),
    )
    assert second[0].left != second[1].left
    assert fourth[0].expected != fourth[1].expected


def test_at_the_tests_of_a_run_each_rung_says_what_it_says_there(
    company: Path, whole: FinishedBacktest, tmp_path: Path
) -> None:
    folder = copied(company, tmp_path / "company")
    declare(folder, "run", (folder / "experiments" / "walked.toml").read_text(encoding="utf-8"))
    result = run(folder, "run").result
    tests = {one.cutoff: one for one in whole.result.cutoffs}
    assert [one["test"] for one in result.splits["tests"]] == [*tests][:0:-1]
    for test in [*tests][1:]:
        answered = result.rung(tests[test].rung).by_test[test]["auc"]
        assert tests[test].auc == pytest.approx(answered, abs=1e-7)


def test_killed_at_several_points_it_comes_to_the_same_result(
    company: Path, whole: FinishedBacktest, tmp_path: Path
) -> None:
    folder = copied(company, tmp_path / "company")
    for steps in (5, 4):
        words = [sys.executable, "-c", KILLED, str(folder), str(steps)]
        killed = subprocess.run(words, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert BacktestFiles(ground_of(folder).workspace).known("walked") is None
    assert figures_of(walked(folder).result) == figures_of(whole.result)
