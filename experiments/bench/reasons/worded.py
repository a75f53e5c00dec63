"""A million customers scored, explained, worded and written, from stored vectors to a file.

The vectors have the 300 and more features of the dictionary, invented by the unit of each; the model has 300
trees of 31 leaves, depth six at most. For each customer the score, the points of each reason group, the
leading features, the chosen reasons, every sentence in plain words and the rounded figures that add up are
computed and written as Parquet. ``SIZE=small`` does it for 50,000.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from experiments.bench.claims import Claim, arguments, conclude
from features.declarations.feature import Feature
from features.plan.dictionary import full_plan
from features.vectors.vectors import Vectors, open_vectors, write_vectors
from features.vocabulary.arrays import Rows
from training.learners.boosting import BoostedModel
from training.learners.columns import Columns
from training.reasons.flat import flat_reasons
from training.reasons.languages.known import LANGUAGES
from training.reasons.peers import SINCE, Peers
from training.reasons.points import leading_features, percentage_points
from training.reasons.wording import Wording

_DISTINCT, _ROWS_AT_ONCE, _THREADS = 20_000, 20_000, 2


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("worded reasons")
    customers = 50_000 if given.is_small else 1_000_000
    plan = full_plan()
    distinct = invented(plan.features, _DISTINCT)
    model = trained(distinct, plan.feature_names)
    peers = Peers.learn(
        distinct,
        plan.feature_names,
        np.arange(_DISTINCT) / _DISTINCT,
        np.nanmedian(distinct, axis=0).astype(np.float32),
    )
    assert peers.sorted_by == plan.feature_names.index(SINCE[0])
    claims = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        keys = np.arange(customers, dtype=np.int32)
        rows = distinct[keys % _DISTINCT]
        write_vectors(
            Vectors("", plan.feature_names, keys, np.zeros(customers, np.int64), rows), folder
        )
        del rows
        for code, language in LANGUAGES.items():
            wording = Wording(plan.features, plan.groups, peers, "EUR", language)
            begin, cpu = time.perf_counter(), time.process_time()
            sentences = written(model, open_vectors(folder), wording, folder / f"{code}.parquet")
            wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
            size = (folder / f"{code}.parquet").stat().st_size / 1e6
            print(
                f"  {code}: {customers:,} customers, {sentences:,} sentences, {size:.0f} MB in {wall:.1f} s "
                f"({cpu:.1f} CPU s)",
                flush=True,
            )
            name = f"{customers:,} customers: scored, explained, worded and written, {code}"
            claims.append(Claim(name, wall * 1_000_000 / customers, 90, "s a million"))
    return conclude("worded_reasons", claims, given)


def invented(features: tuple[Feature, ...], count: int) -> Rows:
    """Values such as each unit has, a sixth of them missing."""
    draw = np.random.default_rng(1)
    columns: dict[str, Callable[[], NDArray[np.float64] | NDArray[np.int64]]] = {
        "cents": lambda: draw.gamma(2, 8000, count).round(),
        "days": lambda: draw.gamma(2, 100, count),
        "share": lambda: draw.random(count),
        "ratio": lambda: draw.gamma(2, 0.6, count),
        "yes_no": lambda: draw.integers(0, 2, count),
    }
    found = np.column_stack(
        [columns.get(one.unit, lambda: draw.poisson(4, count))() for one in features]
    ).astype(np.float32)
    found[draw.random(found.shape) < 1 / 6] = np.nan
    return found


def trained(rows: Rows, names: tuple[str, ...]) -> BoostedModel:
    """300 trees of 31 leaves."""
    draw = np.random.default_rng(2)
    ranks = np.argsort(np.argsort(np.nan_to_num(rows), axis=0), axis=0) / len(rows)
    score = ranks @ (draw.normal(size=rows.shape[1]) * (draw.random(rows.shape[1]) < 0.3))
    outcome = score + draw.logistic(size=len(rows)) * 0.5 > np.median(score)
    settings = {"objective": "binary", "num_leaves": 31, "max_depth": 6, "verbosity": -1}
    settings |= {"learning_rate": 0.05, "feature_fraction": 0.6, "num_threads": 2, "seed": 7}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, outcome.astype(int)), 300)
    low, high = np.nanmin(rows, axis=0), np.nanmax(rows, axis=0)
    return BoostedModel.from_text(booster.model_to_string(), Columns(names, low, high))


def written(model: BoostedModel, vectors: Vectors, wording: Wording, path: Path) -> int:
    """Explain, word and write everybody, block by block on two threads; how many sentences there were."""
    identity = np.arange(len(model.columns.names))

    def worded(first: int) -> pa.Table:
        chosen = np.ascontiguousarray(vectors.values[first : first + _ROWS_AT_ONCE])
        prepared = model.columns.prepare(chosen, identity)
        added = model.contributions(prepared)
        grouped = np.column_stack(
            [
                added[:, wording.group_of == group].sum(axis=1)
                for group in range(len(wording.groups))
            ]
        )
        points = percentage_points(
            grouped, model.base_log_odds, lambda odds: 1 / (1 + np.exp(-odds))
        )
        leading = leading_features(
            added, wording.group_of, points.by_group, wording.sayable(chosen)
        )
        ids = [f"C{key:07d}" for key in vectors.customer_keys[first : first + _ROWS_AT_ONCE]]
        return flat_reasons(points, leading, chosen, wording, ids)

    sentences, writer = 0, None
    with ThreadPoolExecutor(_THREADS) as pool:
        for table in pool.map(worded, range(0, vectors.rows, _ROWS_AT_ONCE)):
            if writer is None:
                writer = parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            sentences += sum(
                len(table) - table[name].null_count
                for name in table.column_names
                if name.startswith("text_")
            )
    if writer is not None:
        writer.close()
    return sentences


if __name__ == "__main__":
    sys.exit(main())
