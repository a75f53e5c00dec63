"""What is true of the customers of a simulated company, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.world import Truth, World
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff, Horizon
from regulars.library.columns import CUSTOMER_AT_CUTOFF, TRUTH
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable

if TYPE_CHECKING:
    import pyarrow as pa


def truth_table(
    folder: Path, horizon: Horizon, cutoffs: Sequence[Cutoff], names: NamesInTables
) -> DescribedTable:
    """The truth at some cutoffs of the simulated company in a folder; ``UsageRefused`` where it is a real one."""
    import pyarrow as pa

    try:
        world = World.open(folder)
    except UsageRefused:
        raise UsageRefused(
            expected="the simulated company of `regulars demo`, of which the truth is known",
            found="a company of its own, of which nobody knows who has really left",
            remedy="Open the settings in the folder of a demo, such as demo/regulars.toml.",
        ) from None
    parts = [_table(world.truth(one, horizon), one, names) for one in cutoffs]
    return DescribedTable.of(pa.concat_tables(parts), TRUTH, CUSTOMER_AT_CUTOFF)


def _table(truth: Truth, cutoff: Cutoff, names: NamesInTables) -> pa.Table:
    import pyarrow as pa
    from pyarrow import compute

    said = pa.array(names.of_ids(truth.customer_ids.tolist()), pa.string())
    rows = len(said)
    table = pa.table(
        {
            "customer_id": said,
            "cutoff": pa.array([cutoff.seconds] * rows, pa.timestamp("s", "UTC")),
            **dict(_columns(truth, rows)),
        }
    )
    return table.filter(compute.is_valid(table["customer_id"]))


def _columns(truth: Truth, rows: int) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    for field in fields(truth):
        values = getattr(truth, field.name)
        if field.name != "customer_ids":
            yield field.name, pa.nulls(rows, pa.bool_()) if values is None else pa.array(values)
