"""Models: trained, put to use and looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from features.vocabulary.errors import UsageRefused
from regulars.call import Call, verb
from regulars.narrator import Outcome
from regulars.options import MODELS, model_option, reason_option

if TYPE_CHECKING:
    from training.registry.promotion import PromotionSummary


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


def train_family(call: Call, name: str, *, promote: bool = True, refit: bool = False) -> Outcome:
    """Train one family of models, as ``train`` does and the demo."""
    from regulars.families import OUTCOMES
    from training.families.families import family_of
    from training.recipe.recipe import train as train_by_recipe

    summary = train_by_recipe(
        family_of(name),
        call.settings,
        call.workspace,
        refit=refit,
        promote=promote,
        progress=call.narrator.progress,
    )
    return OUTCOMES[name](summary)


@click.command()
@click.argument("version", type=int, required=False)
@model_option
@reason_option
@click.option("--force", is_flag=True, help="Promote although a check of the gate fails.")
@verb
def promote(call: Call, version: int | None, model: str, reason: str, force: bool) -> Outcome:
    """Make a registered model the champion, if it passes the gate."""
    from training.families.families import family_of
    from training.registry.promotion import promote as promote_version

    family = family_of(model)
    summary = promote_version(
        call.settings,
        call.workspace,
        version,
        kind=family.kind,
        gate=family.checks,
        reason=reason,
        force=force,
    )
    return _promoted(summary, model)


@click.command()
@model_option
@reason_option
@verb
def rollback(call: Call, model: str, reason: str) -> Outcome:
    """Make the previous champion the champion again."""
    from training.families.families import family_of
    from training.registry.promotion import rollback as roll_back

    family = family_of(model)
    summary = roll_back(
        call.settings,
        call.workspace,
        kind=family.kind,
        gate=family.checks,
        reason=reason,
    )
    return _promoted(summary, model)


def _promoted(summary: PromotionSummary, model: str) -> Outcome:
    from regulars.training_tables import gate_tables

    return Outcome(
        said=f"{model.capitalize()} version {summary.version} ({summary.title}) is in use now",
        next="" if model == "segments" else "`regulars vectors`, then `regulars score`",
        data=summary.as_dict(),
        tables=gate_tables(summary.checks),
    )


@click.command()
@click.option("--port", type=int, default=5000, show_default=True, help="Where to listen.")
@verb
def mlflow(call: Call, port: int) -> Outcome:
    """Open MLflow's own pages on the recorded runs and models."""
    from training.registry.tracking_server import show_runs

    def tell(address: str) -> None:
        outcome = Outcome(f"MLflow at {address}", "Ctrl-C stops it", {"address": address})
        call.narrator.tell("mlflow", outcome, 0.0)

    code = show_runs(call.settings, call.workspace, name=MODELS[0], port=port, on_start=tell)
    return Outcome("MLflow has stopped", exit_code=code)
