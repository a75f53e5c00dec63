"""Offers for everybody: another rule tried, and budgets spent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome


@click.group()
def offers() -> None:
    """Try another rule about offers before it goes live, and write offers within budgets."""


@offers.command("simulate")
@click.option("--lever", "levers", multiple=True, help="More or less of an offer: OFFER-01=20.")
@click.option("--contact-cents", type=click.IntRange(min=0), help="What showing an offer costs.")
@click.option("--quiet-days", type=click.IntRange(min=0), help="Days without another offer.")
@click.option("--refusals", type=click.IntRange(min=0), help="So many refusals suppress an offer.")
@verb
def offers_simulate(call: Call, levers: Sequence[str], **changes: int | None) -> Outcome:
    """Decide for everybody under the rules in use and under others: offers, money, who gains and loses."""
    from regulars.offer_tables import change_outcome
    from serving.offers.plans.plans import simulated

    change = simulated(
        call.settings,
        call.workspace,
        changes,
        levers,
        at=now_seconds(),
        progress=call.narrator.progress,
    )
    return change_outcome(change, call.settings.company.currency)


@offers.command("plan")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--most", type=click.IntRange(min=0), help="So many customers at most.")
@click.option(
    "--budget-cents", type=click.IntRange(min=0), help="What rewards and contacts may cost in all."
)
@click.option("--channel", "channels", multiple=True, help="So often at most: post=2000.")
@click.option("--least", "least", multiple=True, help="So often at least: OFFER-01=500.")
@click.option("--no-contacts", is_flag=True, help="Offers alone, no calls, letters or e-mails.")
@verb
def offers_plan(
    call: Call,
    file: Path,
    most: int | None,
    budget_cents: int | None,
    channels: Sequence[str],
    least: Sequence[str],
    no_contacts: bool,
) -> Outcome:
    """Write who is to be given which offer or contact to FILE, so that all bring most within the budgets."""
    from regulars.offer_tables import plan_outcome
    from serving.offers.plans.plans import counts_of, write_plan

    plan = write_plan(
        call.settings,
        call.workspace,
        file,
        most=most,
        budget_cents=budget_cents,
        channels=counts_of(channels),
        least=counts_of(least),
        at=now_seconds(),
        with_contacts=not no_contacts,
        progress=call.narrator.progress,
    )
    return plan_outcome(plan, str(file), call.settings.company.currency)
