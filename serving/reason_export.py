"""Everybody's worded reasons in a file: what a nightly job hands to a CRM or a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from pyarrow import csv

from features.errors import UsageRefused, did_you_mean
from features.progress import Progress, silent
from features.workspace import Workspace
from serving.download import harmless
from serving.earlier import points_risen
from serving.ledger import withheld_in
from serving.published import Snapshot, open_snapshot
from training.reasons.flat import flat_reasons
from training.reasons.language import Language
from training.reasons.points import Points
from training.reasons.wording import Wording

KINDS = (".parquet", ".csv")
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class ReasonExport:
    """How many customers were written, and where to."""

    customers: int
    file: str


def export_reasons(
    workspace: Workspace,
    path: Path,
    language: Language,
    *,
    currency: str,
    progress: Progress = silent,
) -> ReasonExport:
    """Write every judged customer with risk and worded reasons, the riskiest first.

    The file is written beside and put in place at once. Raises ``WorkspaceRefused`` without scores and
    ``UsageRefused`` for a file of another kind or a folder that is not there.
    """
    if path.suffix.lower() not in KINDS or not path.parent.is_dir():
        raise UsageRefused(
            expected="a file that ends in .parquet or .csv, in a folder that exists",
            found=path.name,
            remedy=did_you_mean(path.suffix, list(KINDS)),
        )
    snapshot = open_snapshot(workspace).without(withheld_in(workspace))
    draft = path.with_name(f".{path.name}.part")
    try:
        write_reasons(snapshot, snapshot.wording(currency, language), draft, path.suffix, progress)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return ReasonExport(len(snapshot.shown_places), str(path))


def write_reasons(
    snapshot: Snapshot, wording: Wording, draft: Path, kind: str, progress: Progress = silent
) -> None:
    """Word the reasons block by block and write each as it is done."""
    writer: parquet.ParquetWriter | csv.CSVWriter | None = None
    values = snapshot.values
    try:
        shown = snapshot.shown_places
        for first in range(0, max(len(shown), 1), _ROWS_AT_ONCE):
            block = shown[first : first + _ROWS_AT_ONCE]
            table = _block(snapshot, wording, values, block)
            if kind.lower() == ".csv":
                table = _harmless(table)
            if writer is None:
                writer = _writer(draft, table.schema, kind.lower())
            writer.write_table(table)
            progress("writing reasons", first + len(block), len(shown))
    finally:
        if writer is not None:
            writer.close()


def _block(
    snapshot: Snapshot, wording: Wording, values: np.ndarray, block: NDArray[np.intp]
) -> pa.Table:
    ranking = snapshot.ranking
    keys = ranking.customer_keys[block]
    points = Points(ranking.probability[block], snapshot.base, ranking.points[block])
    rows = np.ascontiguousarray(values[snapshot.vector_rows[keys]])
    ids = [snapshot.customer_ids[int(key)] for key in keys]
    table = flat_reasons(points, ranking.leading[block], rows, wording, ids)
    before = ranking.risk_before[block]
    risen = points_risen(ranking.probability[block], before)
    for name, column in (("risk_before_percent", 100 * before), ("risk_change_points", risen)):
        table = table.append_column(name, pa.array(np.round(column, 1), from_pandas=True))
    return table


def _harmless(table: pa.Table) -> pa.Table:
    """No cell that a spreadsheet takes for a formula, whatever a company calls its own."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            cells = [None if one is None else harmless(one) for one in table[place].to_pylist()]
            table = table.set_column(place, field, pa.array(cells, pa.string()))
    return table


def _writer(path: Path, schema: pa.Schema, kind: str) -> parquet.ParquetWriter | csv.CSVWriter:
    if kind == ".csv":
        return csv.CSVWriter(path, schema)
    return parquet.ParquetWriter(path, schema, compression="zstd")
