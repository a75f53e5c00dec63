"""A table with its dictionary: an Arrow table that carries it, and the frame pandas makes of that.

The dictionary is one text in JSON, in a frame under ``attrs["regulars"]``. There it outlives selections and copies at
no cost, for pandas copies what stands there each time, and goes with the table into a Parquet file and out of it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from features.declarations.feature import Feature
from features.vocabulary.errors import UsageRefused

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ATTRIBUTE = "regulars"
_PANDAS = b"PANDAS_ATTRS"
"""Under this name pandas itself keeps and finds the ``attrs`` of a frame in a Parquet file."""
_FACTS = ("meaning", "unit", "group", "actionable", "missing", "said")
Entry = Mapping[str, str]
Tabular = TypeVar("Tabular")


@dataclass(frozen=True)
class DescribedTable:
    """An Arrow table that carries its dictionary, and the columns that are the index of its frame."""

    table: pa.Table
    index: Sequence[str] = ()

    @classmethod
    def of(
        cls, table: pa.Table, dictionary: Mapping[str, Entry], index: Sequence[str] = ()
    ) -> DescribedTable:
        """Give a table the entries of its columns; instants become milliseconds, as Parquet keeps them."""
        entries = {name: dict(dictionary.get(name, {})) for name in table.column_names}
        attributes = {ATTRIBUTE: json.dumps(entries, ensure_ascii=False)}
        schema = _in_milliseconds(table.schema).with_metadata({_PANDAS: json.dumps(attributes)})
        return cls(table.cast(schema), index)


def _in_milliseconds(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    instant = pa.timestamp("ms", "UTC")
    fields = [one.with_type(instant) if pa.types.is_timestamp(one.type) else one for one in schema]
    return pa.schema(fields)


Form = Callable[[DescribedTable], Tabular]


def as_frame(described: DescribedTable) -> pd.DataFrame:
    """The table for pandas."""
    frame: pd.DataFrame = described.table.to_pandas()
    if described.index:
        frame = frame.set_index(list(described.index))
    frame.attrs = json.loads(described.table.schema.metadata[_PANDAS])
    return frame


def as_arrow(described: DescribedTable) -> pa.Table:
    """The table for whoever goes on in Arrow: polars, DuckDB and others."""
    return described.table


def feature_entry(feature: Feature) -> dict[str, str]:
    """What the dictionary says of a feature."""
    return {fact: str(getattr(feature, fact)) for fact in _FACTS}


def describe(table: Any) -> pd.DataFrame:
    """What each column of a table means: a line a column, in their order, those of the index first.

    ``table`` is what a workspace returned, as a pandas frame or an Arrow table, or what was selected from that or read
    back from its Parquet file. Every line has ``meaning`` and ``unit``; that of a feature has its reason
    ``group``, whether the business can act on it (``actionable``), what it is where it is ``missing`` and how it is
    ``said`` too. Columns that were added since say nothing. Raises ``UsageRefused`` for a table that carries no
    dictionary.
    """
    import pandas as pd

    schema = getattr(table, "schema", None)
    if schema is None:
        attributes = getattr(table, "attrs", {})
        names = [*filter(None, getattr(getattr(table, "index", None), "names", ()))]
        names += list(getattr(table, "columns", ()))
    else:
        attributes = json.loads((schema.metadata or {}).get(_PANDAS, b"{}"))
        names = list(schema.names)
    if ATTRIBUTE not in attributes:
        raise UsageRefused(
            expected="a table of a workspace, with its dictionary",
            found="one without",
            remedy="Describe the tables before they are joined: pandas drops what they do not share.",
        )
    entries = json.loads(attributes[ATTRIBUTE])
    lines = [{fact: entries.get(name, {}).get(fact, "") for fact in _FACTS} for name in names]
    return pd.DataFrame(lines, pd.Index(names, name="column"), list(_FACTS))
