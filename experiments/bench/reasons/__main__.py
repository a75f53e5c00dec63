"""Exact contributions: how much faster than LightGBM's own, and that they are the same numbers.

The model has 300 trees of 31 leaves over 160 features, a third of them with missing values and six
categorical; contributions are summed into 12 reason groups. ``SIZE=full`` measures it with depth
capped at six and without a cap, and explains 1,000,000 customers from a vector store;
``SIZE=small`` the capped one on fewer rows. Both sides of a ratio run in turns, on one thread.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from experiments.bench.claims import Claim, arguments, conclude
from features.vectors.vectors import Vectors, open_vectors, write_vectors
from features.vocabulary.arrays import Rows
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.model_text import read_forest
from training.reasons.points import leading_features

_FEATURES, _CATEGORICAL, _GROUPS, _TREES = 160, 6, 12, 300
_GROUP_OF = np.arange(_FEATURES) * 7 % _GROUPS
_SLOW_ROWS, _DISTINCT, _CUSTOMERS = 200, 20_000, 1_000_000
_BLOCK = 10_000
_REPEATS = 5

_LOAD_AND_EXPLAIN = """
import sys, time
import numpy as np, lightgbm
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.model_text import read_forest
forest = read_forest(open(sys.argv[1]).read())
rows = np.zeros((8, forest.features), np.float32)
before = time.process_time()
explainer = Explainer.of(forest, np.arange(forest.features) % 12)
explainer.contributions(rows), explainer.contributions(rows[:1])
print(time.process_time() - before)
"""


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("exact contributions")
    rows, outcome = simulated(8_000 if given.is_small else _DISTINCT)
    capped = trained(rows, outcome, depth=6)
    claims = _speed_claims("depth at most 6", capped, rows, least=100.0)
    claims += _small_batch_claims(capped, rows)
    claims += _start_claims(capped)
    if not given.is_small:
        claims += _speed_claims("no depth cap", trained(rows, outcome, depth=-1), rows, least=80.0)
        claims += _everybody_claims(capped, rows)
    return conclude("reasons", claims, given)


def simulated(count: int) -> tuple[Rows, NDArray[np.int64]]:
    """Rows of skewed features, with missing values and categories, and an outcome that has a shape."""
    draw = np.random.default_rng(1)
    rows = draw.gamma(2.0, 1.0, (count, _FEATURES)).astype(np.float32)
    for column in range(_CATEGORICAL):
        rows[:, column] = draw.integers(0, (3, 5, 8, 12, 30, 60)[column], count)
    score = rows @ (draw.normal(size=_FEATURES) * (draw.random(_FEATURES) < 0.4)) * 0.15
    score += 0.5 * np.sin(rows[:, 10] * rows[:, 11]) + 0.4 * (rows[:, 4] % 3 == 1)
    score += 0.3 * np.minimum(rows[:, 20], rows[:, 21])
    for column in range(_CATEGORICAL, _FEATURES, 3):
        rows[draw.random(count) < 0.2, column] = np.nan
    noise = draw.logistic(size=count) * 1.2
    return rows, (score - np.median(score) + noise > 0).astype(np.int64)


def trained(rows: Rows, outcome: NDArray[np.int64], depth: int) -> lightgbm.Booster:
    """The model of the claims."""
    print(f"Training {_TREES} trees of 31 leaves on {len(rows):,} rows, depth {depth}.", flush=True)
    settings = {"objective": "binary", "num_leaves": 31, "max_depth": depth, "verbosity": -1}
    settings |= {"learning_rate": 0.05, "feature_fraction": 0.6, "min_data_in_leaf": 50}
    settings |= {"num_threads": 2, "seed": 7}
    table = lightgbm.Dataset(rows, outcome, categorical_feature=list(range(_CATEGORICAL)))
    return lightgbm.train(settings, table, _TREES)


def predict(booster: lightgbm.Booster, rows: Rows, **how: Any) -> NDArray[np.float64]:
    """LightGBM's answer on one thread."""
    answer = booster.predict(rows, num_threads=1, **how)
    assert isinstance(answer, np.ndarray)
    return answer


def explainer_of(booster: lightgbm.Booster) -> Explainer:
    """Tables with the twelve groups summed in them."""
    return Explainer.of(read_forest(booster.model_to_string()), _GROUP_OF, _GROUPS)


def in_turns(*works: Callable[[], object], repeats: int = _REPEATS) -> list[list[float]]:
    """CPU seconds of each work, run one after the other again and again; the first round is not kept."""
    seconds: list[list[float]] = [[] for _ in works]
    for turn in range(repeats + 1):
        for work, taken in zip(works, seconds, strict=True):
            begin = time.process_time()
            work()
            if turn:
                taken.append(time.process_time() - begin)
    return seconds


def _ratio(name: str, slow: list[float], fast: list[float], scale: float, least: float) -> Claim:
    ratios = [one / other * scale for one, other in zip(slow, fast, strict=True)]
    return Claim(name, median(ratios), least, "times", "at least", (min(ratios), max(ratios)))


def _speed_claims(
    title: str, booster: lightgbm.Booster, rows: Rows, *, least: float
) -> list[Claim]:
    begin = time.process_time()
    explainer = explainer_of(booster)
    cold_build = time.process_time() - begin
    begin = time.process_time()
    explainer_of(booster)
    build = time.process_time() - begin
    by_feature = Explainer.of(read_forest(booster.model_to_string()))
    bulk, few = rows[: 8 * 1024], rows[:_SLOW_ROWS]
    theirs, grouped, single, scored = in_turns(
        lambda: predict(booster, few, pred_contrib=True),
        lambda: explainer.base + explainer.contributions(bulk).sum(axis=1),
        lambda: by_feature.contributions(bulk),
        lambda: predict(booster, bulk, raw_score=True),
    )
    microseconds = [1e6 * median(one) / len(bulk) for one in (grouped, single, scored)]
    print(
        f"  {title}: pred_contrib {1e6 * median(theirs) / len(few):,.0f} µs a row; ours"
        f" {microseconds[0]:.1f} by group, {microseconds[1]:.1f} by feature; Booster.predict"
        f" {microseconds[2]:.1f}; first build with numba's import {cold_build:.2f} s",
        flush=True,
    )
    part = [one / other for one, other in zip(grouped, scored, strict=True)]
    scale = len(bulk) / len(few)
    return [
        _ratio(f"{title}: bulk against pred_contrib, groups", theirs, grouped, scale, least),
        *([_share_claim(title, part)] if least == 100.0 else []),
        *_difference_claims(title, booster, explainer, few),
        Claim(f"{title}: tables of one model", explainer.tables.nbytes / 1e6, 32, "MB"),
        Claim(f"{title}: text to tables, compiled", build, 1, "CPU s"),
    ]


def _share_claim(title: str, part: list[float]) -> Claim:
    name = f"{title}: score + groups against predict"
    return Claim(name, median(part), 0.7, "times", "at most", (min(part), max(part)))


def _difference_claims(
    title: str, booster: lightgbm.Booster, explainer: Explainer, rows: Rows
) -> list[Claim]:
    theirs = predict(booster, rows, pred_contrib=True)
    ours = explainer.contributions(rows)
    sums = [theirs[:, :-1][:, group == _GROUP_OF].sum(axis=1) for group in range(_GROUPS)]
    largest = max(1.0, float(np.abs(theirs).max()))
    gap = np.abs(ours - np.column_stack(sums)).max() / largest
    rest = np.abs(explainer.base + ours.sum(axis=1) - predict(booster, rows, raw_score=True)).max()
    return [
        Claim(f"{title}: largest difference to pred_contrib", float(gap), 1e-12, "relative"),
        Claim(f"{title}: largest gap in additivity", float(rest) / largest, 1e-12, "relative"),
    ]


def _small_batch_claims(booster: lightgbm.Booster, rows: Rows) -> list[Claim]:
    explainer = explainer_of(booster)
    batch, single = rows[:200], [rows[one : one + 1] for one in range(40)]
    theirs, ours = in_turns(
        lambda: predict(booster, batch, pred_contrib=True),
        lambda: [explainer.contributions(batch) for _ in range(10)],
    )
    one_theirs, one_ours = in_turns(
        lambda: [predict(booster, row, pred_contrib=True) for row in single],
        lambda: [explainer.contributions(row) for row in single * 5],
    )
    print(f"  batch of 200: {100 * median(ours):.2f} ms; one row: {5e3 * median(one_ours):.0f} µs")
    return [
        _ratio("batch of 200 against pred_contrib", theirs, ours, 10, 80),
        _ratio("one row against pred_contrib", one_theirs, one_ours, 5, 9),
    ]


def _start_claims(booster: lightgbm.Booster) -> list[Claim]:
    """A fresh process without compiled code, and the next one: numba's import, code and tables."""
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model.txt"
        model.write_text(booster.model_to_string(), encoding="utf-8")
        surroundings = {**os.environ, "NUMBA_CACHE_DIR": scratch}
        command = [sys.executable, "-c", _LOAD_AND_EXPLAIN, str(model)]
        found = [
            float(subprocess.run(command, env=surroundings, capture_output=True, check=True).stdout)
            for _ in range(2)
        ]
    return [
        Claim("first start: import, compile, tables, one answer", found[0], 8, "CPU s"),
        Claim("later starts: import, cached code, tables, one answer", found[1], 3, "CPU s"),
    ]


def _everybody_claims(booster: lightgbm.Booster, rows: Rows) -> list[Claim]:
    """A million customers read from a written vector store: scores, groups and the three top reasons."""
    explainer = explainer_of(booster)
    by_feature = Explainer.of(read_forest(booster.model_to_string()))
    with tempfile.TemporaryDirectory() as scratch:
        stored = _stored(rows, Path(scratch))
        score = np.empty(_CUSTOMERS)
        top = np.empty((_CUSTOMERS, 3), np.uint8)
        leading = np.empty((_CUSTOMERS, _GROUPS), np.int16)

        def explain(begin: int) -> None:
            block = slice(begin, begin + _BLOCK)
            added = explainer.contributions(stored[block])
            score[block] = explainer.base + added.sum(axis=1)
            np.negative(added, out=added)
            strongest = np.argpartition(added, 3, axis=1)[:, :3]
            ranked = np.argsort(np.take_along_axis(added, strongest, axis=1), axis=1)
            top[block] = np.take_along_axis(strongest, ranked, axis=1)

        def explain_with_features(begin: int) -> None:
            block = slice(begin, begin + _BLOCK)
            added = by_feature.contributions(stored[block])
            groups = np.zeros((len(added), _GROUPS))
            for feature, group in enumerate(_GROUP_OF):
                groups[:, group] += added[:, feature]
            score[block] = by_feature.base + groups.sum(axis=1)
            leading[block] = leading_features(added, _GROUP_OF, groups)

        name = "1,000,000 customers from the vector store, two threads"
        wall, cpu = _everybody(explain)
        nightly_wall, nightly_cpu = _everybody(explain_with_features)
    return [
        Claim(f"{name}: score, groups, top 3", wall, 15, "s"),
        Claim(f"{name}: score, groups, top 3, CPU", cpu, 30, "CPU s"),
        Claim(f"{name}: score, groups, leading features", nightly_wall, 30, "s"),
        Claim(f"{name}: score, groups, leading features, CPU", nightly_cpu, 60, "CPU s"),
    ]


def _stored(rows: Rows, folder: Path) -> Rows:
    """The rows again and again, a million customers', as the product writes and opens vectors."""
    copies = np.lib.stride_tricks.as_strided(
        rows, (_CUSTOMERS // len(rows), *rows.shape), (0, *rows.strides)
    )
    vectors = Vectors(
        plan_hash="",
        feature_names=tuple(f"feature_{place}" for place in range(_FEATURES)),
        customer_keys=np.arange(_CUSTOMERS, dtype=np.int32),
        cutoff_seconds=np.zeros(_CUSTOMERS, np.int64),
        values=copies.reshape(_CUSTOMERS, _FEATURES),
    )
    write_vectors(vectors, folder)
    return open_vectors(folder).values


def _everybody(work: Callable[[int], None]) -> tuple[float, float]:
    """Wall and CPU seconds of some work on every block of customers."""
    begin, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(0, _CUSTOMERS, _BLOCK)))
    return time.perf_counter() - begin, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(main())
