"""Ladders made by hand: what each rung answered, without any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.vocabulary import DAY_SECONDS, Cutoff
from training.churn import Rung
from training.ladder import Ladder, LadderRow, Tested
from training.metrics import finite, measure

FIRST_DAY = 14_700


def answered(
    rung: str, outcomes: Sequence[float], probability: Sequence[float], *, day: int = FIRST_DAY
) -> Tested:
    """One rung's answers for customers 0, 1, 2 … at one cutoff."""
    known, given = np.array(outcomes, float), np.array(probability, float)
    keys = np.arange(len(known), dtype=np.int32)
    return Tested(rung, Cutoff(day * DAY_SECONDS), keys, known, given, measure(known, given))


def ladder_of(winner: str, *answers: Tested) -> Ladder:
    """A ladder of these answers, the rungs in their order."""
    names = dict.fromkeys(one.rung for one in answers)
    rows = tuple(_row(name, answers, name == winner) for name in names)
    return Ladder(rows, Rung(winner, "logistic", (), "by hand"), answers)


def _row(name: str, answers: Sequence[Tested], ships: bool) -> LadderRow:
    figures: Mapping[str, float] = next(one.figures for one in answers if one.rung == name)
    edges = dict.fromkeys(("auc_low", "auc_high", "gain", "gain_low", "gain_high"), 0.0)
    shown = finite({**figures, "ece_by_chance": 0.05})
    return LadderRow(name, "by hand", shown, **edges, auc_by_cutoff={}, ships=ships)
