"""What is kept of a trial: its figures, and its answers with the kind of customer each row is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from experiments.declared.definition import ExperimentDefinition
from experiments.trials.results import ExperimentResult, RungResult
from experiments.trials.rows import ExperimentRows
from experiments.trials.rungs import families_of
from experiments.trials.trial import TestedRungs
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from training.actions.actions import Action
from training.datasets.folds import FoldSplit
from training.families.churn.contacts import contacts_by_past_days
from training.families.churn.evaluation.evaluation import spent_by_leavers
from training.families.churn.evaluation.list_costs import list_costs
from training.families.churn.evaluation.slices import TESTED_AT, kinds_of_customers
from training.ladder.measured import MeasuredRung
from training.ladder.tested import Tested
from training.measures.intervals import finite
from training.measures.predictions.predictions import Column, Predictions, RungPredictions
from training.measures.profit import Costs


def predictions_of(rows: ExperimentRows, tested: TestedRungs) -> Predictions:
    """Every answer beside what came of it, with the stage and segment of the customer; the names of kinds are facts."""
    kinds = dict(_kinds(rows))
    parts: list[RungPredictions] = []
    for rung in tested.measured:
        begin = 0
        for one, split in zip(rung.tested, rows.splits.tests, strict=True):
            there = slice(begin, begin + len(one.outcomes))
            begin = there.stop
            answers: dict[str, Column] = {"probability": one.probability}
            answers |= {kind: codes[there] for kind, (_, codes) in kinds.items()}
            fold = split.name if isinstance(split, FoldSplit) else ""
            parts.append(
                RungPredictions(
                    one.rung, fold, one.customer_keys, one.cutoff_seconds, one.outcomes, answers
                )
            )
    facts = {"kinds": {kind: names for kind, (names, _) in kinds.items()}}
    return Predictions.of("experiment", parts, facts)


def result_of(
    definition: ExperimentDefinition,
    rows: ExperimentRows,
    tested: TestedRungs,
    features: tuple[str, ...],
    key: str,
    store_digest: str,
    seconds: float,
) -> ExperimentResult:
    """The figures of a trial, without a row of any customer."""
    tests = [split.name for split in rows.splits.tests]
    dataset, question = rows.dataset, rows.labelled.question
    return ExperimentResult(
        name=definition.name,
        key=key,
        rows=_rows_digest(store_digest, tested.measured[0]),
        definition=definition.as_dict(),
        data={
            "digest": rows.digest,
            "store": store_digest,
            "until": str(end_of_data(rows.pack)),
            "rows": dataset.rows,
            "customers": dataset.customers,
            "tested_rows": sum(len(one.outcomes) for one in tested.measured[0].tested),
            "asked": question.said,
        },
        splits=rows.splits.as_dict(),
        features={name: list(own) for name, own in families_of(rows.pack, features).items()},
        rungs=tuple(
            replace(
                _rung(one, tests, tested.cpu_seconds[one.rung.name]),
                reasons=tested.reasons.get(one.rung.name, {}),
            )
            for one in tested.measured
        ),
        chosen=tested.chosen.name,
        failed=dict(tested.failed),
        unasked=list(tested.unasked),
        notes=list(rows.labelled.notes),
        costs=asdict(_costs(definition, rows, tested)),
        seconds=round(seconds, 3),
    )


def _kinds(
    rows: ExperimentRows,
) -> Iterator[tuple[str, tuple[Mapping[int, str], Any]]]:
    vectors = _test_vectors(rows)
    days = rows.labelled.question.horizon_days
    for kind, names, codes in kinds_of_customers(vectors, rows.pack.attributes, days):
        if kind != TESTED_AT:
            yield kind, (names, np.asarray(codes, np.int64))


def _test_vectors(rows: ExperimentRows) -> list[Vectors]:
    return [split.test_rows(rows.dataset).vectors for split in rows.splits.tests]


def _rung(measured: MeasuredRung, tests: list[str], cpu_seconds: float) -> RungResult:
    ends = finite(dict(zip(("low", "high"), measured.auc(tests).ends, strict=True)))
    rung = measured.rung
    return RungResult(
        name=rung.name,
        explained=rung.explained,
        is_rule=rung.is_rule,
        figures=finite(measured.figures(tests)),
        auc_low=ends["low"],
        auc_high=ends["high"],
        by_test={one.test: finite(one.figures) for one in measured.tested},
        parameters=rung.as_parameters(),
        cpu_seconds=round(cpu_seconds, 3),
    )


def _costs(definition: ExperimentDefinition, rows: ExperimentRows, tested: TestedRungs) -> Costs:
    answers = next(one for one in tested.measured if one.rung is tested.chosen).tested
    size = definition.campaign.list_size
    return list_costs_of(definition, rows, answers, _test_vectors(rows), list_size=size)


def list_costs_of(
    definition: ExperimentDefinition,
    rows: ExperimentRows,
    answers: Sequence[Tested],
    vectors: Sequence[Vectors],
    *,
    list_size: int,
) -> Costs:
    """What a list costs and brings by the contact it is worked with, as that is assumed; ``answers`` are for ``vectors``."""
    campaign = definition.campaign
    question = rows.labelled.question
    spent = spent_by_leavers(answers, vectors) if question.means_leaving else 0.0
    return list_costs(
        contact_of(definition),
        answers,
        vectors,
        rows.pack.attributes,
        list_size=list_size,
        value_cents=campaign.kept_value_cents or spent,
        horizon_days=question.horizon_days,
        gone=None,
    )


def contact_of(definition: ExperimentDefinition) -> Action | None:
    """What is done for the customers of a list: as declared, or else the first contact a company makes; None without any."""
    possible = contacts_by_past_days(definition.actions, {}, None, None)
    wanted = [one for one in possible if one.name == definition.campaign.action]
    return next(iter([*wanted, *possible]), None)


def _rows_digest(store_digest: str, measured: MeasuredRung) -> str:
    """A name for the tested rows and what came of them."""
    told = hashlib.blake2b(store_digest.encode(), digest_size=16)
    for one in measured.tested:
        for column in (one.customer_keys, one.cutoff_seconds, one.outcomes):
            told.update(np.ascontiguousarray(column).tobytes())
    return told.hexdigest()
