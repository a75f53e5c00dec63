"""The predictions of a training in a file for an analyst, by the company's own numbers of customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.company.workspace import Workspace
from features.exports.table_files import refuse_other_file, write_tables
from features.store.store import open_store
from serving.ledger.administration import made_without_withheld
from serving.ledger.privacy import Withheld
from serving.snapshot.consent import refused_profiling
from training.measures.predictions.stored import StoredPredictions

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class PredictionExport:
    """How many rows were written, and how many of them name nobody."""

    rows: int
    unnamed: int
    file: str


def export_predictions(
    workspace: Workspace, name: str, digest: str, path: Path
) -> PredictionExport:
    """Write the predictions of a bundle, a row a customer, rung and test, as Parquet or CSV by the file's ending.

    Whoever was erased is in no row. Whoever objected or said no to being scored, and whoever is in the store no more,
    keeps the rows without a number: the figures stay those of everybody. Raises ``WorkspaceRefused`` without
    predictions or a store, ``UsageRefused`` for another ending or a folder that is not there.
    """
    refuse_other_file(path)

    def make(withheld: Withheld, check: Callable[[], None]) -> PredictionExport:
        table = named_predictions(workspace, name, digest, withheld)
        return PredictionExport(
            write_tables(path, [table], check), table["customer_id"].null_count, str(path)
        )

    return made_without_withheld(workspace, make)


def named_predictions(workspace: Workspace, name: str, digest: str, withheld: Withheld) -> pa.Table:
    """Predictions with the number of each customer who may be named, and none for the others."""
    import pyarrow as pa
    from pyarrow import compute

    table = StoredPredictions(workspace).rows(name, digest)
    store = open_store(workspace)
    pack = store.pack()
    refused = set(refused_profiling(store, pack).tolist())
    nobody = withheld.objected | withheld.erased
    ids = [
        customer_id
        for key, customer_id in enumerate(pack.customer_ids)
        if key not in refused and customer_id not in nobody
    ]
    names = StoredPredictions(workspace).names(ids)
    places = compute.index_in(table["customer"], value_set=pa.array(names, pa.int64()))
    numbers = pa.array(ids, pa.string()).take(places.combine_chunks())
    return table.add_column(0, "customer_id", numbers)
