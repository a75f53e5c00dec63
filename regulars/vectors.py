"""Everybody's behaviour vectors: computed, exported and explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff
from regulars.call import Call, unless_further, verb, write_down
from regulars.narrator import Outcome
from regulars.options import CutoffType, again_option

if TYPE_CHECKING:
    from features.exports.parquet import ExportSummary, WithheldAmong, WrittenVectors
    from features.plan.plan import Plan
    from features.store.pack import Pack

Written = TypeVar("Written")


@click.group(invoke_without_command=True)
@click.option(
    "--cutoff",
    "cutoffs",
    type=CutoffType(),
    multiple=True,
    help="As of when, for --export; may be given more than once. Without it, the end of the data.",
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
@again_option
@unless_further
@verb
def vectors(
    call: Call,
    cutoffs: Sequence[Cutoff],
    export: str | None,
    engine: str,
    master: str | None,
    tables: Sequence[str],
    again: bool,
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
    if export is None or not cutoffs:
        _require_end_of_data(call, cutoffs)
        return compute_vectors(call, export, again=again)
    return _export_locally(call, cutoffs, Path(export))


def _export_locally(call: Call, cutoffs: Sequence[Cutoff], path: Path) -> Outcome:
    from features.exports.parquet import export_locally

    plan_for, progress = plan_in_use_for(call), call.narrator.progress

    def write(withheld: WithheldAmong, check: Callable[[], None]) -> ExportSummary:
        return export_locally(
            call.workspace,
            cutoffs,
            path,
            plan_for=plan_for,
            withheld=withheld,
            check=check,
            progress=progress,
        )

    return _exported(_on_record(call, write))


def _on_record(
    call: Call, write: Callable[[WithheldAmong, Callable[[], None]], Written]
) -> Written:
    """Write a file of vectors without whoever may not be profiled; on record before it is done."""
    from features.store.store import open_store
    from serving.exports.vectors import written_without_withheld

    # Without a store there is nobody to write of, and no ledger to begin.
    open_store(call.workspace)
    write_down(call, "vectors --export")
    return written_without_withheld(call.workspace, write)


def _require_end_of_data(call: Call, cutoffs: Sequence[Cutoff]) -> None:
    """Refuse to put the vectors of a day that is past in the place of those in use."""
    if not cutoffs:
        return
    from features.store.store import open_store
    from features.vectors.refresh import allowed_cutoffs

    store = open_store(call.workspace)
    wanted, end = allowed_cutoffs(store, cutoffs), allowed_cutoffs(store, [])
    if wanted != end:
        raise UsageRefused(
            expected=f"--export for vectors as of another day than {end[0]}, the end of the data",
            found=f"{', '.join(map(str, wanted))} and no file to write to",
            remedy="Add --export vectors.parquet: those in use are of the end of the data, and stay.",
        )


def plan_in_use_for(call: Call, whose: list[str] | None = None) -> Callable[[Pack], Plan]:
    """The plan vectors are built by, once the pack is open; says into ``told`` whose it is."""

    def plan_for(pack: Pack) -> Plan:
        from training.bundles.plans import plan_in_use

        chosen = plan_in_use(call.workspace, pack, call.settings.churn)
        if whose is not None:
            whose.append(chosen.said)
        return chosen.plan

    return plan_for


def compute_vectors(call: Call, export: str | None = None, *, again: bool = False) -> Outcome:
    """Compute everybody's vectors of the end of the data and put them into the workspace."""
    from features.vectors.refresh import refresh_vectors

    whose: list[str] = []
    plan_for, progress = plan_in_use_for(call, whose), call.narrator.progress
    summary = refresh_vectors(call.workspace, plan_for=plan_for, progress=progress, again=again)
    where = ""
    if export is not None:
        where = f", also in {export}{_without(_export_published(call, Path(export)).withheld)}"
    what = "Kept the vectors, nothing has changed" if summary.reused else "Computed"
    return Outcome(
        said=f"{what}: {summary.customers:,} customers × {summary.features} features "
        f"as of {summary.cutoff}, {whose[0]}{where}",
        next="`regulars train churn`, or `regulars score` with the model in use",
        data=summary.as_dict() | {"plan": whose[0]},
    )


def _export_published(call: Call, path: Path) -> WrittenVectors:
    from features.exports.parquet import export_published

    def write(withheld: WithheldAmong, check: Callable[[], None]) -> WrittenVectors:
        return export_published(call.workspace, path, withheld=withheld, check=check)

    return _on_record(call, write)


def _without(withheld: int) -> str:
    """Of how many a file says nothing, and why."""
    return f" without {withheld:,} who objected, declined or were erased" if withheld else ""


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
    wrong = [table for table in tables if not all(table.partition("="))]
    if wrong:
        raise UsageRefused(
            expected="--tables as name=table, such as purchases=crm.purchases",
            found=wrong[0],
            remedy="Write the name, an equals sign and the table of the catalog.",
        )
    given = dict(table.split("=", 1) for table in tables)
    master = master or "local[2]"

    def write(withheld: WithheldAmong, check: Callable[[], None]) -> ExportSummary:
        return export_on_spark(
            call.workspace,
            cutoffs,
            export,
            plan_for=plan_in_use_for(call),
            master=master,
            tables=given,
            withheld=withheld,
            check=check,
        )

    where = f" by Spark at {master} from {'the catalog' if given else 'the store'}"
    return _exported(_on_record(call, write), where)


def _exported(summary: ExportSummary, how: str = "") -> Outcome:
    first, *others = summary.cutoffs
    when = f"{len(summary.cutoffs)} cutoffs ({first} to {others[-1]})" if others else first
    return Outcome(
        said=f"Wrote {summary.rows:,} vectors of {summary.customers:,} customers × "
        f"{summary.features} features at {when}{how} "
        f"to {summary.path}{_without(summary.withheld)}; the workspace is as it was",
        data=summary.as_dict(),
    )


@vectors.command("describe")
@click.argument("names", nargs=-1)
@click.option("--group", help="Only the features of this reason group.")
@verb
def vectors_describe(call: Call, names: Sequence[str], group: str | None) -> Outcome:
    """Say what each feature means, how it is computed and how it is told."""
    from regulars.dictionary_tables import as_data, chosen_features, feature_tables, present_plan

    plan, whose = present_plan(call, plan_in_use_for(call))
    features = chosen_features(plan, names, group)
    return Outcome(
        said=f"{len(features)} of the {len(plan.features)} features {whose}",
        next="" if names else "`regulars vectors describe NAME` says all about one",
        data={"plan_hash": plan.hash, "features": as_data(features)},
        tables=feature_tables(plan, features, in_full=bool(names)),
    )
