"""A walk as figures: what each cutoff's list held, how models age, and how often it is enough to fit anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.backtests.policies import (
    BY_LOT,
    LIVED,
    RULE,
    intervals,
    of_age,
    policies,
    refit_name,
)
from experiments.backtests.result import BacktestAge, BacktestCutoff, BacktestPolicy
from experiments.backtests.walking import CutoffWalk
from experiments.comparisons.differences import (
    AUC,
    EVERYWHERE,
    FOUND,
    LOG_LOSS,
    PROFIT,
    FigureDifference,
    ListTerms,
    figure_differences,
)
from experiments.trials.rows import ExperimentRows
from features.vocabulary.time import DAY_SECONDS
from training.ladder import measured as ladder_measures
from training.measures.intervals import finite
from training.measures.metrics import observed_over_expected

_SUMS = (FOUND, PROFIT)
"""What is told of all cutoffs together; other figures are means over them."""

Differences = Mapping[tuple[str, str, str], FigureDifference]


def measured_policies(
    rows: ExperimentRows, walk: CutoffWalk, terms: ListTerms, resamples: int
) -> tuple[list[BacktestCutoff], list[BacktestPolicy]]:
    """Every cutoff, and every way to have lived them against fitting at every one."""
    paired = policies(rows, walk)
    found = figure_differences(paired, terms, resamples=resamples)
    by_place = {(one.figure, one.where, one.side): one for one in found}
    cutoffs = [_cutoff(rows, walk, place, by_place, terms) for place in range(len(walk.models))]
    return cutoffs, _policies(walk, by_place)


def measured_ages(
    rows: ExperimentRows, walk: CutoffWalk, terms: ListTerms, resamples: int
) -> list[BacktestAge]:
    """How the models of one cutoff ago, of two, … do beside fresh ones; nothing of one cutoff alone."""
    found: list[BacktestAge] = []
    seconds = np.array([one.seconds for one in walk.models])
    for age in range(1, len(walk.models)):
        paired = of_age(rows, walk, age)
        differences = figure_differences(paired, terms, resamples=resamples)
        auc = next(one for one in differences if (one.figure, one.where) == (AUC, EVERYWHERE))
        figures = {
            "auc": auc.value,
            "auc_fresh": auc.base_value,
            "difference": auc.difference,
            "low": auc.low,
            "high": auc.high,
            "observed_over_expected": observed_over_expected(
                paired.outcomes, paired.probability[1]
            ),
        }
        days = float(np.mean(seconds[age:] - seconds[:-age])) / DAY_SECONDS
        found.append(BacktestAge(age, days, len(walk.models) - age, **finite(figures)))
    return found


def longest_interval(found: Sequence[BacktestPolicy]) -> int:
    """The longest interval up to which each loses nothing to fitting at every cutoff; 0 where no other was possible."""
    refitted = sorted((one for one in found if one.every), key=lambda one: one.every)
    longest = 0
    for one in refitted:
        if not one.is_as_good:
            break
        longest = one.every
    return longest if len(refitted) > 1 else 0


def _cutoff(
    rows: ExperimentRows, walk: CutoffWalk, place: int, found: Differences, terms: ListTerms
) -> BacktestCutoff:
    model = walk.models[place]
    # Of one cutoff alone the whole is that cutoff.
    where = model.split.name if len(walk.models) > 1 else EVERYWHERE
    test = model.split.test_rows(rows.dataset)
    answers = model.answers[model.seconds]
    rule, lot = (
        {figure: found.get((figure, where, side)) for figure in (AUC, FOUND, PROFIT)}
        for side in (RULE, BY_LOT)
    )
    on_list, earned = rule[FOUND], rule[PROFIT]
    by_lot, earned_by_lot = lot[FOUND], lot[PROFIT]
    auc = rule[AUC]
    assert auc is not None and on_list is not None and by_lot is not None, "always reckoned"
    return BacktestCutoff(
        cutoff=model.split.name,
        learned_from=[str(one) for one in model.split.learned_from],
        rung=model.rung.name,
        rule=model.rule.name,
        customers=len(answers),
        expected=float(answers.sum()),
        left=int(test.outcomes.sum()),
        auc=finite({"": auc.base_value})[""],
        contacted=terms.of(len(answers)),
        on_list=on_list.base_value,
        on_list_of_rule=on_list.value,
        on_list_by_lot=by_lot.value,
        earned_cents=None if earned is None else earned.base_value,
        earned_by_rule_cents=None if earned is None else earned.value,
        earned_by_lot_cents=None if earned_by_lot is None else earned_by_lot.value,
    )


def _policies(walk: CutoffWalk, found: Differences) -> list[BacktestPolicy]:
    cutoffs = len(walk.models)
    figures = [name for name in (AUC, LOG_LOSS, FOUND, PROFIT) if (name, EVERYWHERE, RULE) in found]
    times = {name: cutoffs if name in _SUMS else 1 for name in figures}
    lived = {name: times[name] * found[name, EVERYWHERE, RULE].base_value for name in figures}
    told = [BacktestPolicy(LIVED, 1, cutoffs, finite(lived))]
    others = [(refit_name(every, cutoffs), every) for every in intervals(walk) if every > 1]
    for name, every in [*others, (RULE, 0), (BY_LOT, 0)]:
        differences = {figure: found[figure, EVERYWHERE, name] for figure in figures}
        told.append(
            BacktestPolicy(
                name,
                every,
                -(-cutoffs // every) if every else 0,
                finite({figure: times[figure] * one.value for figure, one in differences.items()}),
                {figure: _ends(one, times[figure]) for figure, one in differences.items()},
                _is_as_good(differences),
            )
        )
    return told


def _is_as_good(differences: Mapping[str, FigureDifference]) -> bool:
    """Whether no measure by which rungs are chosen is worse, beyond chance or by more than a tie."""
    auc, loss = differences[AUC], differences[LOG_LOSS]
    is_worse = auc.high < 0 or auc.difference < -ladder_measures.AUC.tie
    return not is_worse and not loss.low > 0


def _ends(one: FigureDifference, times: int) -> list[float | None]:
    """A difference and the ends of its interval, of all cutoffs together where figures are summed."""
    said = {"difference": one.difference, "low": one.low, "high": one.high}
    return list(finite({name: times * value for name, value in said.items()}).values())
