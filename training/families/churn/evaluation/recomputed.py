"""The figures of a churn model's card once more, from its predictions and from nothing else that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from features.vocabulary.time import Cutoff
from training.bundles.manifest import Manifest
from training.datasets.splits import OriginSplit
from training.families.churn.bundle import CHURN_KIND, ChurnTask
from training.families.churn.evaluation.campaign import Campaign, campaign
from training.families.churn.evaluation.grade import grade
from training.families.churn.evaluation.slices import EVERYBODY, TESTED_AT, SliceAnswers
from training.families.churn.learning import Learned
from training.families.churn.small import pooled_figures
from training.ladder.ladder import Ladder, laid_again
from training.ladder.rung import Rung
from training.ladder.tested import Tested
from training.measures.levels import HeldLevels, with_seasons
from training.measures.metrics import measure
from training.measures.pooled import METRIC, PooledLevel
from training.measures.predictions.predictions import Predictions, RungPredictions
from training.measures.profit import Costs

_RULES, _LIST_SIZE, _COSTS, _PROBABILITY = "rules", "list_size", "costs", "probability"
_NOT_FIGURES = ("name", "explained", "ships")


def churn_predictions(learned: Learned, lists: Campaign, *, list_size: int) -> Predictions:
    """What every rung answered of everybody at every test; ``list_size`` is that of the settings, ``worth`` has the costs."""
    ladder, splits = learned.ladder, learned.splits
    cutoffs = {
        split.name: split.test_rows(learned.dataset).vectors.cutoff_seconds
        for split in splits.tests
    }
    folds = {split.name for split in splits.tests if not isinstance(split, OriginSplit)}
    tested = [
        RungPredictions(
            rung=one.rung,
            fold=one.test if one.test in folds else "",
            customer_keys=one.customer_keys,
            cutoff_seconds=cutoffs[one.test],
            outcomes=one.outcomes,
            answers={_PROBABILITY: one.probability},
        )
        for one in ladder.tested
    ]
    facts = {
        _RULES: [row.name for row in ladder.rows if row.is_rule],
        _LIST_SIZE: list_size,
        _COSTS: asdict(lists.costs),
    }
    return Predictions.of(CHURN_KIND.name, tested, facts)


def recomputed_churn(manifest: Manifest[ChurnTask], predictions: Predictions) -> dict[str, Any]:
    """Ladder, levels, list, grade and slices, each where the manifest has it.

    The question and what a rung is called are the manifest's, costs those of the training; every figure is measured anew.
    """
    ladder = _ladder(manifest, predictions)
    row = ladder.winning_row.as_dict()
    levels = HeldLevels.from_dict(row["by_cutoff"])
    evaluated = manifest.evaluation
    worth = _campaign(ladder, predictions.facts)
    known = manifest.metrics.get(METRIC)
    pooled = {} if known is None else pooled_figures(ladder, known["cutoffs"])
    graded = grade(
        worth,
        ladder.winning_row,
        manifest.task.question,
        currency=evaluated["currency"],
        pooled=PooledLevel.from_metrics(pooled),
    )
    return {
        "metrics": {key: row[key] for key in row if key not in _NOT_FIGURES}
        | levels.next_figures
        | {"leads": ladder.leads}
        | pooled,
        "ladder": [one.as_dict() for one in ladder.rows],
        "evaluation": {
            "campaign": worth.as_dict(),
            "grade": graded.as_dict(),
            "slices": _slices(ladder, predictions),
        },
    }


def _ladder(manifest: Manifest[ChurnTask], predictions: Predictions) -> Ladder:
    tested = [
        Tested(
            part.rung,
            part.test,
            part.customer_keys,
            part.outcomes,
            part.numbers(_PROBABILITY),
            measure(part.outcomes, part.numbers(_PROBABILITY)),
            part.cutoff_seconds,
        )
        for part in predictions.tested
    ]
    rules = predictions.facts[_RULES]
    rungs = [
        Rung(row["name"], "", (), row["explained"], is_rule=row["name"] in rules)
        for row in manifest.ladder
    ]
    chosen = manifest.metrics["chosen"]
    ladder = laid_again(
        tested,
        rungs,
        manifest.title,
        choosing=chosen["choosing"],
        reserved=chosen["reserved"],
    )
    # Which seasons were seen twice is known of the history alone.
    seen = manifest.metrics["by_cutoff"]
    rows = (replace(row, by_cutoff=with_seasons(row.by_cutoff, seen)) for row in ladder.rows)
    return replace(ladder, rows=tuple(rows))


def _campaign(ladder: Ladder, facts: Mapping[str, Any]) -> Campaign:
    """The lists at the costs of the training, which may be others by now."""
    return campaign(ladder, Costs(**facts[_COSTS]), list_size=facts[_LIST_SIZE])


def _slices(ladder: Ladder, predictions: Predictions) -> list[dict[str, Any]]:
    """Everybody, and each test cutoff where there are several; the others need what is known of customers."""
    tested = ladder.of(ladder.winner.name)
    answers = SliceAnswers.of(tested)
    mine = [part for part in predictions.tested if part.rung == ladder.winner.name]
    cutoffs = np.concatenate([part.cutoff_seconds for part in mine])
    slices = [answers.slice(EVERYBODY, EVERYBODY, np.ones(len(cutoffs), np.bool_))]
    moments = np.unique(cutoffs).tolist()
    for moment in moments if len(moments) > 1 else ():
        slices.append(answers.slice(TESTED_AT, str(Cutoff(moment)), cutoffs == moment))
    return [one.as_dict() for one in slices]
