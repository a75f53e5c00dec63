"""Ladders made by hand: what each rung answered, without any model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.ladder.ladder import Ladder, LadderRow
from training.ladder.rung import Rung
from training.ladder.tested import Tested
from training.measures.intervals import finite
from training.measures.metrics import measure


def answered(
    rung: str, outcomes: Sequence[float], probability: Sequence[float], *, test: str = "2010-06-01"
) -> Tested:
    """One rung's answers for customers 0, 1, 2 … at one test."""
    known, given = np.array(outcomes, float), np.array(probability, float)
    keys = np.arange(len(known), dtype=np.int32)
    return Tested(rung, test, keys, known, given, measure(known, given))


def ladder_of(winner: str, *answers: Tested, rule: str = "recency rule") -> Ladder:
    """A ladder of these answers, the rungs in their order."""
    names = dict.fromkeys(one.rung for one in answers)
    rows = tuple(_row(name, answers, rule, name == winner) for name in names)
    return Ladder(rows, Rung(winner, "logistic", (), "by hand"), answers)


def _row(name: str, answers: Sequence[Tested], rule: str, ships: bool) -> LadderRow:
    figures = next(one.figures for one in answers if one.rung == name)
    return LadderRow(
        name,
        "by hand",
        rule,
        finite({**figures, "ece_by_chance": 0.05}),
        auc_low=0.0,
        auc_high=1.0,
        gain=0.03,
        gain_low=0.01,
        gain_high=0.05,
        auc_by_cutoff={},
        ships=ships,
        is_rule=name.endswith("rule"),
    )
