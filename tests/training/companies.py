"""A small simulated company as arrays, and vectors made by hand, for tests of learning."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from features.behaviour.groups import FREQUENCY, RHYTHM, SPEND
from features.plan.plan import standard_plan
from features.store.pack import EventStream, Pack, TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS
from training.bundles.manifest import Manifest
from training.datasets.dataset import Dataset
from training.families.churn.bundle import ChurnTask
from training.families.value import margins
from training.learners.model import Model
from training.questions.buying import Inactivity

START = 14_610  # 2010-01-01 as a day number since 1970


def company(customers: int = 400, *, days: int = 400, seed: int = 3, hazard: float = 0.004) -> Pack:
    """Customers who buy at their own rhythm until they leave; every order is one line."""
    generator = np.random.default_rng(seed)
    gap_days = generator.gamma(2.0, 10.0, customers) + 3.0
    rows: list[tuple[int, int]] = []
    for key in range(customers):
        day = generator.uniform(0, 60)
        leaves = day + generator.exponential(1 / hazard) if hazard else np.inf
        while day < min(days, leaves):
            rows.append((key, int((START + day) * DAY_SECONDS)))
            day += generator.exponential(gap_days[key])
    rows.append((0, int((START + days) * DAY_SECONDS) - 60))
    return pack_of_orders(rows, customers, seed)


def pack_of_orders(rows: list[tuple[int, int]], customers: int, seed: int = 1) -> Pack:
    """A pack of one-line orders, given as customer and second."""
    generator = np.random.default_rng(seed)
    keys, seconds = np.array(sorted(rows), np.int64).reshape(-1, 2).T
    lines = len(keys)
    offsets = np.zeros(customers + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=customers), out=offsets[1:])
    columns: dict[str, np.ndarray] = {
        "order": np.arange(lines, dtype=np.int32),
        "item": generator.integers(0, 5, lines).astype(np.int32),
        "quantity_milli": np.full(lines, 1000, np.int64),
        "amount_cents": generator.integers(500, 9000, lines).astype(np.int64),
        "local_day": (seconds // DAY_SECONDS).astype(np.int32),
    }
    stream = EventStream(offsets, seconds, columns, {"item": [f"item {one}" for one in range(5)]})
    ids = TextColumn.of([f"c{key:05d}" for key in range(customers)])
    return Pack(ids, {"purchases": stream}, int(seconds.max()), "digest of a company")


def spend(pack: Pack) -> margins.Margins:
    """What every line brought, where no cost is known."""
    amounts = pack.streams["purchases"].columns["amount_cents"]
    return margins.Margins(np.asarray(amounts).astype(float), margins.SPEND)


NAMES = ("orders_count_lifetime", "days_since_order", "spend_sum_lifetime", "gap_mean_days")
_KNOWN = {one.feature.name: one for one in standard_plan(company(2)).declarations}
QUESTION = Inactivity(60, 0, minimum_orders=2, active_within_days=120)
DECLARATIONS = tuple(_KNOWN[name] for name in NAMES)


def dataset(rows: int = 600, *, seed: int = 1) -> Dataset:
    """Customers at two cutoffs with four features, who leave the sooner the longer they are silent."""
    generator = np.random.default_rng(seed)
    orders = generator.integers(1, 20, rows)
    silence = generator.exponential(40, rows)
    values = np.column_stack(
        [orders, silence, generator.normal(5_000, 3_000, rows), generator.gamma(2, 9, rows)]
    ).astype(np.float32)
    values[::7, 3] = np.nan
    chance = 1 / (1 + np.exp(-(silence / 30 - orders / 8 - 0.3)))
    keys = np.repeat(np.arange(rows // 2), 2).astype(np.int32)
    cutoffs = np.tile([1_000_000, 9_000_000], rows // 2).astype(np.int64)
    vectors = Vectors("plan-1", NAMES, keys, cutoffs, values)
    return Dataset(vectors, (generator.random(rows) < chance).astype(np.float64))


def told_level(
    bias: float = 0.0, *, ece: float = 0.01, by_chance: float = 0.01
) -> dict[str, float]:
    """What a manifest tells of a test whose level is off by so much, which no customer leaves open."""
    return {
        "customers": 100,
        "bias": bias,
        "bias_low": bias,
        "bias_high": bias,
        "observed_over_expected": 1 / (1 + bias),
        "ece": ece,
        "ece_by_chance": by_chance,
        "rate": 0.4,
    }


def manifest_of(model: Model, **changes: object) -> Manifest[Any]:
    """A manifest for the four features."""
    figures = {
        "auc": 0.8,
        "ece": 0.01,
        "ece_by_chance": 0.01,
        "auc_by_cutoff": {"2010-06-01": 0.8},
        "by_cutoff": {"2010-06-01": told_level()},
    }
    content: dict[str, object] = {
        "name": "churn",
        "learner": model.family,
        "title": "a test",
        "task": ChurnTask(QUESTION),
        "plan_hash": "plan-1",
        "feature_names": list(NAMES),
        "features": [asdict(one.feature) for one in DECLARATIONS],
        "groups": [asdict(one) for one in (RHYTHM, SPEND, FREQUENCY)],
        "base_rate": 0.4,
        "data_digest": "d",
        "data_cut": "2010-12-10",
        "metrics": figures,
    }
    return Manifest(**(content | changes))  # type: ignore[arg-type]
