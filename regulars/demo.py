"""A simulated company from its first order to its churn list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.vocabulary.errors import UsageRefused
from regulars.call import Call, now_seconds, timed, today, verb
from regulars.company import store_tables
from regulars.narrator import Narrator, Outcome
from regulars.options import MODELS
from regulars.scoring import score_customers
from regulars.service import serve_company
from regulars.side_by_side import beside, trained
from regulars.training import train_family
from regulars.vectors import compute_vectors

if TYPE_CHECKING:
    from experiments.world import WorldSpec

_CUSTOMERS = 8_000
"""So many are trained on, all families of models, in less than four minutes on two cores."""
_CAMPAIGNS = 9
"""So many times it has called, written or mailed with people held out, so that what a contact does is measured."""
_CHURN, _VALUE, _SEGMENTS, *_MEANWHILE = MODELS
"""Value reads the features of the churn model in use. The others read nobody's: the last two take as long as the first three."""


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
    help=f"How many customers it has, {_CUSTOMERS:,} where there is none yet.",
)
@click.option("--port", type=int, help="The port to listen on, instead of what the settings say.")
@click.option("--no-serve", is_flag=True, help="Do everything but serve.")
@verb
def demo(
    call: Call, folder: Path, customers: int | None, port: int | None, no_serve: bool
) -> Outcome:
    """Simulate a company, train on it, score it and serve it."""
    narrator = call.narrator
    here = Call(folder / "regulars.toml", narrator)
    timed("simulate", narrator, _simulated, folder, customers, narrator)
    timed("ingest", narrator, store_tables, here)
    _train_all(here)
    # After training, because vectors are built by the plan of the model in use.
    timed("vectors", narrator, compute_vectors, here)
    timed("score", narrator, score_customers, here)
    timed("users", narrator, _one_user_of_each_role, here)
    if no_serve:
        where = f"--settings {here.settings_path}"
        return Outcome(
            "The demo is ready",
            f"`regulars keys create crm {where}`, then `regulars serve {where}`",
        )
    return serve_company(here, port=port, key=_demo_key(here))


def _simulated(folder: Path, customers: int | None, narrator: Narrator) -> Outcome:
    """A company that has lived until yesterday, or the one that is there, on its own days."""
    from experiments.world import WorldSpec, simulate

    kept = _spec_in(folder)
    if kept is not None and customers not in (None, kept.customers):
        kept = None
    asked = WorldSpec(
        customers=customers or _CUSTOMERS, contact_campaigns=_CAMPAIGNS, contact_audience=1.0
    )
    spec = kept or asked.ending_at(today())
    simulate(spec, folder, narrator.progress)
    last = str(spec.end.plus_days(-1))
    what = f"simulated company of {spec.customers:,} customers, whose last day is {last}"
    data = {"customers": spec.customers, "last_day": last}
    if kept is None:
        return Outcome(f"A {what}, lies in {folder}", data=data)
    # Decisions and keys lie in the folder as well, and are the user's to throw away.
    older = f"; remove {folder} to begin one that lives until yesterday"
    return Outcome(f"Kept the {what}{older if spec.end < today() else ''}", data=data)


def _spec_in(folder: Path) -> WorldSpec | None:
    """What the company in a folder was asked to be; None where there is none."""
    from experiments.world import World

    try:
        return World.open(folder).spec
    except UsageRefused:
        return None


def _train_all(here: Call) -> None:
    """Every family whose model is not current: some one after the other, and meanwhile others beside them."""
    narrator = here.narrator
    with beside(here, [name for name in _MEANWHILE if not _is_unchanged(here, name)]) as waited:
        timed(f"train {_CHURN}", narrator, _unchanged_or_trained, here, _CHURN, train_family)
        for name in (_VALUE, _SEGMENTS):
            timed(f"train {name}", narrator, _unchanged_or_trained, here, name, trained)
        found = {one.name: one for one in waited()}
    for name in _MEANWHILE:
        if name in found:
            narrator.tell(f"train {name}", found[name].outcome, found[name].seconds)
        else:
            timed(f"train {name}", narrator, _unchanged, name)


def _unchanged_or_trained(here: Call, name: str, train: Callable[[Call, str], Outcome]) -> Outcome:
    return _unchanged(name) if _is_unchanged(here, name) else train(here, name)


def _is_unchanged(here: Call, name: str) -> bool:
    from training.families.families import family_of
    from training.recipe.recipe import given_to

    family = family_of(name)
    return family.is_current(given_to(family, here.settings, here.workspace))


def _unchanged(name: str) -> Outcome:
    return Outcome(f"Kept the {name} model in use, nothing has changed")


def _one_user_of_each_role(here: Call) -> Outcome:
    """An account for each role that is not there yet; none has a password, so that nobody knows one."""
    from serving.ledger.accounts.roles import ROLES
    from serving.ledger.ledger import ledger_of

    names = {role: role.replace(" ", "-") for role in ROLES}
    with ledger_of(here.workspace) as ledger:
        known = {one.name for one in ledger.accounts.all()}
        for role, name in names.items():
            if name not in known:
                ledger.accounts.create(name, role.capitalize(), role, None, at=now_seconds())
    return Outcome(
        f"There is a user of each role: {', '.join(names.values())}",
        f"`regulars users link adviser --settings {here.settings_path}` signs you in as one",
        data={"users": list(names.values())},
    )


def _demo_key(call: Call) -> str:
    """A fresh key for the demo; the one of the last demo ends."""
    from serving.ledger.administration import create_key, list_keys, revoke_key

    for key in list_keys(call.workspace):
        if key.name == "demo" and key.revoked_at is None:
            revoke_key(call.workspace, key.key_id, at=now_seconds())
    return create_key(call.workspace, "demo", ["score", "pages"], at=now_seconds())
