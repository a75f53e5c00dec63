"""Labelled data for whoever learns elsewhere: who was judged when, what came of them, and what each row is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from features.vocabulary.time import Cutoff
from regulars.call import Call, verb, write_down
from regulars.narrator import Outcome, Table
from regulars.options import CutoffType, a_file

if TYPE_CHECKING:
    from regulars.library.datasets.labelled import LabelledTable
    from serving.ledger.privacy import Withheld


@click.command()
@click.argument("outcome", default="churn")
@click.option(
    "--cutoff",
    "cutoffs",
    type=CutoffType(),
    multiple=True,
    help="As of when; may be given more than once. Without it, the cutoffs of a training today.",
)
@click.option(
    "--export",
    type=a_file,
    help="Write the rows to this .parquet or .csv file: features, what came of it, and the part of each row.",
)
@verb
def dataset(call: Call, outcome: str, cutoffs: Sequence[Cutoff], export: Path | None) -> Outcome:
    """Build the labelled data a training learns from, and say what came of whom at each cutoff."""
    from features.exports.table_files import refuse_other_file, write_tables
    from features.store.store import open_store
    from regulars.library.datasets.outcomes import dataset_table
    from regulars.library.names import NamesInTables
    from serving.ledger.administration import made_without_withheld

    open_store(call.workspace)
    if export is not None:
        refuse_other_file(export)
        write_down(call, "dataset --export")

    def make(withheld: Withheld, check: Callable[[], None]) -> LabelledTable:
        names = NamesInTables.of(call.workspace, withheld)
        made = dataset_table(
            call.settings, call.workspace, names, outcome, cutoffs, progress=call.narrator.progress
        )
        if export is not None:
            write_tables(export, [made.table], check)
        return made

    return _outcome(outcome, made_without_withheld(call.workspace, make), export)


def _outcome(outcome: str, made: LabelledTable, export: Path | None) -> Outcome:
    table = made.table
    features = table.num_columns - len(("customer_id", "cutoff", "split", "outcome"))
    amount = f"{table.num_rows:,} rows × {features} features"
    said = f"Built {amount}"
    if export is not None:
        said = f"Wrote {amount} to {export}; the workspace is as it was"
    lines = _by_cutoff(made)
    return Outcome(
        said=said,
        next="" if export is not None else "`--export FILE` writes them",
        data={
            "outcome": outcome,
            "rows": table.num_rows,
            "features": features,
            "file": None if export is None else str(export),
            "cutoffs": [dict(zip(_HEADERS, line, strict=True)) for line in lines],
            "notes": list(made.notes),
        },
        tables=[Table("What came of whom", _HEADERS, [tuple(map(str, one)) for one in lines])],
        lines=[f"  {one}" for one in (made.said, *made.notes)],
    )


_HEADERS = ("cutoff", "split", "rows", "came_true")


def _by_cutoff(made: LabelledTable) -> list[tuple[str, str, int, int]]:
    """For each cutoff and part the rows and how many of them it came true of."""
    columns = made.table.select(["cutoff", "split", "outcome"]).to_pydict()
    instants = [str(Cutoff.at(one)) for one in columns["cutoff"]]
    places = list(zip(instants, columns["split"], strict=True))
    rows = Counter(places)
    came = Counter(place for place, true in zip(places, columns["outcome"], strict=True) if true)
    return [(*place, rows[place], came[place]) for place in sorted(rows)]
