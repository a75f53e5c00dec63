"""A company's tables: described, checked, kept sorted, and forgotten."""

from __future__ import annotations

from pathlib import Path

import click

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff
from regulars.call import Call, now_seconds, timed, tomorrow, verb
from regulars.narrator import Outcome, Table
from regulars.options import a_file, as_of_option
from regulars.scoring import score_customers
from regulars.vectors import compute_vectors


@click.command()
@click.option("--purchases", type=a_file, required=True, help="Your file of order lines.")
@click.option("--customers", type=a_file, help="Your file of customers.")
@click.option("--items", type=a_file, help="Your file of articles.")
@click.option("--contacts", type=a_file, help="Your file of touchpoints.")
@click.option("--force", is_flag=True, help="Replace settings that are already there.")
@verb
def init(call: Call, purchases: Path, force: bool, **others: Path | None) -> Outcome:
    """Look at your own file and write the settings it needs."""
    from features.proposal import propose

    path = call.settings_path
    if path.exists() and not force:
        raise UsageRefused(
            expected=f"no settings at {path} yet",
            found="settings that are already there",
            remedy="Give --force to replace them, or --settings to write elsewhere.",
        )
    given = {name: file for name, file in others.items() if file is not None}
    proposal = propose(purchases, others=given)
    beside = path.with_name(path.name + ".new")
    beside.write_text(proposal.toml(path.parent), encoding="utf-8")
    beside.replace(path)
    rows = [
        (proposed.column, proposed.expression, proposed.reason) for proposed in proposal.columns
    ]
    return Outcome(
        said=f"Looked at {purchases.name} and wrote {path}",
        next="read it, correct what is wrong, then `regulars check`",
        data={
            "settings": str(path),
            "columns": {name: expression for name, expression, _ in rows},
            "horizon_days": proposal.horizon_days,
        },
        tables=[Table("How purchases are mapped", ("column", "from", "because"), rows)],
    )


@click.command()
@as_of_option
@verb
def check(call: Call, as_of: Cutoff | None) -> Outcome:
    """Check your tables and say what becomes of every row; nothing is stored."""
    from features.checks.checking import check as check_sources
    from regulars.check_paragraph import check_paragraph
    from regulars.check_tables import report_tables

    settings = call.settings
    report = check_sources(settings, call.narrator.progress, as_of=as_of or tomorrow())
    refused = report.refused
    bought = settings.tables.get("purchases")
    return Outcome(
        said="The tables are refused" if refused else "The tables can be used",
        next="mend what is refused, then `regulars check`" if refused else "`regulars ingest`",
        data=report.as_dict(),
        tables=report_tables(report),
        lines=check_paragraph(
            report.summaries, settings.company.currency, bought.timezone if bought else "UTC"
        ),
        exit_code=1 if refused else 0,
    )


@click.command()
@as_of_option
@verb
def ingest(call: Call, as_of: Cutoff | None) -> Outcome:
    """Check your tables and keep them sorted in the workspace."""
    return store_tables(call, as_of)


def store_tables(call: Call, as_of: Cutoff | None = None) -> Outcome:
    """Check the tables and keep them sorted, as ``ingest`` does and whatever begins with it."""
    from features.store.ingestion import ingest as ingest_tables

    summary = ingest_tables(
        call.settings, call.workspace, call.narrator.progress, as_of=as_of or tomorrow()
    )
    rows = ", ".join(f"{count:,} {table}" for table, count in summary.rows.items())
    said = f"{'Kept the store, nothing has changed' if summary.reused else 'Stored'}: {rows}"
    if summary.changes:
        said = (
            ". ".join(f"{change.table}: {change.sentence}" for change in summary.changes)
            + f". {said}"
        )
    return Outcome(
        said=said,
        next="`regulars vectors`",
        data=summary.as_dict(),
    )


@click.command()
@verb
def forget(call: Call) -> Outcome:
    """Make store, vectors and scores anew without erased customers, and delete what still holds them."""
    from serving.nightly.forgetting import finish_erasures, forget_old_generations

    narrator = call.narrator
    timed("ingest", narrator, store_tables, call)
    timed("vectors", narrator, compute_vectors, call)
    timed("score", narrator, score_customers, call)
    forget_old_generations(call.workspace)
    done = finish_erasures(call.workspace, at=now_seconds())
    return Outcome(
        said=f"{len(done)} erasures are done, no file of the workspace holds their customers",
        data={"erasures_done": done},
    )
