"""The predictions of a training, found by its run or its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from regulars.library.names import unnamed
from serving.exports.predictions import named_predictions
from serving.ledger.privacy import Withheld
from training.families.families import recompute_of
from training.families.kinds import kind_of
from training.registry.manifests import version_at
from training.registry.registry import Registry

if TYPE_CHECKING:
    import pyarrow as pa


def predictions_table(
    settings: Settings,
    workspace: Workspace,
    model: str,
    run: str | int | None,
    withheld: Withheld,
) -> pa.Table:
    """Every row of a training's predictions, with who is not named under the name that stands for them.

    Raises ``UsageRefused`` for a model nobody knows and ``ModelRefused`` for a run that trained none of it.
    """
    import pyarrow as pa

    recompute_of(model)
    version = version_of(settings, workspace, model, run)
    with version_at(settings, workspace, kind_of(model), version) as (manifest, _):
        table = named_predictions(workspace, model, manifest.digest, withheld)
    numbers, short = table["customer_id"].to_pylist(), table["customer"].to_pylist()
    names = [
        one if one is not None else unnamed(two) for one, two in zip(numbers, short, strict=True)
    ]
    named = table.set_column(0, "customer_id", pa.array(names, pa.string()))
    first = ["customer_id", "cutoff"]
    inside = {*first, "customer", "place"}
    return named.select([*first, *(one for one in named.column_names if one not in inside)])


def version_of(
    settings: Settings, workspace: Workspace, model: str, run: str | int | None
) -> int | None:
    """The version that is meant by an MLflow run or by its number; None where none is named."""
    if run is None or isinstance(run, int):
        return run
    if run.isdecimal():
        return int(run)
    found = Registry(settings, workspace, model).version_from(run)
    if found is None:
        raise ModelRefused(
            expected=f"an MLflow run that registered a {model} model, or the number of a version",
            found=f"no such run: {run}",
            remedy="Copy the run's id from MLflow, or leave it out for the model in use.",
        )
    return int(found)
