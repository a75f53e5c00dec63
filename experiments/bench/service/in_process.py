"""A batch answered in this process, without HTTP: everything but the stack and the guard."""

from __future__ import annotations

import time
from statistics import median

import orjson

from experiments.bench.service.ground import BenchCompany
from serving.contract.recorded_scores import answer_rows
from serving.in_use.models_in_use import ModelsInUse
from serving.scores.subject import Subject
from training.reasons.languages.known import ENGLISH

_TIMES = 30


def batch_milliseconds(ground: BenchCompany, rows: int) -> float:
    """Milliseconds for so many rows with reasons, written to the ledger and made into JSON, at the median."""
    models_in_use = ModelsInUse(
        ground.settings, ground.workspace, now=lambda: 1, ticks=time.monotonic
    )
    try:
        in_use = models_in_use.in_use
        assert in_use is not None
        subjects = [Subject(one) for one in ground.customers[:rows]]
        took = []
        for _ in range(_TIMES):
            begun = time.perf_counter()
            found = answer_rows(
                models_in_use, in_use, subjects, at=1, with_reasons=True, language=ENGLISH
            )
            orjson.dumps({"rows": found})
            took.append(1_000 * (time.perf_counter() - begun))
        return median(took)
    finally:
        models_in_use.close()
