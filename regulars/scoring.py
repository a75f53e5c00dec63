"""Everybody's scores and lists: made, written for other programs, and repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from features.vocabulary.identifiers import normal_id
from regulars.call import Call, verb
from regulars.narrator import Outcome
from regulars.options import again_option

if TYPE_CHECKING:
    from features.company.settings.reading import Settings
    from features.company.workspace import Workspace
    from serving.nightly.run import ScoreSummary
    from serving.scores.replay import Replay
    from serving.scores.scoring import Scorer


@click.command()
@again_option
@verb
def score(call: Call, again: bool) -> Outcome:
    """Score every customer with the champion, with reasons, and with the model a rollback would lead to."""
    return score_for_the_night(call, again=again)


def score_for_the_night(call: Call, *, again: bool = False) -> Outcome:
    """Score everybody by the champion and by the models that stand beside it, as ``score`` does."""
    from regulars.challenging import challenger_beside

    outcome = score_customers(call, again=again)
    # The previous champion comes last: the newest scores beside those in use are what a service stands ready with.
    told = challenger_beside(call) if call.settings.churn.score_challenger else ""
    return replace(outcome, said=outcome.said + told + ready_to_go_back(call))


def ready_to_go_back(call: Call) -> str:
    """Have the previous champion's scores at hand, and say so."""
    from serving.nightly.standby import ready_previous

    previous = ready_previous(call.settings, call.workspace, call.narrator.progress)
    return f"; version {previous} stands ready for a rollback" if previous else ""


def score_customers(call: Call, *, again: bool = False) -> Outcome:
    """Score everybody, as ``score`` does and whatever ends with it."""
    from serving.nightly.run import score_everybody

    summary = score_everybody(call.settings, call.workspace, call.narrator.progress, again=again)
    what = "Kept the scores, nothing has changed" if summary.reused else "Scored"
    others = sum(summary.statuses.values()) - summary.judged
    return Outcome(
        said=f"{what}: {summary.judged:,} customers, of whom about "
        f"{summary.expected_leavers:,.0f} may {summary.act}; {others:,} not judged"
        + _jumped(summary)
        + _valued(summary, call)
        + _segmented(summary)
        + _offered(summary),
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
    said = f"; {summary.valued:,} expected to bring {whole} in {summary.value_days} days"
    if summary.cost_to_serve_cents is None:
        return said
    cost = f"{summary.cost_to_serve_cents / 100:,.0f} {call.settings.company.currency}"
    return f"{said} and to cost {cost} to serve; {summary.costly:,} cost more than they bring"


def _segmented(summary: ScoreSummary) -> str:
    """How many customers have a behaviour segment, or why nobody has."""
    if summary.segments_fault:
        return f"; nobody has a segment: {summary.segments_fault}"
    return f"; {summary.segmented:,} in a behaviour segment" if summary.segmented else ""


def _offered(summary: ScoreSummary) -> str:
    """For how many customers an offer brings more than any contact, or why offers are not held against contacts."""
    if summary.offers_fault:
        return f"; offers are left out: {summary.offers_fault}"
    return f"; an offer is best for {summary.to_offer:,}" if summary.to_offer else ""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", default="", help="csv, parquet, salesforce, hubspot or dynamics.")
@click.option("--changed", is_flag=True, help="Only rows the target does not have yet as they are.")
@click.option("--language", help="The language of the reasons, instead of what the settings say.")
@verb
def export(call: Call, file: Path, to: str, changed: bool, language: str | None) -> Outcome:
    """Write everybody's risk and worded reasons to FILE, as a table or as a CRM takes them."""
    return export_file(call, file, to, changed=changed, language=language)


def export_file(
    call: Call, file: Path, to: str, *, changed: bool = False, language: str | None = None
) -> Outcome:
    """Write everybody's risk and reasons, as ``export`` does and the files of a night are written."""
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


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--count", default=10, help="So many items a list, or so many customers with --item.")
@click.option("--use-case", default="basket", help="basket, coupon, replenishment or discovery.")
@click.option(
    "--due-within-days", type=int, help="Of repeats only what is due within so many days."
)
@click.option(
    "--new-share",
    type=float,
    help="So much of all lists together is new, from 0 to 1, instead of the use case's own share.",
)
@click.option("--item", help="Instead, the customers who would most likely take this item.")
@click.option("--without", multiple=True, help="An item to leave out of the lists; once an item.")
@click.option(
    "--without-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file of items to leave out, one number a line.",
)
@click.option("--language", help="The language of the reasons, instead of what the settings say.")
@verb
def recommend(
    call: Call,
    file: Path,
    count: int,
    use_case: str,
    due_within_days: int | None,
    new_share: float | None,
    item: str | None,
    without: tuple[str, ...],
    without_file: Path | None,
    language: str | None,
) -> Outcome:
    """Write everybody's list of items with its reasons to FILE, or whom to send an offer of one item to."""
    if item is not None:
        return _takers_of(call, file, item, count)
    without_items = left_out_items(without, without_file)
    return list_items(
        call, file, count, use_case, due_within_days, without_items, language, new_share
    )


def _takers_of(call: Call, file: Path, item: str, count: int) -> Outcome:
    from features.exports.table_files import write_tables
    from serving.items.all_customers import takers_table

    never, scorer = (
        call.settings.recommendations.without,
        scorer_in_use(call.settings, call.workspace),
    )
    name, table = takers_table(call.workspace, item, count, never=never, scorer=scorer)
    write_tables(file, [table])
    return Outcome(
        said=f"Wrote the {len(table):,} customers who would most likely take {name}",
        data={"item_id": item, "customers": len(table), "file": str(file)},
    )


def list_items(
    call: Call,
    file: Path,
    count: int,
    use_case: str,
    due_within_days: int | None = None,
    without: Sequence[str] = (),
    language: str | None = None,
    new_share: float | None = None,
) -> Outcome:
    """Write everybody's list of items, as ``recommend`` does and the files of a night are written."""
    from serving.items.all_customers import export_lists, wishes_for
    from training.reasons.languages.known import language_of

    written = export_lists(
        call.workspace,
        file,
        wishes_for(count, use_case, due_within_days, new_share),
        language=language_of(language or call.settings.company.language).code,
        progress=call.narrator.progress,
        never=call.settings.recommendations.without,
        without=without,
        scorer=scorer_in_use(call.settings, call.workspace),
    )
    unknown = written.unknown
    return Outcome(
        said=f"Wrote {written.lines:,} items for {written.customers:,} customers"
        + (
            f"; of the items to leave out the model does not know {len(unknown):,}"
            if unknown
            else ""
        ),
        next="hand the file to your CRM",
        data={
            "customers": written.customers,
            "lines": written.lines,
            "file": written.file,
            "unknown": list(unknown),
        },
    )


def scorer_in_use(settings: Settings, workspace: Workspace) -> Scorer | None:
    """What a service would score by, which says how likely an order is; None while there is nothing to score by."""
    from features.vocabulary.errors import RegularsError
    from serving.in_use.pair import open_pair

    try:
        return open_pair(settings, workspace).scorer
    except RegularsError:
        # The lists do not need it: every line says which model its chance of an order comes from.
        return None


def left_out_items(named: Sequence[str], file: Path | None) -> list[str]:
    """The items named one by one and those of a file, in the form the tables keep, each once."""
    lines = [] if file is None else file.read_text(encoding="utf-8-sig").splitlines()
    found = (normal_id(one) for one in (*named, *lines))
    return [one for one in dict.fromkeys(found) if one]


@click.command()
@click.argument("decision")
@verb
def replay(call: Call, decision: str) -> Outcome:
    """Score a served row again, as of then, and say whether the answer is the same."""
    from serving.scores.replay import replay as replay_decision

    def fetch(name: str, digest: str, folder: Path) -> Path | None:
        from training.registry.promotion import fetch_by_digest

        return fetch_by_digest(call.settings, call.workspace, name, digest, folder)

    return replay_outcome(replay_decision(call.workspace, decision, fetch))


def replay_outcome(replayed: Replay) -> Outcome:
    """A replay as a verb tells it; nothing of it names the customer."""
    decision = {
        key: value for key, value in asdict(replayed.decision).items() if key != "customer_id"
    }
    data: dict[str, Any] = {
        "reproduced": replayed.is_reproduced,
        "difference": replayed.difference,
        "decision": decision,
        "again": None if replayed.again is None else asdict(replayed.again),
        "changed": list(replayed.changed),
    }
    return Outcome(said=replayed.said, data=data, exit_code=0 if replayed.is_reproduced else 1)
