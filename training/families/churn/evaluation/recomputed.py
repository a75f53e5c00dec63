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
from training.families.churn.evaluation.decay import Aged
from training.families.churn.evaluation.evaluation import Evaluation
from training.families.churn.evaluation.grade import grade
from training.families.churn.evaluation.slices import EVERYBODY, TESTED_AT, SliceAnswers
from training.families.churn.learning import Learned
from training.families.churn.small import pooled_figures
from training.families.churn.timing.hazard import Periods
from training.families.churn.timing.waits import Waits
from training.families.churn.timing.when import ForecastSilence, when_by
from training.ladder.ladder import Ladder, laid_again
from training.ladder.rung import Rung
from training.ladder.tested import Tested
from training.measures.levels import HeldLevels, with_seasons
from training.measures.metrics import measure
from training.measures.pooled import METRIC, PooledLevel
from training.measures.predictions.predictions import Column, Predictions, RungPredictions
from training.measures.profit import Costs

_RULES, _LIST_SIZE, _COSTS, _PROBABILITY = "rules", "list_size", "costs", "probability"
_LEARNED_UNTIL, _AGED = "old_model_learned_until", "aged_probability"
_WHEN, _SILENT = "when", "silent_to_period_{}"
_WAITED_DAYS, _ORDERED = "waited_days", "ordered"
_NOT_FIGURES = ("name", "explained", "ships")


def churn_predictions(learned: Learned, evaluation: Evaluation, *, list_size: int) -> Predictions:
    """What every rung answered of everybody at every test; ``list_size`` is that of the settings.

    Of the rung that ships, also what it answers as it ages, and when it says that the next order comes.
    """
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
            answers={
                _PROBABILITY: one.probability,
                **_as_it_ages(one, evaluation),
                **_of_when(one, evaluation),
            },
        )
        for one in ladder.tested
    ]
    facts: dict[str, Any] = {
        _RULES: [row.name for row in ladder.rows if row.is_rule],
        _LIST_SIZE: list_size,
        _COSTS: asdict(evaluation.campaign.costs),
    }
    if evaluation.decay:
        facts[_LEARNED_UNTIL] = evaluation.decay[0].learned_until.seconds
    if evaluation.when is not None:
        periods = asdict(evaluation.when.told.periods)
        facts[_WHEN] = {"periods": periods, "horizon_days": learned.splits.horizon.days}
    return Predictions.of(CHURN_KIND.name, tested, facts)


def _as_it_ages(one: Tested, evaluation: Evaluation) -> dict[str, Column]:
    """What the oldest model of the rung that ships answered; NaN of other rungs, and no column where no model is seen to age."""
    if not evaluation.decay:
        return {}
    answered = {str(row.cutoff): row.probability for row in evaluation.decay}
    is_mine = one.rung == evaluation.title
    return {_AGED: answered[one.test] if is_mine else np.full(len(one.outcomes), np.nan)}


def _of_when(one: Tested, evaluation: Evaluation) -> dict[str, Column]:
    """What was told of silence at the latest test, and how long each was waited for; NaN of whoever nothing was told of."""
    when, rows = evaluation.when, len(one.outcomes)
    if when is None:
        return {}
    told = when.told
    is_told = one.rung == evaluation.title and one.test == str(when.cutoff)
    silence = np.full((rows, told.periods.count), np.nan)
    waited_days, ordered = np.full(rows, np.nan), np.zeros(rows, np.bool_)
    if is_told:
        silence[told.rows] = told.silence[:, 1:]
        waited_days[told.rows], ordered[told.rows] = told.waited.days, told.waited.ordered
    columns = {_SILENT.format(at): column for at, column in enumerate(silence.T, 1)}
    return {**columns, _WAITED_DAYS: waited_days, _ORDERED: ordered}


def recomputed_churn(manifest: Manifest[ChurnTask], predictions: Predictions) -> dict[str, Any]:
    """Ladder, levels, list, grade and slices, each where the manifest has it.

    The question and what a rung is called are the manifest's, costs those of the training; every figure is measured anew.
    """
    ladder = ladder_of_predictions(manifest, predictions)
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
            **_decay(ladder, predictions),
            **_when(ladder, predictions),
        },
    }


def ladder_of_predictions(manifest: Manifest[ChurnTask], predictions: Predictions) -> Ladder:
    """The ladder as it follows from predictions, for the rung that ships by the manifest; it has no models."""
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


def _decay(ladder: Ladder, predictions: Predictions) -> dict[str, Any]:
    """Ageing, the oldest test first; nothing where no model was seen to age."""
    learned_until = predictions.facts.get(_LEARNED_UNTIL)
    if learned_until is None:
        return {}
    fresh = {one.test: one.figures["auc"] for one in ladder.of(ladder.winner.name)}
    rows = [
        Aged.measured(
            Cutoff(int(part.cutoff_seconds[0])),
            Cutoff(learned_until),
            part.outcomes,
            part.numbers(_AGED),
            fresh[part.test],
        )
        for part in reversed(_mine(ladder, predictions))
    ]
    return {"decay": [one.as_dict() for one in rows]}


def _when(ladder: Ladder, predictions: Predictions) -> dict[str, Any]:
    """The date of the next order, at the latest test; nothing where it is not told, or everybody it was told of is gone."""
    facts = predictions.facts.get(_WHEN)
    if facts is None:
        return {}
    latest = _mine(ladder, predictions)[0]
    waited_days = latest.numbers(_WAITED_DAYS)
    rows = np.flatnonzero(~np.isnan(waited_days))
    if not len(rows):
        return {}
    periods = Periods(**facts["periods"])
    silent = [latest.numbers(_SILENT.format(at))[rows] for at in range(1, periods.count + 1)]
    told = ForecastSilence(
        rows,
        np.column_stack([np.ones(len(rows)), *silent]),
        periods,
        Waits(waited_days[rows], latest.flags(_ORDERED)[rows]),
    )
    cutoff = Cutoff(int(latest.cutoff_seconds[0]))
    return {"when": when_by(told, cutoff, facts["horizon_days"]).as_dict()}


def _mine(ladder: Ladder, predictions: Predictions) -> list[RungPredictions]:
    """What the rung that ships answered, the latest test first."""
    return [part for part in predictions.tested if part.rung == ladder.winner.name]


def _slices(ladder: Ladder, predictions: Predictions) -> list[dict[str, Any]]:
    """Everybody, and each test cutoff where there are several; the others need what is known of customers."""
    tested = ladder.of(ladder.winner.name)
    answers = SliceAnswers.of(tested)
    cutoffs = np.concatenate([part.cutoff_seconds for part in _mine(ladder, predictions)])
    slices = [answers.slice(EVERYBODY, EVERYBODY, np.ones(len(cutoffs), np.bool_))]
    moments = np.unique(cutoffs).tolist()
    for moment in moments if len(moments) > 1 else ():
        slices.append(answers.slice(TESTED_AT, str(Cutoff(moment)), cutoffs == moment))
    return [one.as_dict() for one in slices]
