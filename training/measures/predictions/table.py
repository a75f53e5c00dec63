"""Predictions as a Parquet file: a row a customer, rung and test, and a row group a rung and test.

| column | what it is |
| --- | --- |
| ``customer`` | the customer, by the first fifteen digits of the name that only this workspace can give |
| ``place`` | where the customer stands among all of the file, from 0, by which resamples are drawn |
| ``cutoff`` | the moment up to which the rung knew the customer |
| ``rung``, ``fold`` | which way of answering, and the fold where the table knows no time |
| ``outcome`` | 1 where it came true and 0 where not, or what was brought in cents |
| others | what was answered: ``probability``, or ``amount`` with its range in cents |
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.company.erased import short_names
from features.exports.table_files import put_in_place
from features.store.pack import TextColumn
from features.vocabulary.arrays import Ints
from features.vocabulary.errors import WorkspaceRefused
from training.measures.predictions.predictions import Predictions, RungPredictions

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "predictions.parquet"
_SAID = b"regulars"
_MILLISECONDS = 1_000
_OFTEN_THE_SAME = ["rung", "fold", "cutoff", "outcome"]
_COMMON = ("customer", "place", "cutoff", "rung", "fold", "outcome")


def write_predictions(
    path: Path, predictions: Predictions, customer_ids: TextColumn, name: Callable[[str], str]
) -> None:
    """Write predictions into a file that their owner alone may read, whole or not at all.

    ``customer_ids`` are those of the customers' keys, and ``name`` gives each the name that stands in the file.
    """
    keys = np.unique(np.concatenate([part.customer_keys for part in predictions.tested]))
    names = short_names(name(customer_ids[int(key)]) for key in keys)
    said = {
        "model": predictions.model,
        "rows": predictions.rows_written,
        "facts": dict(predictions.facts),
    }

    def tables() -> Iterator[pa.Table]:
        for part in predictions.tested:
            places = np.searchsorted(keys, part.customer_keys)
            yield _as_table(part, names[places], places)

    _write(path, tables(), said)


def read_predictions(path: Path, erased: frozenset[int] = frozenset()) -> Predictions:
    """The predictions of a file without those of customers by these names; a key is the customer's place in the file.

    Raises ``WorkspaceRefused`` for a file that is damaged.
    """
    said, tables = _read(path)
    tested = [_as_predictions(table) for table in map(_without(erased), tables) if table.num_rows]
    return Predictions(said["model"], tuple(tested), said["facts"], said["rows"])


def read_rows(path: Path, erased: frozenset[int] = frozenset()) -> pa.Table:
    """The same as one table, in the order of the file."""
    import pyarrow as pa

    return pa.concat_tables(map(_without(erased), _read(path)[1]))


def keep_rows(path: Path, is_kept: Callable[[Ints], NDArray[np.bool_]]) -> None:
    """Make a file anew with the rows of the customers who are kept, by their names, where that leaves any out."""
    import pyarrow as pa
    from pyarrow import compute

    said, tables = _read(path)
    masks = [is_kept(table["customer"].to_numpy()) for table in tables]
    if all(mask.all() for mask in masks):
        return
    left = [table.filter(pa.array(mask)) for table, mask in zip(tables, masks, strict=True)]
    # A gap between two places would tell that somebody stood there, and who stands beside them.
    places = compute.unique(pa.concat_tables(left)["place"]).sort()
    times = path.stat()
    _write(path, (_with_places(table, places) for table in left), said)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _with_places(table: pa.Table, places: pa.Array) -> pa.Table:
    import pyarrow as pa
    from pyarrow import compute

    anew = compute.index_in(table["place"], value_set=places).cast(pa.int32())
    return table.set_column(table.schema.get_field_index("place"), "place", anew)


def _write(path: Path, tables: Iterator[pa.Table], said: dict[str, Any]) -> None:
    from pyarrow import parquet

    noted = {_SAID: json.dumps(said, sort_keys=True).encode()}
    writer: Any = None
    with put_in_place(path) as file:
        for table in tables:
            if writer is None:
                schema = table.schema.with_metadata(noted)
                writer = parquet.ParquetWriter(
                    file,
                    schema,
                    compression="zstd",
                    use_dictionary=_OFTEN_THE_SAME,
                    write_page_checksum=True,
                )
            # Without a size of its own a row group ends after a million rows.
            writer.write_table(table, row_group_size=max(1, table.num_rows))
        writer.close()
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> tuple[dict[str, Any], list[pa.Table]]:
    """What a file says of itself, and its row groups."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            said = json.loads(file.schema_arrow.metadata[_SAID])
            tables = [file.read_row_group(number) for number in range(file.num_row_groups)]
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        raise WorkspaceRefused(
            expected="predictions as they were written",
            found=f"a file that is damaged: {path}",
            remedy="Train once more: what is in use does not need them, and stays in use.",
        ) from None
    return said, [table.replace_schema_metadata(None) for table in tables]


def _without(erased: frozenset[int]) -> Callable[[pa.Table], pa.Table]:
    """Leaves out the rows of customers by these names."""

    def left(table: pa.Table) -> pa.Table:
        import pyarrow as pa

        if not erased:
            return table
        named = np.array(sorted(erased), np.int64)
        return table.filter(pa.array(~np.isin(table["customer"].to_numpy(), named)))

    return left


def _as_table(part: RungPredictions, names: Ints, places: NDArray[np.intp]) -> pa.Table:
    import pyarrow as pa

    rows = part.rows
    fold = pa.repeat(part.fold, rows) if part.fold else pa.nulls(rows, pa.string())
    cutoffs = pa.array(part.cutoff_seconds * _MILLISECONDS, pa.timestamp("ms", "UTC"))
    columns = {
        "customer": pa.array(names, pa.int64()),
        "place": pa.array(places, pa.int32()),
        "cutoff": cutoffs,
        "rung": pa.repeat(part.rung, rows),
        "fold": fold,
        "outcome": pa.array(part.outcomes, pa.float64()),
        **{name: pa.array(column) for name, column in part.answers.items()},
    }
    return pa.table(columns)


def _as_predictions(table: pa.Table) -> RungPredictions:
    import pyarrow as pa

    answers = [name for name in table.column_names if name not in _COMMON]
    return RungPredictions(
        rung=table["rung"][0].as_py(),
        fold=table["fold"][0].as_py() or "",
        customer_keys=table["place"].to_numpy(),
        cutoff_seconds=table["cutoff"].cast(pa.int64()).to_numpy() // _MILLISECONDS,
        outcomes=table["outcome"].to_numpy(),
        answers={name: table[name].to_numpy() for name in answers},
    )
