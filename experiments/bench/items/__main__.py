"""What recommendations find and what they cost: ``make bench-items``, every figure with its reach.

Public splits are found through ``REGULARS_DATA``; small runs leave the largest out.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.bench.items.companies import known_truth, real_shop, relative_gain
from experiments.bench.items.cost import night, one_call, training
from experiments.bench.items.linear import LinearResult, large_catalogue, small_catalogue
from experiments.bench.items.shipping import shipped_kernel
from experiments.bench.items.splits import by_lot, published
from training.families.items.ladder import PERSONAL, PERSONAL_EVER
from training.families.items.learning import LearnedItems
from training.families.items.rivals import NEXT_BASKET


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("recommendations")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data"))
    claims: list[Claim] = []
    hundred = small_catalogue(by_lot(data / "movielens_100k/ratings.parquet", 0.25), 10, 0.2)
    _tell("MovieLens 100K", hundred)
    _tell(
        "MovieLens 100K", shipped_kernel(by_lot(data / "movielens_100k/ratings.parquet", 0.25), 10)
    )
    claims.append(_at_least("MovieLens 100K, nDCG@10", hundred.tested[1], 0.475))
    million = small_catalogue(published(data / "movielens_1m_lcfn"), 20, 0.1)
    _tell("MovieLens 1M", million)
    _tell("MovieLens 1M", shipped_kernel(published(data / "movielens_1m_lcfn"), 20))
    claims.append(_at_least("MovieLens 1M, Recall@20", million.tested[0], 0.2802))
    claims.append(_at_least("MovieLens 1M, NDCG@20", million.tested[1], 0.2670))
    if not given.is_small:
        check_ins = published(data / "gowalla_lightgcn")
        with Stopwatch() as watch:
            found = large_catalogue(check_ins, 20)
        _tell("Gowalla", found)
        _tell("Gowalla", shipped_kernel(check_ins, 20))
        claims.append(_at_least("Gowalla, Recall@20", found.tested[0], 0.187))
        claims.append(_at_least("Gowalla, NDCG@20", found.tested[1], 0.158))
        claims.append(Claim("Gowalla, search, fit and test", watch.wall_seconds, 300.0, "s"))
    with tempfile.TemporaryDirectory() as scratch:
        learned = real_shop(data, Path(scratch))
    ladder, claims = learned.ladder, [*claims, *_balance(learned)]
    for bar, reach in ((PERSONAL_EVER, 15.0), (PERSONAL, 15.0), (NEXT_BASKET, 8.0)):
        gain, low, high = relative_gain(ladder, bar)
        claims.append(
            _at_least(f"Online Retail, Recall@10 over {bar}", gain, reach, "%", (low, high))
        )
        claims.append(_at_least("the lower end of its 95 % interval", low, 0.0, "%"))
    with tempfile.TemporaryDirectory() as scratch:
        truth = known_truth(Path(scratch) / "company", 2_000 if given.is_small else 20_000)
    print(f"simulated company, Recall@10: {truth}", flush=True)
    share = 100 * truth["ours"] / truth["truth"]
    claims.append(
        _at_least("simulated company, share of the true affinities' recall", share, 90.0, "%")
    )
    customers, items = (1_000, 500) if given.is_small else (20_000, 10_000)
    peak, cpu = training(customers, items)
    claims.append(Claim(f"training for {customers:,} x {items:,}, peak memory", peak, 1.0, "GB"))
    claims.append(Claim("its CPU seconds", cpu, 200.0, "s"))
    customers, items = (5_000, 4_000) if given.is_small else (100_000, 40_000)
    wall, cpu, peak, lines = night(customers, items)
    print(f"{lines:,} lines in {wall:.0f} s, {cpu:.0f} CPU s", flush=True)
    claims.append(Claim(f"top 20 of {items:,} for {customers:,}, with reasons", wall, 180.0, "s"))
    claims.append(Claim("its peak memory", peak, 4.0, "GB"))
    customers, items = (50_000, 20_000) if given.is_small else (1_000_000, 100_000)
    middle, spread = one_call(customers, items)
    claims.append(
        Claim(f"one list among {customers:,} × {items:,}, p50", middle, 2.0, "ms", spread=spread)
    )
    return conclude("items", claims, given)


def _balance(learned: LearnedItems) -> list[Claim]:
    """What the balance of repeats and new items brings on the day of the test, and how well a share is given."""
    found = learned.manifest.evaluation["balance"]
    tested, given = found["tested"], found["asked_against_given"]
    print(f"balance {found['offset']:+.1f}: {tested}", flush=True)
    away = [abs(one["given"] - one["reachable"]) for one in given]
    return [
        _at_least("explore Recall@10, times that without", tested["explore_recall_times"], 1.5),
        _at_least(
            "NDCG@10 against that without, lower end", 100 * tested["ndcg_10_change_low"], -1.0, "%"
        ),
        Claim("share of new items asked and given, furthest apart", 100 * max(away), 2.0, "points"),
    ]


def _at_least(
    name: str,
    measured: float,
    reach: float,
    unit: str = "",
    spread: tuple[float, float] | None = None,
) -> Claim:
    return Claim(name, measured, reach, unit, direction="at least", spread=spread)


def _tell(name: str, found: LinearResult) -> None:
    chosen, tested = found.chosen, found.tested
    print(
        f"{name}: {found.said}: Recall {tested[0]:.4f}, NDCG {tested[1]:.4f}; "
        f"{chosen[0]:.4f} / {chosen[1]:.4f} where it was chosen",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
