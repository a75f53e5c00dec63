"""A company's tables: described, checked, kept sorted, and forgotten."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff
from regulars.call import Call, now_seconds, timed, tomorrow, verb
from regulars.narrator import Outcome, Table
from regulars.options import a_file, again_option, as_of_option
from regulars.scoring import ready_to_go_back, score_customers
from regulars.vectors import compute_vectors

if TYPE_CHECKING:
    from features.proposal import Proposal, ProposedTable


@click.command()
@click.option("--purchases", type=a_file, help="Your file of order lines.")
@click.option(
    "--orders",
    type=a_file,
    help="Your file of orders, where that of the purchases has their lines.",
)
@click.option("--customers", type=a_file, help="Your file of customers.")
@click.option("--items", type=a_file, help="Your file of articles.")
@click.option("--contacts", type=a_file, help="Your file of touchpoints.")
@click.option("--contracts", type=a_file, help="Your file of contracts or subscriptions.")
@click.option("--outcomes", type=a_file, help="Your file of labels you already have.")
@click.option("--offers", type=a_file, help="Your file of offers that can be made.")
@click.option("--exposures", type=a_file, help="Your file of offers that were shown or held back.")
@click.option("--identities", type=a_file, help="Your file of ids that are one person.")
@click.option("--force", is_flag=True, help="Replace settings that are already there.")
@verb
def init(
    call: Call, purchases: Path | None, orders: Path | None, force: bool, **others: Path | None
) -> Outcome:
    """Look at your own files and write the settings they need."""
    from features.proposal import propose

    path = call.settings_path
    given = {name: file for name, file in others.items() if file is not None}
    looked_at = [file for file in (purchases, orders, *given.values()) if file is not None]
    if not looked_at:
        raise UsageRefused(
            expected="a file to look at",
            found="none",
            remedy="Give --purchases FILE, or one of the other tables.",
        )
    if path.exists() and not force:
        raise UsageRefused(
            expected=f"no settings at {path} yet",
            found="settings that are already there",
            remedy="Give --force to replace them, or --settings to write elsewhere.",
        )
    proposal = propose(purchases, others=given, orders=orders)
    beside = path.with_name(path.name + ".new")
    beside.write_text(proposal.toml(path.parent), encoding="utf-8")
    beside.replace(path)
    names = " and ".join(file.name for file in looked_at)
    said = f"Looked at {names} and wrote {path}"
    if proposal.open:
        said += f", in which is still to be written: {', '.join(proposal.open)}"
    return Outcome(
        said=said,
        next=(
            "write down what is still open, from what stands beside it in the file, then `regulars check`"
            if proposal.open
            else "read it, correct what is wrong, then `regulars check`"
        ),
        data={
            "settings": str(path),
            "columns": {one.column: one.expression for one in proposal.columns},
            "open": list(proposal.open),
            "horizon_days": proposal.horizon_days,
        },
        tables=[_mapped(table) for table in proposal.tables] + _left_out(proposal),
        lines=proposal.remarks,
    )


def _mapped(table: ProposedTable) -> Table:
    rows = [(one.column, one.expression or "to be written", one.reason) for one in table.columns]
    return Table(f"How {table.name} is mapped", ("column", "from", "because"), rows)


def _left_out(proposal: Proposal) -> list[Table]:
    rows = [
        (rule.name, f"{rule.rows:,}", "; ".join((rule.reason, *rule.listed)))
        for table in proposal.tables
        for rule in table.rules
    ]
    return (
        [Table("What is proposed to be left out", ("rule", "lines", "because"), rows)]
        if rows
        else []
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
@again_option
@verb
def ingest(call: Call, as_of: Cutoff | None, again: bool) -> Outcome:
    """Check your tables and keep them sorted in the workspace."""
    return store_tables(call, as_of, again=again)


def store_tables(call: Call, as_of: Cutoff | None = None, *, again: bool = False) -> Outcome:
    """Check the tables and keep them sorted, as ``ingest`` does and whatever begins with it."""
    from features.store.ingestion import ingest as ingest_tables
    from serving.snapshot.forgetting import name_the_erased

    name_the_erased(call.workspace)
    summary = ingest_tables(
        call.settings,
        call.workspace,
        call.narrator.progress,
        as_of=as_of or tomorrow(),
        again=again,
    )
    rows = ", ".join(f"{count:,} {table}" for table, count in summary.rows.items())
    said = f"{'Kept the store, nothing has changed' if summary.reused else 'Stored'}: {rows}"
    if merged := summary.people.sentence:
        said += f". {merged}"
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
    narrator = call.narrator
    timed("ingest", narrator, store_tables, call)
    timed("vectors", narrator, compute_vectors, call)
    timed("score", narrator, score_customers, call)
    return forget_erased(call)


def forget_erased(call: Call) -> Outcome:
    """Delete what still holds erased customers, once store, vectors and scores were made without them."""
    from serving.snapshot.forgetting import (
        erasures_sentence,
        finish_erasures,
        forget_old_generations,
        let_go_of_the_old,
    )

    forget_old_generations(call.workspace)
    ready_to_go_back(call)
    done = finish_erasures(call.workspace, at=now_seconds())
    let_go = let_go_of_the_old(call.workspace, call.settings.retention, at=now_seconds())
    said = erasures_sentence(call.workspace, done)
    return Outcome(
        said=f"{said}. {let_go:,} rows of the ledger were kept long enough" if let_go else said,
        data={"erasures_done": done, "let_go": let_go},
    )


@click.command()
@verb
def verify(call: Call) -> Outcome:
    """Prove that everything in the workspace is as it was written, and say what mends what is not."""
    from serving.nightly.verification import verify as verify_workspace

    found = list(verify_workspace(call.workspace))
    faults = [one for one in found if one.fault]
    rows = [(one.what, one.amount, one.fault or "as written", one.remedy) for one in found]
    said = (
        f"Damaged: {len(faults)} of {len(found)}"
        if faults
        else f"All {len(found)} are as they were written"
    )
    return Outcome(
        said=said,
        next=faults[0].remedy if faults else "",
        data={"checked": [asdict(one) for one in found], "faults": len(faults)},
        tables=[Table("What is in the workspace", ("what", "how much", "verdict", "remedy"), rows)],
        exit_code=1 if faults else 0,
    )
