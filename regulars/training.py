"""Models: trained, put to use and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from features.vocabulary.errors import UsageRefused
from regulars.call import Call, verb
from regulars.narrator import Outcome
from regulars.options import MODELS, model_option, reason_option

if TYPE_CHECKING:
    from regulars.promoting import Putting
    from training.bundles.kind import Kind
    from training.recipe.family import Family
    from training.recipe.summary import TrainingSummary
    from training.registry.gate import Check, Gate


@click.command()
@click.argument("model", type=click.Choice(MODELS))
@click.option("--no-promote", is_flag=True, help="Register the model but leave the champion.")
@click.option("--refit", is_flag=True, help="Find segments anew although those in use still fit.")
@verb
def train(call: Call, model: str, no_promote: bool, refit: bool) -> Outcome:
    """Train a model at past cutoffs, judge it against simple rules and register it."""
    if refit and model != "segments":
        raise UsageRefused(
            expected="--refit with segments, which stay frozen without it",
            found=f"--refit with {model}",
            remedy=f"Leave it out: {model} is fitted anew each time.",
        )
    return train_family(call, model, promote=not no_promote, refit=refit)


def train_family(
    call: Call,
    name: str,
    *,
    family: Family[Any, Any, Any, Any] | None = None,
    promote: bool = True,
    refit: bool = False,
    own_process: bool = True,
) -> Outcome:
    """Train one family of models, as ``train`` does, the demo, and an experiment whose winner is to be a challenger.

    ``own_process`` has it fitted in one, where that can be; ``family`` is the one of that name unless it is given.
    """
    from regulars.families import OUTCOMES
    from regulars.gate_sentences import after_the_gate

    summary, putting = summary_of_training(
        call, name, family=family, promote=promote, refit=refit, own_process=own_process
    )
    outcome = OUTCOMES[name](summary)
    if summary.registry:
        outcome = replace(outcome, lines=(*outcome.lines, f"  {summary.registry}"))
    return putting.trained(after_the_gate(outcome, summary, name))


def summary_of_training(
    call: Call,
    name: str,
    *,
    family: Family[Any, Any, Any, Any] | None = None,
    promote: bool = True,
    refit: bool = False,
    own_process: bool = True,
) -> tuple[TrainingSummary, Putting]:
    """What the training of one family came to, and what a running service made of it."""
    from regulars.promoting import Putting
    from training.families.families import family_of
    from training.recipe.apart import may_fork
    from training.recipe.recipe import train as train_by_recipe

    putting = Putting(call, name)
    summary = train_by_recipe(
        family or family_of(name),
        call.settings,
        call.workspace,
        refit=refit,
        promote=promote,
        progress=call.narrator.progress,
        readiness=putting.readiness(),
        own_process=own_process and may_fork(),
    )
    return summary, putting


def _family(name: str) -> tuple[Kind[Any, Any], Gate]:
    """How models of a family are opened and judged; what only training needs would take seconds to load."""
    from serving.process.without_training import libraries_hidden

    with libraries_hidden():
        from training.families.families import family_of

        family = family_of(name)

    def gate(folder: Path, champion: Any) -> Sequence[Check]:
        with libraries_hidden():
            return family.checks(folder, champion)

    return family.kind, gate


@click.command()
@click.argument("version", type=int, required=False)
@model_option
@reason_option
@click.option("--force", is_flag=True, help="Promote although a check of the gate fails.")
@verb
def promote(call: Call, version: int | None, model: str, reason: str, force: bool) -> Outcome:
    """Make a registered model the champion, if it passes the gate."""
    from regulars.promoting import Putting
    from training.registry.promotion import promote as promote_version

    putting, (kind, gate) = Putting(call, model), _family(model)
    summary = promote_version(
        call.settings,
        call.workspace,
        version,
        kind=kind,
        gate=gate,
        reason=reason,
        force=force,
        readiness=putting.readiness(),
    )
    return putting.outcome(summary)


@click.command()
@model_option
@reason_option
@verb
def rollback(call: Call, model: str, reason: str) -> Outcome:
    """Make the previous champion the champion again."""
    from regulars.promoting import Putting
    from serving.process.without_training import libraries_hidden
    from training.registry.promotion import rollback as roll_back

    # How models are judged is not asked again: these checks were passed long ago.
    with libraries_hidden():
        from training.families.kinds import kind_of
    putting = Putting(call, model)
    summary = roll_back(
        call.settings,
        call.workspace,
        kind=kind_of(model),
        reason=reason,
        readiness=putting.readiness(),
    )
    return putting.outcome(summary)


@click.command()
@click.option("--port", type=int, default=5000, show_default=True, help="Where to listen.")
@model_option
@verb
def mlflow(call: Call, port: int, model: str) -> Outcome:
    """Open MLflow's own pages on the recorded runs and models."""
    from training.registry.tracking_server import show_runs

    def tell(address: str) -> None:
        outcome = Outcome(f"MLflow at {address}", "Ctrl-C stops it", {"address": address})
        call.narrator.tell("mlflow", outcome, 0.0)

    code = show_runs(call.settings, call.workspace, name=model, port=port, on_start=tell)
    return Outcome("MLflow has stopped", exit_code=code)
