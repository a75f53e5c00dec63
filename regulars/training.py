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
    if model == "segments":
        from regulars.training_tables import segments_outcome
        from training.families.segments.family import train_segments

        progress = call.narrator.progress
        return segments_outcome(
            train_segments(
                call.settings,
                call.workspace,
                refit=refit,
                promote=not no_promote,
                progress=progress,
            )
        )
    if refit:
        raise UsageRefused(
            expected="--refit with segments, which stay frozen without it",
            found=f"--refit with {model}",
            remedy=f"Leave it out: {model} is fitted anew each time.",
        )
    learners = {
        "value": train_value_model,
        "recommendations": _train_items,
        "offers": _train_offers,
    }
    learn = learners.get(model, train_churn_model)
    return learn(call, promote=not no_promote)


def _train_items(call: Call, *, promote: bool = True) -> Outcome:
    from regulars.training_tables import items_outcome
    from training.families.items.family import train_items

    progress = call.narrator.progress
    return items_outcome(
        train_items(call.settings, call.workspace, promote=promote, progress=progress)
    )


def _train_offers(call: Call, *, promote: bool = True) -> Outcome:
    from regulars.training_tables import offers_outcome
    from training.families.offers.family import train_offers

    progress = call.narrator.progress
    return offers_outcome(
        train_offers(call.settings, call.workspace, promote=promote, progress=progress)
    )


def train_value_model(call: Call, *, promote: bool = True) -> Outcome:
    """Train the value model."""
    from regulars.training_tables import value_outcome
    from training.families.value.family import train_value

    progress = call.narrator.progress
    return value_outcome(
        train_value(call.settings, call.workspace, promote=promote, progress=progress)
    )


def train_churn_model(call: Call, *, promote: bool = True) -> Outcome:
    """Train the churn model."""
    from regulars.training_tables import churn_outcome
    from training.recipe.recipe import train_churn

    progress = call.narrator.progress
    return churn_outcome(
        train_churn(call.settings, call.workspace, promote=promote, progress=progress)
    )


@click.command()
@click.argument("version", type=int, required=False)
@model_option
@reason_option
@click.option("--force", is_flag=True, help="Promote although a check of the gate fails.")
@verb
def promote(call: Call, version: int | None, model: str, reason: str, force: bool) -> Outcome:
    """Make a registered model the champion, if it passes the gate."""
    from training.registry.promotion import promote as promote_version

    return _promoted(
        promote_version(
            call.settings, call.workspace, version, name=model, reason=reason, force=force
        ),
        model,
    )


@click.command()
@model_option
@reason_option
@verb
def rollback(call: Call, model: str, reason: str) -> Outcome:
    """Make the previous champion the champion again."""
    from training.registry.promotion import rollback as roll_back

    return _promoted(roll_back(call.settings, call.workspace, name=model, reason=reason), model)


def _promoted(summary: PromotionSummary, model: str) -> Outcome:
    from regulars.training_tables import check_tables

    return Outcome(
        said=f"{model.capitalize()} version {summary.version} ({summary.title}) is in use now",
        next="" if model == "segments" else "`regulars vectors`, then `regulars score`",
        data=summary.as_dict(),
        tables=check_tables(summary.checks),
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

    code = show_runs(call.settings, call.workspace, port=port, on_start=tell)
    return Outcome("MLflow has stopped", exit_code=code)
