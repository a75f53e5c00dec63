"""Campaigns of contacts: planned, started, handed out, reported and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome

if TYPE_CHECKING:
    from features.vocabulary.time import Cutoff
    from serving.campaigns.planning import ContactPlan


@click.group()
def campaign() -> None:
    """Plan whom to contact under a budget, start it with customers held out by lot, and measure what it brought."""


def _limits(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say whom a campaign may contact and what it may spend."""
    for option in reversed(
        (
            click.option("--budget-cents", type=click.IntRange(min=0), help="What contacts may cost in all."),
            click.option("--most", type=click.IntRange(min=1), help="So many customers contacted at most."),
            click.option("--capacity", "capacities", multiple=True, help="So many contacts of a kind at most: call=500."),
            click.option("--action", "actions", multiple=True, help="Only this contact: call, letter or mail."),
            click.option("--status", "statuses", multiple=True, help="Only customers of this status: at_risk."),
            click.option("--hold-out-percent", type=click.IntRange(0, 90), help="Of a hundred so many are held out; by default that of [campaign]."),
            click.option("--starts", metavar="DAY", help="The first day, such as 2026-10-01; by default the day of the scores or today, whichever is later."),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@campaign.command("plan")
@_limits
@verb
def campaign_plan(call: Call, **options: Any) -> Outcome:
    """Say whom it pays to contact within the limits, what that costs, and what is expected of it; nothing is started."""
    from regulars.campaign_tables import plan_outcome
    from serving.campaigns.answerable import expected_answer

    plan, starts = _plan(call, **options)
    return plan_outcome(plan, expected_answer(plan), starts, call.settings.company.currency)


@campaign.command("start")
@click.argument("name")
@_limits
@click.option("--goal", default="", help="What it is for, in a sentence.")
@click.option("--owner", default="", help="Whose it is.")
@click.option(
    "--window-days",
    type=click.IntRange(1, 365),
    help="So many days are watched; by default the horizon of [churn].",
)
@click.option(
    "--without-measurement", is_flag=True, help="Start it although its hold-out can answer nothing."
)
@verb
def campaign_start(
    call: Call,
    name: str,
    goal: str,
    owner: str,
    window_days: int | None,
    without_measurement: bool,
    **options: Any,
) -> Outcome:
    """Freeze a plan as the campaign NAME: whom it contacts and whom the lot holds out, so that it can be measured."""
    from regulars.campaign_tables import started_outcome
    from serving.campaigns.freezing import CampaignTerms, start
    from serving.ledger.ledger import ledger_of
    from serving.snapshot.reading import open_snapshot

    plan, starts = _plan(call, **options)
    with ledger_of(call.workspace) as ledger:
        started = start(
            ledger,
            open_snapshot(call.workspace).without(ledger.privacy.withheld),
            plan,
            CampaignTerms(
                name, goal, owner, starts, window_days or call.settings.churn.horizon_days
            ),
            without_measurement=without_measurement,
            at=now_seconds(),
        )
    return started_outcome(started, call.settings.company.currency)


@campaign.command("list")
@verb
def campaign_list(call: Call) -> Outcome:
    """Say of every campaign how far it is, the latest first."""
    from features.store.store import open_store
    from features.vectors.refresh import end_of_data
    from regulars.campaign_tables import list_outcome
    from serving.ledger.ledger import ledger_of

    until = end_of_data(open_store(call.workspace).pack()).seconds
    with ledger_of(call.workspace) as ledger:
        found = ledger.campaigns.all()
    return list_outcome(found, at=now_seconds(), data_until=until)


@campaign.command("export")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verb
def campaign_export(call: Call, name: str, file: Path) -> Outcome:
    """Write whom the campaign NAME contacts to FILE (CSV or Excel), why, and columns for what becomes of each."""
    from serving.campaigns.contact_list import write_contact_list
    from training.reasons.languages.known import language_of

    written = write_contact_list(
        call.workspace,
        name,
        file,
        language=language_of(call.settings.company.language),
        currency=call.settings.company.currency,
    )
    left = f"; {written.withheld:,} may not be contacted any more" if written.withheld else ""
    return Outcome(
        said=f"Wrote {written.customers:,} customers to contact to {file}{left}",
        next=f'fill in the columns outcome and outcome_on, then `regulars campaign report "{name}" {file}`',
        data={"customers": written.customers, "withheld": written.withheld, "file": str(file)},
    )


@campaign.command("report")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verb
def campaign_report(call: Call, name: str, file: Path) -> Outcome:
    """Take in FILE, the list of the campaign NAME with what became of each contact; the same file twice counts once."""
    from regulars.campaign_tables import reported_outcome
    from serving.campaigns.returned_list import report_outcomes

    return reported_outcome(report_outcomes(call.workspace, name, file, at=now_seconds()))


@campaign.command("measure")
@click.argument("name")
@verb
def campaign_measure(call: Call, name: str) -> Outcome:
    """Say what the campaign NAME brought beyond what would have come anyway, and keep it."""
    from regulars.campaign_tables import measured_outcome
    from serving.campaigns.measuring import measure

    measured, result = measure(call.workspace, name, at=now_seconds())
    return measured_outcome(measured, result, call.settings.company.currency)


@campaign.command("exposures")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@verb
def campaign_exposures(call: Call, file: Path) -> Outcome:
    """Write everybody drawn for a campaign to FILE, as rows of the table of exposures, from which a training measures contacts."""
    from serving.campaigns.exposures import write_exposures

    rows = write_exposures(call.workspace, file)
    return Outcome(
        said=f"Wrote {rows:,} rows of exposures to {file}",
        next="name the file under [tables.exposures], then `regulars ingest`",
        data={"rows": rows, "file": str(file)},
    )


def _plan(
    call: Call,
    *,
    budget_cents: int | None,
    most: int | None,
    capacities: Sequence[str],
    actions: Sequence[str],
    statuses: Sequence[str],
    hold_out_percent: int | None,
    starts: str | None,
) -> tuple[ContactPlan, Cutoff]:
    """The plan within the options, by the scores of now without who is withheld, and the first day."""
    from features.vocabulary.time import Cutoff
    from serving.campaigns.plannable import PlanLimits
    from serving.campaigns.plans.asking import first_day, plan_now
    from serving.ledger.ledger import ledger_of
    from serving.offers.plans.plans import counts_of
    from serving.snapshot.reading import open_snapshot

    percent = (
        call.settings.campaign.hold_out_percent if hold_out_percent is None else hold_out_percent
    )
    limits = PlanLimits(
        budget_cents, most, counts_of(capacities), tuple(actions), tuple(statuses), percent
    )
    snapshot = open_snapshot(call.workspace)
    first = Cutoff.parse(starts) if starts else first_day(snapshot, at=now_seconds())
    with ledger_of(call.workspace) as ledger:
        snapshot = snapshot.without(ledger.privacy.withheld)
        plan = plan_now(ledger.campaigns, snapshot, limits, first, progress=call.narrator.progress)
    return plan, first
