"""The command line: one verb, one function.

Importing this module loads click and nothing heavy; each verb imports the room it works in, so that
``regulars --help`` answers at once. The clock is read here, at the edge, and nowhere below.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.company.settings.reading import MOST_WORKERS
from features.narrator import Outcome, Table
from features.verb import Call, CutoffType, timed, unless_further, verb
from features.vocabulary.errors import UsageRefused

if TYPE_CHECKING:
    from features.exports.parquet import ExportSummary
    from features.plan.plan import Plan
    from features.store.pack import Pack
    from features.vocabulary.time import Cutoff
    from serving.nightly.run import ScoreSummary
    from training.registry.promotion import PromotionSummary


a_file = click.Path(path_type=Path, dir_okay=False)
as_of_option = click.option(
    "--as-of",
    type=CutoffType(),
    help="Rows from this date on lie in the future; without it, tomorrow.",
)
MODELS = ("churn", "value", "segments", "recommendations", "offers")
model_option = click.option(
    "--model", type=click.Choice(MODELS), default=MODELS[0], show_default=True, help="Which model."
)
reason_option = click.option("--reason", required=True, help="Why, for the record.")


def _now_seconds() -> int:
    return int(time.time())


def _tomorrow() -> Cutoff:
    from features.vocabulary.time import Cutoff

    return Cutoff.at((datetime.now(UTC) + timedelta(days=1)).date())


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="regulars")
def main() -> None:
    """Know which customers are about to leave, why, and what to offer them next."""


@main.command()
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
    rows = [(one.column, one.expression, one.reason) for one in proposal.columns]
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


@main.command()
@as_of_option
@verb
def check(call: Call, as_of: Cutoff | None) -> Outcome:
    """Check your tables and say what becomes of every row; nothing is stored."""
    from features.checks.checking import check as check_sources
    from features.report_tables import report_tables

    report = check_sources(call.settings, call.narrator.progress, as_of=as_of or _tomorrow())
    refused = report.refused
    return Outcome(
        said="The tables are refused" if refused else "The tables can be used",
        next="mend what is refused, then `regulars check`" if refused else "`regulars ingest`",
        data=report.as_dict(),
        tables=report_tables(report),
        exit_code=1 if refused else 0,
    )


@main.command()
@as_of_option
@verb
def ingest(call: Call, as_of: Cutoff | None) -> Outcome:
    """Check your tables and keep them sorted in the workspace."""
    return _ingest(call, as_of)


def _ingest(call: Call, as_of: Cutoff | None = None) -> Outcome:
    from features.store.store import ingest as ingest_tables

    summary = ingest_tables(
        call.settings, call.workspace, call.narrator.progress, as_of=as_of or _tomorrow()
    )
    rows = ", ".join(f"{count:,} {table}" for table, count in summary.rows.items())
    said = f"{'Kept the store, nothing has changed' if summary.reused else 'Stored'}: {rows}"
    if summary.changes:
        said = ". ".join(f"{one.table}: {one.sentence}" for one in summary.changes) + f". {said}"
    return Outcome(
        said=said,
        next="`regulars vectors`",
        data=summary.as_dict(),
    )


@main.group(invoke_without_command=True)
@click.option(
    "--cutoff",
    "cutoffs",
    type=CutoffType(),
    multiple=True,
    help="As of when; without it, the end of the data. With --export, more than once.",
)
@click.option("--export", help="Write the vectors to this Parquet file; with Spark, a folder.")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Who computes.",
)
@click.option("--master", help="Spark's master, such as local[2] or spark://host:7077.")
@click.option(
    "--tables", multiple=True, help="A table of Spark's catalog: purchases=crm.purchases."
)
@unless_further
@verb
def vectors(
    call: Call,
    cutoffs: Sequence[Cutoff],
    export: str | None,
    engine: str,
    master: str | None,
    tables: Sequence[str],
) -> Outcome:
    """Compute every customer's behaviour vector."""
    if engine == "spark":
        return _vectors_on_spark(call, cutoffs, export, master, tables)
    if master is not None or tables:
        raise UsageRefused(
            expected="--master and --tables with --engine spark",
            found="the local engine",
            remedy="Add --engine spark, or leave them out.",
        )
    if len(set(cutoffs)) <= 1:
        return _vectors(call, cutoffs[0] if cutoffs else None, export)
    if export is None:
        raise UsageRefused(
            expected="one cutoff, or several with --export",
            found=f"{len(set(cutoffs))} cutoffs",
            remedy="Add --export vectors.parquet: the workspace holds the vectors of one cutoff.",
        )
    from features.exports.parquet import export_locally

    plan_for, progress = _plan_in_use(call), call.narrator.progress
    return _exported(
        export_locally(call.workspace, cutoffs, Path(export), plan_for=plan_for, progress=progress)
    )


def _plan_in_use(call: Call, told: list[str] | None = None) -> Callable[[Pack], Plan]:
    """The plan vectors are built by, once the pack is open; says into ``told`` whose it is."""

    def plan_for(pack: Pack) -> Plan:
        from training.bundles.plans import plan_in_use

        chosen = plan_in_use(call.workspace, pack, call.settings.churn)
        if told is not None:
            told.append(chosen.said)
        return chosen.plan

    return plan_for


def _vectors(call: Call, cutoff: Cutoff | None = None, export: str | None = None) -> Outcome:
    from features.vectors.refresh import refresh_vectors

    told: list[str] = []
    plan_for, progress = _plan_in_use(call, told), call.narrator.progress
    summary = refresh_vectors(call.workspace, cutoff, plan_for=plan_for, progress=progress)
    where = ""
    if export is not None:
        from features.exports.parquet import export_published

        export_published(call.workspace, Path(export))
        where = f", also in {export}"
    what = "Kept the vectors, nothing has changed" if summary.reused else "Computed"
    return Outcome(
        said=f"{what}: {summary.customers:,} customers × {summary.features} features "
        f"as of {summary.cutoff}, {told[0]}{where}",
        next="`regulars train churn`, or `regulars score` with the model in use",
        data=summary.as_dict() | {"plan": told[0]},
    )


def _vectors_on_spark(
    call: Call,
    cutoffs: Sequence[Cutoff],
    export: str | None,
    master: str | None,
    tables: Sequence[str],
) -> Outcome:
    from features.exports.parquet import export_on_spark

    if export is None:
        raise UsageRefused(
            expected="--export with --engine spark",
            found="none",
            remedy="Name the folder the vectors are to be written to.",
        )
    wrong = [one for one in tables if not all(one.partition("="))]
    if wrong:
        raise UsageRefused(
            expected="--tables as name=table, such as purchases=crm.purchases",
            found=wrong[0],
            remedy="Write the name, an equals sign and the table of the catalog.",
        )
    given = dict(one.split("=", 1) for one in tables)
    master = master or "local[2]"
    return _exported(
        export_on_spark(
            call.workspace,
            cutoffs,
            export,
            plan_for=_plan_in_use(call),
            master=master,
            tables=given,
        ),
        f" by Spark at {master} from {'the catalog' if given else 'the store'}",
    )


def _exported(summary: ExportSummary, how: str = "") -> Outcome:
    first, *others = summary.cutoffs
    when = f"{len(summary.cutoffs)} cutoffs ({first} to {others[-1]})" if others else first
    return Outcome(
        said=f"Wrote {summary.rows:,} vectors of {summary.customers:,} customers × "
        f"{summary.features} features at {when}{how} "
        f"to {summary.path}; the workspace is as it was",
        data=summary.as_dict(),
    )


@vectors.command("describe")
@click.argument("names", nargs=-1)
@click.option("--group", help="Only the features of this reason group.")
@verb
def vectors_describe(call: Call, names: Sequence[str], group: str | None) -> Outcome:
    """Say what each feature means, how it is computed and how it is told."""
    from features.described import as_data, chosen_features, feature_tables, present_plan

    plan, whose = present_plan(call, _plan_in_use(call))
    features = chosen_features(plan, names, group)
    return Outcome(
        said=f"{len(features)} of the {len(plan.features)} features {whose}",
        next="" if names else "`regulars vectors describe NAME` says all about one",
        data={"plan_hash": plan.hash, "features": as_data(features)},
        tables=feature_tables(plan, features, in_full=bool(names)),
    )


@main.command()
@click.argument("model", type=click.Choice(MODELS))
@click.option("--no-promote", is_flag=True, help="Register the model but leave the champion.")
@click.option("--refit", is_flag=True, help="Find segments anew although those in use still fit.")
@verb
def train(call: Call, model: str, no_promote: bool, refit: bool) -> Outcome:
    """Train a model at past cutoffs, judge it against simple rules and register it."""
    if model == "segments":
        from training.families.segments.family import train_segments
        from training.families.segments.tables import segments_outcome

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
    learners = {"value": _train_value, "recommendations": _train_items, "offers": _train_offers}
    learn = learners.get(model, _train)
    return learn(call, promote=not no_promote)


def _train_items(call: Call, *, promote: bool = True) -> Outcome:
    from training.families.items.family import train_items
    from training.families.items.report import items_outcome

    progress = call.narrator.progress
    return items_outcome(
        train_items(call.settings, call.workspace, promote=promote, progress=progress)
    )


def _train_offers(call: Call, *, promote: bool = True) -> Outcome:
    from training.families.offers.family import train_offers
    from training.families.offers.report import offers_outcome

    progress = call.narrator.progress
    return offers_outcome(
        train_offers(call.settings, call.workspace, promote=promote, progress=progress)
    )


def _train_value(call: Call, *, promote: bool = True) -> Outcome:
    from training.families.value.family import train_value
    from training.summary_tables import value_outcome

    progress = call.narrator.progress
    return value_outcome(
        train_value(call.settings, call.workspace, promote=promote, progress=progress)
    )


def _train(call: Call, *, promote: bool = True) -> Outcome:
    from training.recipe.recipe import train_churn
    from training.summary_tables import churn_outcome

    progress = call.narrator.progress
    return churn_outcome(
        train_churn(call.settings, call.workspace, promote=promote, progress=progress)
    )


@main.command()
@verb
def score(call: Call) -> Outcome:
    """Score every customer with the champion, with reasons."""
    return _score(call)


def _score(call: Call) -> Outcome:
    from serving.nightly.run import score_everybody

    summary = score_everybody(call.settings, call.workspace, call.narrator.progress)
    what = "Kept the scores, nothing has changed" if summary.reused else "Scored"
    others = sum(summary.statuses.values()) - summary.judged
    return Outcome(
        said=f"{what}: {summary.judged:,} customers, of whom about "
        f"{summary.expected_leavers:,.0f} may {summary.act}; {others:,} not judged"
        + _jumped(summary)
        + _valued(summary, call)
        + _segmented(summary),
        next="`regulars serve`",
        data=summary.as_dict(),
    )


def _jumped(summary: ScoreSummary) -> str:
    """How many risks rose by ten points or more, where there is an earlier day to compare with."""
    if not summary.compared:
        return ""
    since = datetime.fromtimestamp(summary.earlier_seconds, UTC)
    return (
        f"; the risk of {summary.jumped:,} of {summary.compared:,} rose by 10 points or more "
        f"since {since.day} {since:%b %Y}"
    )


def _valued(summary: ScoreSummary, call: Call) -> str:
    """What all customers are expected to bring, or why nothing is said of it."""
    if summary.value_fault:
        return f"; nobody is valued: {summary.value_fault}"
    if not summary.value_days:
        return ""
    whole = f"{summary.value_cents / 100:,.0f} {call.settings.company.currency}"
    return f"; {summary.valued:,} expected to bring {whole} in {summary.value_days} days"


def _segmented(summary: ScoreSummary) -> str:
    """How many customers have a behaviour segment, or why nobody has."""
    if summary.segments_fault:
        return f"; nobody has a segment: {summary.segments_fault}"
    return f"; {summary.segmented:,} in a behaviour segment" if summary.segmented else ""


@main.command()
@verb
def forget(call: Call) -> Outcome:
    """Make store, vectors and scores anew without erased customers, and delete what still holds them."""
    from serving.nightly.forgetting import finish_erasures, forget_old_generations

    narrator = call.narrator
    timed("ingest", narrator, _ingest, call)
    timed("vectors", narrator, _vectors, call)
    timed("score", narrator, _score, call)
    forget_old_generations(call.workspace)
    done = finish_erasures(call.workspace, at=_now_seconds())
    return Outcome(
        said=f"{len(done)} erasures are done, no file of the workspace holds their customers",
        data={"erasures_done": done},
    )


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", default="", help="csv, parquet, salesforce, hubspot or dynamics.")
@click.option("--changed", is_flag=True, help="Only rows the target does not have yet as they are.")
@click.option("--language", help="The language of the reasons, instead of what the settings say.")
@verb
def export(call: Call, file: Path, to: str, changed: bool, language: str | None) -> Outcome:
    """Write everybody's risk and worded reasons to FILE, as a table or as a CRM takes them."""
    from serving.exports.reasons import export_reasons
    from training.reasons.languages.known import language_of

    company = call.settings.company
    written = export_reasons(
        call.workspace,
        file,
        language_of(language or company.language),
        currency=company.currency,
        to=to,
        only_changed=changed,
        shapes=call.settings.export,
        progress=call.narrator.progress,
    )
    left_out = f"; {written.unchanged:,} are as they were" if changed else ""
    return Outcome(
        said=f"Wrote the reasons of {written.customers:,} customers{left_out}",
        next="hand the file to your CRM",
        data={
            "customers": written.customers,
            "unchanged": written.unchanged,
            "file": written.file,
        },
    )


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--count", default=10, help="So many items a list, or so many customers with --item.")
@click.option("--use-case", default="basket", help="basket, coupon, replenishment or discovery.")
@click.option(
    "--due-within-days", type=int, help="Of repeats only what is due within so many days."
)
@click.option("--item", help="Instead, the customers who would most likely take this item.")
@click.option("--language", help="The language of the reasons, instead of what the settings say.")
@verb
def recommend(
    call: Call,
    file: Path,
    count: int,
    use_case: str,
    due_within_days: int | None,
    item: str | None,
    language: str | None,
) -> Outcome:
    """Write everybody's list of items with its reasons to FILE, or whom to send an offer of one item to."""
    from serving.items.all_customers import export_lists, takers_table, wishes_for, write_tables
    from training.reasons.languages.known import language_of

    if item is not None:
        name, table = takers_table(call.workspace, item, count)
        write_tables(file, [table])
        return Outcome(
            said=f"Wrote the {len(table):,} customers who would most likely take {name}",
            data={"item_id": item, "customers": len(table), "file": str(file)},
        )
    written = export_lists(
        call.workspace,
        file,
        wishes_for(count, use_case, due_within_days),
        language=language_of(language or call.settings.company.language).code,
        progress=call.narrator.progress,
    )
    return Outcome(
        said=f"Wrote {written.lines:,} items for {written.customers:,} customers",
        next="hand the file to your CRM",
        data={"customers": written.customers, "lines": written.lines, "file": written.file},
    )


@main.group()
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
    from serving.offers.outcomes import change_outcome
    from serving.offers.plans import simulated

    found = simulated(
        call.settings,
        call.workspace,
        changes,
        levers,
        at=_now_seconds(),
        progress=call.narrator.progress,
    )
    return change_outcome(found, call.settings.company.currency)


@offers.command("plan")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--most", type=click.IntRange(min=0), help="So many customers at most.")
@click.option(
    "--budget-cents", type=click.IntRange(min=0), help="What rewards and contacts may cost in all."
)
@click.option("--channel", "channels", multiple=True, help="So often at most: post=2000.")
@click.option("--least", "least", multiple=True, help="So often at least: OFFER-01=500.")
@verb
def offers_plan(
    call: Call,
    file: Path,
    most: int | None,
    budget_cents: int | None,
    channels: Sequence[str],
    least: Sequence[str],
) -> Outcome:
    """Write who is to be shown which offer to FILE, so that all bring most within the budgets."""
    from serving.offers.outcomes import plan_outcome
    from serving.offers.plans import counts_of, write_plan

    found = write_plan(
        call.settings,
        call.workspace,
        file,
        most=most,
        budget_cents=budget_cents,
        channels=counts_of(channels),
        least=counts_of(least),
        at=_now_seconds(),
        progress=call.narrator.progress,
    )
    return plan_outcome(found, str(file), call.settings.company.currency)


@main.command()
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


@main.command()
@model_option
@reason_option
@verb
def rollback(call: Call, model: str, reason: str) -> Outcome:
    """Make the previous champion the champion again."""
    from training.registry.promotion import rollback as roll_back

    return _promoted(roll_back(call.settings, call.workspace, name=model, reason=reason), model)


@main.command()
@click.argument("decision")
@verb
def replay(call: Call, decision: str) -> Outcome:
    """Score a served row again, as of then, and say whether the answer is the same."""
    from serving.scores.replay import replay as replay_decision

    def fetch(name: str, digest: str, folder: Path) -> Path | None:
        from training.registry.promotion import fetch_by_digest

        return fetch_by_digest(call.settings, call.workspace, name, digest, folder)

    return replay_decision(call.workspace, decision, fetch).outcome()


@main.command()
@verb
def build(call: Call) -> Outcome:
    """Build a Bento that serves the models in use by itself, without any customer."""
    import tempfile

    from serving.process.bento import build as build_bento
    from serving.process.bento import stage

    with tempfile.TemporaryDirectory() as folder:
        digest = stage(call.settings, call.workspace, Path(folder))
        tag = build_bento(Path(folder), digest)
    return Outcome(
        said=f"Built {tag}", next=f"`bentoml serve {tag}`", data={"tag": tag, "digest": digest}
    )


@main.command()
@click.option("--host", help="The address to listen on, instead of what the settings say.")
@click.option("--port", type=int, help="The port to listen on, instead of what the settings say.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="How many processes answer, instead of what the settings say.",
)
@verb
def serve(call: Call, host: str | None, port: int | None, workers: int | None) -> Outcome:
    """Serve the scoring API and the churn list."""
    return _serve(call, host, port, workers)


def _serve(
    call: Call,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    key: str = "",
) -> Outcome:
    from serving.ledger.administration import adopt_first_key, create_ticket
    from serving.process.launch import Started, refuse_open_doors
    from serving.process.launch import serve as serve_workspace

    adopt_first_key(call.workspace, os.environ, at=_now_seconds())
    refuse_open_doors(call.workspace)

    def tell(started: Started) -> None:
        ticket = create_ticket(call.workspace, at=_now_seconds())
        page = f"{started.url}/sign-in?ticket={ticket}"
        ready = "" if started.is_ready else ", but not ready: see the log above"
        outcome = Outcome(
            said=f"Serving{ready}",
            next="Ctrl-C stops it",
            data={"url": started.url, "churn_list": page, "ready": started.is_ready},
            lines=("", f"  Churn list   {page}", *_curl(started.url, key, call), ""),
        )
        call.narrator.tell("serve", outcome, started.seconds)

    service = call.settings.service
    code = serve_workspace(
        call.settings_path,
        host=host or service.host,
        port=port or service.port,
        workers=workers or service.workers,
        on_ready=tell,
    )
    return Outcome("The service has stopped", exit_code=code)


def _curl(url: str, key: str, call: Call) -> tuple[str, ...]:
    """A line that can be pasted into a shell, where a key was just made for it."""
    if not key:
        return ()
    from serving.nightly.run import open_snapshot

    snapshot = open_snapshot(call.workspace)
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    body = f'{{"rows": [{{"customer_id": "{customer}"}}]}}'
    return (
        f"  API key      {key}",
        f"  A score      curl -s {url}/v1/score -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'",
    )


@main.command()
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


@main.command()
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
        from training.recipe.recipe import champion_is_current

        if champion_is_current(here.settings, here.workspace):
            return Outcome("Kept the model in use, nothing has changed")
        return _train(here)

    def valued() -> Outcome:
        from training.families.value.family import value_is_current

        if value_is_current(here.settings, here.workspace):
            return Outcome("Kept the value model in use, nothing has changed")
        return _train_value(here)

    timed("simulate", narrator, simulated)
    timed("ingest", narrator, _ingest, here)
    timed("train churn", narrator, trained)
    timed("train value", narrator, valued)
    # After training, because vectors are built by the plan of the model in use.
    timed("vectors", narrator, _vectors, here)
    timed("score", narrator, _score, here)
    if no_serve:
        where = f"--settings {here.settings_path}"
        return Outcome(
            "The demo is ready",
            f"`regulars keys create crm {where}`, then `regulars serve {where}`",
        )
    return _serve(here, port=port, key=_demo_key(here))


def _demo_key(call: Call) -> str:
    """A fresh key for the demo; the one of the last demo ends."""
    from serving.ledger.administration import create_key, list_keys, revoke_key

    for one in list_keys(call.workspace):
        if one.name == "demo" and one.revoked_at is None:
            revoke_key(call.workspace, one.key_id, at=_now_seconds())
    return create_key(call.workspace, "demo", ["score", "pages"], at=_now_seconds())


@main.group()
def audit() -> None:
    """Show who asked for people's data, and prove that the record is whole."""


@audit.command("list")
@click.option("--latest", type=int, default=20, show_default=True, help="So many of them.")
@verb
def audit_list(call: Call, latest: int) -> Outcome:
    """List the latest calls for people's data."""
    from serving.ledger.administration import audited

    headers = ("number", "at", "key", "call", "correlation id")
    rows = [
        (
            str(one.number),
            f"{datetime.fromtimestamp(one.at, UTC):%Y-%m-%d %H:%M:%S}",
            one.caller,
            f"{one.method} {one.route}",
            one.correlation_id,
        )
        for one in audited(call.workspace, most=latest)
    ]
    return Outcome(
        said=f"{len(rows)} calls",
        data={"calls": [dict(zip(headers, row, strict=True)) for row in rows]},
        tables=[Table("Calls", headers, rows)],
    )


@audit.command("verify")
@verb
def audit_verify(call: Call) -> Outcome:
    """Prove that no recorded call was edited, taken away, moved or cut off."""
    from serving.ledger.administration import verify_audit

    sound, wrong = verify_audit(call.workspace)
    said = f"The record is broken: {wrong}" if wrong else "The record is whole"
    return Outcome(
        said=f"{said}; {sound:,} calls stand as they were written",
        data={"sound": sound, "wrong": wrong},
        exit_code=1 if wrong else 0,
    )


@main.group()
def keys() -> None:
    """Make, list and end API keys for the service."""


@keys.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("score",),
    help="score, events, privacy, pages or admin.",
)
@verb
def keys_create(call: Call, name: str, scopes: Sequence[str]) -> Outcome:
    """Make an API key and show it this once."""
    from serving.ledger.administration import create_key

    key = create_key(call.workspace, name, scopes, at=_now_seconds())
    return Outcome(
        said=f"Made a key for {name}: {key}",
        next="keep it now, only its hash is stored",
        data={"name": name, "scopes": list(scopes), "key": key},
    )


@keys.command("list")
@verb
def keys_list(call: Call) -> Outcome:
    """List the keys: who they are for, what they may do, whether they are revoked."""
    from serving.ledger.administration import list_keys

    headers = ("key", "name", "scopes", "state")
    rows = [
        (one.key_id, one.name, ", ".join(one.scopes), "revoked" if one.revoked_at else "valid")
        for one in list_keys(call.workspace)
    ]
    return Outcome(
        said=f"{len(rows)} keys",
        data={"keys": [dict(zip(headers, row, strict=True)) for row in rows]},
        tables=[Table("Keys", headers, rows)],
    )


@keys.command("revoke")
@click.argument("key_id")
@verb
def keys_revoke(call: Call, key_id: str) -> Outcome:
    """End a key; the service refuses it within seconds."""
    from serving.ledger.administration import revoke_key

    revoke_key(call.workspace, key_id, at=_now_seconds())
    return Outcome(said=f"Revoked {key_id}", data={"key_id": key_id})


def _promoted(summary: PromotionSummary, model: str) -> Outcome:
    from training.summary_tables import check_tables

    return Outcome(
        said=f"{model.capitalize()} version {summary.version} ({summary.title}) is in use now",
        next="" if model == "segments" else "`regulars vectors`, then `regulars score`",
        data=summary.as_dict(),
        tables=check_tables(summary.checks),
    )


if __name__ == "__main__":
    main()
