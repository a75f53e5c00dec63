"""A simulated company from its first order to its churn list."""

from __future__ import annotations

from pathlib import Path

import click

from regulars.call import Call, now_seconds, timed, verb
from regulars.company import store_tables
from regulars.narrator import Outcome
from regulars.scoring import score_customers
from regulars.service import serve_company
from regulars.training import train_family
from regulars.vectors import compute_vectors


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where the company lives.",
)
@click.option(
    "--customers",
    type=click.IntRange(min=1),
    default=20_000,
    show_default=True,
    help="How many customers it has.",
)
@click.option("--port", type=int, help="The port to listen on, instead of what the settings say.")
@click.option("--no-serve", is_flag=True, help="Do everything but serve.")
@verb
def demo(call: Call, folder: Path, customers: int, port: int | None, no_serve: bool) -> Outcome:
    """Simulate a company, train on it, score it and serve it."""
    from experiments.world import WorldSpec, simulate

    narrator = call.narrator
    here = Call(folder / "regulars.toml", narrator)

    def simulated() -> Outcome:
        simulate(WorldSpec(customers=customers), folder, narrator.progress)
        return Outcome(f"A simulated company of {customers:,} customers lies in {folder}")

    def trained() -> Outcome:
        from training.families.churn.family import CHURN_FAMILY, champion_is_current
        from training.recipe.recipe import given_to

        if champion_is_current(given_to(CHURN_FAMILY, here.settings, here.workspace)):
            return Outcome("Kept the model in use, nothing has changed")
        return train_family(here, "churn")

    def valued() -> Outcome:
        from training.families.value.family import VALUE_FAMILY, value_is_current
        from training.recipe.recipe import given_to

        if value_is_current(given_to(VALUE_FAMILY, here.settings, here.workspace)):
            return Outcome("Kept the value model in use, nothing has changed")
        return train_family(here, "value")

    timed("simulate", narrator, simulated)
    timed("ingest", narrator, store_tables, here)
    timed("train churn", narrator, trained)
    timed("train value", narrator, valued)
    # After training, because vectors are built by the plan of the model in use.
    timed("vectors", narrator, compute_vectors, here)
    timed("score", narrator, score_customers, here)
    if no_serve:
        where = f"--settings {here.settings_path}"
        return Outcome(
            "The demo is ready",
            f"`regulars keys create crm {where}`, then `regulars serve {where}`",
        )
    return serve_company(here, port=port, key=_demo_key(here))


def _demo_key(call: Call) -> str:
    """A fresh key for the demo; the one of the last demo ends."""
    from serving.ledger.administration import create_key, list_keys, revoke_key

    for key in list_keys(call.workspace):
        if key.name == "demo" and key.revoked_at is None:
            revoke_key(call.workspace, key.key_id, at=now_seconds())
    return create_key(call.workspace, "demo", ["score", "pages"], at=now_seconds())
