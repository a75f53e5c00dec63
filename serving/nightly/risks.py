"""The judged customers in order of risk, each with reasons: scored and explained block by block."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.progress import Progress
from serving.scores.judgements import explained, wording_of
from serving.snapshot.checkpoints import Arrays, Checkpoints
from serving.snapshot.columns import Ranking
from training.families.churn.bundle import Bundle
from training.families.value.at_risk import terciles
from training.reasons.explanation import main_raising

_ROWS_AT_ONCE = 2_048
ROWS_A_PIECE = 65_536
_THREADS = 2


def _explained(
    bundle: Bundle, values: NDArray[np.float32], rows: NDArray[np.int32], at_once: int
) -> Arrays:
    """Risks and reasons of some vectors, block by block."""
    wording = wording_of(bundle, "")

    def explain(first: int) -> tuple[Any, ...]:
        chosen = np.ascontiguousarray(values[rows[first : first + at_once]])
        found = explained(bundle, chosen, wording)
        by_group = found.points.by_group
        main = main_raising(by_group, found.leading, found.sayable, chosen, wording)
        return bundle.log_odds(chosen), by_group, found.leading, _as_bits(main)

    with ThreadPoolExecutor(_THREADS) as pool:
        parts = list(pool.map(explain, range(0, len(rows), at_once)))
    names = ("log_odds", "points", "leading", "raising")
    return {
        name: np.concatenate(one) for name, one in zip(names, zip(*parts, strict=True), strict=True)
    }


def rank_everybody(
    checkpoints: Checkpoints,
    bundle: Bundle,
    values: NDArray[np.float32],
    rows: NDArray[np.int32],
    keys: NDArray[np.int32],
    spend_cents: NDArray[np.int64],
    if_kept_cents: NDArray[np.int64],
    before: NDArray[np.float64],
    progress: Progress,
    *,
    rows_a_piece: int = ROWS_A_PIECE,
    rows_at_once: int = _ROWS_AT_ONCE,
) -> Ranking:
    """Score and explain the judged rows in blocks, then put them in order of risk."""
    groups = len(bundle.manifest.groups)
    log_odds = np.empty(len(rows))
    points = np.empty((len(rows), groups))
    leading = np.empty((len(rows), groups), np.int16)
    raising = np.empty(len(rows), np.int64)
    for first in range(0, len(rows), rows_a_piece):
        some = rows[first : first + rows_a_piece]
        piece = checkpoints.piece(
            f"risk-{first}-{len(some)}", partial(_explained, bundle, values, some, rows_at_once)
        )
        block = slice(first, first + len(some))
        log_odds[block], points[block] = piece["log_odds"], piece["points"]
        leading[block], raising[block] = piece["leading"], piece["raising"]
        progress("Scoring and explaining customers", first + len(some), len(rows))
    probability = bundle.probability(log_odds)
    order = np.lexsort((keys, -spend_cents, -probability))
    return Ranking(
        customer_keys=keys[order],
        probability=probability[order],
        percentile=bundle.percentile(probability)[order],
        log_odds=log_odds[order],
        points=points[order],
        leading=leading[order],
        raising=raising[order],
        value_tercile=terciles(if_kept_cents[order].astype(np.float64)),
        risk_before=before[order],
    )


def _as_bits(main: NDArray[np.bool_]) -> NDArray[np.int64]:
    """One number a row, with a bit for each group."""
    bits: NDArray[np.int64] = (main << np.arange(main.shape[1])).sum(axis=1, dtype=np.int64)
    return bits
