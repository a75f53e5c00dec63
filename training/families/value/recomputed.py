"""The figures of a value model's card once more, from its predictions and from nothing else that was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from features.vocabulary.time import Cutoff
from training.bundles.manifest import Manifest
from training.families.value.bundle import VALUE, ValueTask
from training.families.value.ladder import ValueLadder, laid_value_again, newest_gain
from training.families.value.tested_value import TestedValue
from training.measures.intervals import finite
from training.measures.levels import HeldLevels, with_seasons
from training.measures.predictions.predictions import Predictions, RungPredictions

_RANGES = ("amount", "low", "high")
_BEFORE = "amount_before"
_SAYS_SOMETHING = "says_something"
_NOT_FIGURES = ("name", "explained", "ships")


def value_predictions(ladder: ValueLadder) -> Predictions:
    """What every rung expected of everybody at every test, in cents."""
    tested = [
        RungPredictions(
            rung=one.rung,
            fold="",
            customer_keys=one.customer_keys,
            cutoff_seconds=np.full(len(one.brought), one.cutoff.seconds, np.int64),
            outcomes=one.brought,
            answers={
                **dict(zip(_RANGES, (one.expected, one.low, one.high), strict=True)),
                _SAYS_SOMETHING: one.says_something,
                _BEFORE: one.before,
            },
        )
        for one in ladder.tested
    ]
    return Predictions.of(VALUE, tested, {})


def recomputed_value(manifest: Manifest[ValueTask], predictions: Predictions) -> dict[str, Any]:
    """Ladder, levels and ranges, each where the manifest has it."""
    tested = [tested_value(part) for part in predictions.tested]
    names = [row["name"] for row in manifest.ladder]
    ladder = laid_value_again(tested, names, manifest.title, manifest.metrics["chosen"]["choosing"])
    # Which seasons were seen twice is known of the history alone.
    seen = manifest.metrics["by_cutoff"]
    rows = (replace(row, by_cutoff=with_seasons(row.by_cutoff, seen)) for row in ladder.rows)
    ladder = replace(ladder, rows=tuple(rows))
    row = ladder.winning_row.as_dict()
    levels = HeldLevels.from_dict(row["by_cutoff"])
    return {
        "metrics": {key: row[key] for key in row if key not in _NOT_FIGURES}
        | levels.next_figures
        | finite(newest_gain(ladder.of(ladder.winner))),
        "ladder": [one.as_dict() for one in ladder.rows],
    }


def tested_value(part: RungPredictions) -> TestedValue:
    """A rung at one test, measured by what it answered."""
    expected, low, high = (part.numbers(name) for name in _RANGES)
    return TestedValue.measured(
        part.rung,
        Cutoff(int(part.cutoff_seconds[0])),
        part.customer_keys,
        part.outcomes,
        (expected, low, high),
        part.flags(_SAYS_SOMETHING),
        part.numbers(_BEFORE),
    )
