"""Declared experiments: run, gone on with after a kill, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome, Table
from regulars.options import MODELS, a_file

if TYPE_CHECKING:
    from experiments.trials.results import ExperimentResult, RungResult
    from experiments.trials.running import ExperimentGround, FinishedRun

CHURN = MODELS[0]
_cores = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="So many cores are used; without it, all this process may use.",
)


@click.group()
def experiment() -> None:
    """Answer questions about the models that are declared in the folder `experiments`, and compare the answers."""


@experiment.command("run")
@click.argument("names", nargs=-1, required=True)
@_cores
@verb
def experiment_run(call: Call, names: Sequence[str], threads: int | None) -> Outcome:
    """Answer declared experiments on past cutoffs, from where an earlier run stopped, and put them on record."""
    from experiments.declared.folder import DefinitionFolder
    from experiments.trials.running import run_experiment

    folder = DefinitionFolder(call.settings)
    # A fault in the last of them is said before the first takes its time.
    definitions = [folder.read(name) for name in dict.fromkeys(names)]
    ground = experiment_ground(call, threads)
    found = [run_experiment(one, ground, own_process=True) for one in definitions]
    return _run_outcome(found)


@experiment.command("compare")
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--resamples",
    type=click.IntRange(min=100, max=10_000),
    help="So many times customers are drawn anew; without it, as many as the first declares.",
)
@click.option("--html", type=a_file, help="Write the comparison to this HTML file, too.")
@verb
def experiment_compare(
    call: Call, names: Sequence[str], resamples: int | None, html: Path | None
) -> Outcome:
    """Hold experiments, or rungs of them as NAME/RUNG, against the first on the rows that all of them answered."""
    from experiments.comparisons.comparison import compare_experiments
    from experiments.comparisons.page import opening, page_of
    from features.company.workspace import write_whole
    from regulars.experiment_tables import comparison_tables

    found = compare_experiments(names, call.workspace, resamples=resamples or 0)
    if html is not None:
        write_whole(html, page_of(found))
    return Outcome(
        said=opening(found),
        next="" if html else "`--html FILE` writes all of it",
        data={**found.as_dict(), "html": None if html is None else str(html)},
        tables=comparison_tables(found),
    )


@experiment.command("leaderboard")
@click.argument("names", nargs=-1)
@click.option("--figure", default="auc", show_default=True, help="auc, log_loss or brier.")
@verb
def experiment_leaderboard(call: Call, names: Sequence[str], figure: str) -> Outcome:
    """Put every rung of every experiment on the same rows in order, with how far each is behind the best."""
    from experiments.comparisons.leaderboard import leaderboard
    from regulars.experiment_tables import leaderboard_table

    found = leaderboard(call.workspace, names, figure=figure)
    others = ", ".join(found.on_other_rows)
    return Outcome(
        said=f"{len(found.runs)} runs on the same {found.rows:,} rows of {found.customers:,} customers",
        data=found.as_dict(),
        tables=[leaderboard_table(found)],
        lines=[f"  On other rows, and not shown: {others}"] if others else [],
    )


@experiment.command("ablate")
@click.argument("name")
@_cores
@verb
def experiment_ablate(call: Call, name: str, threads: int | None) -> Outcome:
    """Find out what each family of features is good for: without it, and with it alone."""
    from experiments.comparisons.ablation import ablate
    from experiments.declared.folder import DefinitionFolder
    from regulars.experiment_tables import ablation_table

    definition = DefinitionFolder(call.settings).read(name)
    found = ablate(definition, experiment_ground(call, threads), own_process=True)
    refused = [one for one in found.families if one.refused]
    return Outcome(
        said=f"{found.rung} of {name} without each family of features, and with each alone, on {found.rows:,} rows",
        next="`regulars experiment leaderboard`",
        data=found.as_dict(),
        tables=[ablation_table(found)],
        lines=[f"  {one.side} {one.family}: {one.refused}" for one in refused],
    )


@experiment.command("backtest")
@click.argument("name")
@_cores
@verb
def experiment_backtest(call: Call, name: str, threads: int | None) -> Outcome:
    """Walk all cutoffs as they would have been lived: fit, draw up the list, and say what it would have brought."""
    from experiments.backtests.running import run_backtest
    from experiments.declared.folder import DefinitionFolder
    from regulars.backtest_tables import backtest_headline, backtest_lines, backtest_tables

    definition = DefinitionFolder(call.settings).read(name)
    currency = call.settings.company.currency
    found = run_backtest(definition, experiment_ground(call, threads), own_process=True)
    lines = backtest_lines(found.result)
    lines += [f"  {plot} is drawn in {place}" for plot, place in found.plots.items()]
    if found.not_sent:
        lines.append(f"  It is not in MLflow: {found.not_sent}")
    again = f"`regulars experiment backtest {name}` goes on where the budget ended"
    return Outcome(
        said=backtest_headline(found.result, currency)
        + (" (known before)" if found.was_known else ""),
        next="`regulars mlflow`" if found.result.is_complete else again,
        data={
            **{one: value for one, value in found.result.as_dict().items() if one != "definition"},
            "plots": {plot: str(place) for plot, place in found.plots.items()},
            "was_known": found.was_known,
            "not_sent": found.not_sent,
        },
        tables=backtest_tables(found.result, currency),
        lines=lines,
    )


@experiment.command("search")
@click.argument("name")
@_cores
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="So many settings are answered beside one another; it changes nothing of what is found.",
)
@verb
def experiment_search(call: Call, name: str, threads: int | None, workers: int) -> Outcome:
    """Search the parameters of an experiment's only learner, and open the reserved cutoff once, at the end."""
    from experiments.declared.folder import DefinitionFolder
    from experiments.searches.running import run_search
    from regulars.search_tables import search_headline, search_lines, search_tables

    definition, ground = (
        DefinitionFolder(call.settings).read(name),
        experiment_ground(call, threads),
    )
    found = run_search(definition, ground, workers=workers, own_process=True)
    lines = search_lines(found.result)
    if found.not_sent:
        lines.append(f"  It is not in MLflow: {found.not_sent}")
    return Outcome(
        said=search_headline(found.result) + (" (known before)" if found.was_known else ""),
        next="declare the best as an experiment, then `regulars experiment compare`",
        data={
            **{one: value for one, value in found.result.as_dict().items() if one != "definition"},
            "was_known": found.was_known,
            "not_sent": found.not_sent,
        },
        tables=search_tables(found.result),
        lines=lines,
    )


@experiment.command("promote")
@click.argument("name")
@click.option("--no-promote", is_flag=True, help="Register the model but leave the champion.")
@verb
def experiment_promote(call: Call, name: str, no_promote: bool) -> Outcome:
    """Train what an experiment has chosen on all the data, as a challenger, and put it to use if it passes the gate."""
    from experiments.declared.folder import DefinitionFolder
    from experiments.trials.promoting import promoted_family, training_differs
    from experiments.trials.results import ResultFiles
    from regulars.training import train_family

    definition = DefinitionFolder(call.settings).read(name)
    family = promoted_family(definition, ResultFiles(call.workspace).read(name), call.settings)
    outcome = train_family(call, CHURN, family=family, promote=not no_promote)
    lines = [f"  {one}" for one in training_differs(definition)]
    return replace(outcome, lines=(*outcome.lines, *lines))


def experiment_ground(call: Call, threads: int | None) -> ExperimentGround:
    """What experiments are run on, with as many threads as there are cores for this process."""
    from experiments.trials.running import ExperimentGround
    from serving.access.admission import cores

    return ExperimentGround(
        call.settings,
        call.workspace,
        now_seconds,
        threads or cores(),
        call.narrator.progress,
    )


def _run_outcome(found: Sequence[FinishedRun]) -> Outcome:
    results = [one.result for one in found]
    names = [one.name for one in results]
    begun = [one for one in results if not one.is_complete]
    said = ", ".join(
        f"{one.result.name}: {_headline(one.result)}{' (known before)' if one.was_known else ''}"
        for one in found
    )
    lines = [f"  {result.name}: {note}" for result in results for note in _notes(result)]
    lines += [
        f"  {one.result.name} is not in MLflow: {one.not_sent}" for one in found if one.not_sent
    ]
    again = f"regulars experiment run {' '.join(one.name for one in begun)}"
    return Outcome(
        said=said,
        next=f"`{again}` goes on where the budget ended"
        if begun
        else f"`regulars experiment compare {' '.join([*names, 'ANOTHER'][:2])}`",
        data={"experiments": [_plain(one) for one in found]},
        tables=[_rungs_table(one) for one in results],
        lines=lines,
    )


def _headline(result: ExperimentResult) -> str:
    chosen = result.rung(result.chosen)
    return f"{result.chosen} with {_figure(chosen, _shown(result)[0])}"


def _notes(result: ExperimentResult) -> list[str]:
    said = [f"{name} is left out: {why}" for name, why in result.failed.items()]
    if result.unasked:
        said.append(f"the budget ended before {', '.join(result.unasked)}")
    return [*said, *result.notes]


def _shown(result: ExperimentResult) -> list[str]:
    return list(result.definition["figures"]["shown"])


def _figure(rung: RungResult, name: str) -> str:
    value = rung.figures[name]
    said = "–" if value is None else f"{value:.4f}"
    if name == "auc" and rung.auc_low is not None and rung.auc_high is not None:
        said += f" [{rung.auc_low:.4f}, {rung.auc_high:.4f}]"
    return f"{name} {said}"


def _rungs_table(result: ExperimentResult) -> Table:
    shown = _shown(result)
    rows = [
        (
            f"{'→ ' if rung.name == result.chosen else '  '}{rung.name}",
            *(_figure(rung, name).partition(" ")[2] for name in shown),
            f"{rung.cpu_seconds:.1f}",
        )
        for rung in result.rungs
    ]
    tests = len(result.splits["tests"])
    title = f"{result.name}: {result.data['tested_rows']:,} rows at {tests} test{'s' * (tests > 1)}"
    return Table(title, ("rung", *shown, "CPU s"), rows)


def _plain(finished: FinishedRun) -> dict[str, Any]:
    result = finished.result
    return {
        **{name: value for name, value in result.as_dict().items() if name != "definition"},
        "was_known": finished.was_known,
        "not_sent": finished.not_sent,
    }
