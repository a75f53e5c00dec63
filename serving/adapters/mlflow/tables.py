"""The four layouts in which MLflow's clients send a table, read into the rows of the contract.

The layouts are those of MLflow's scoring protocol (mlflow.org, "Local Inference Spec": ``dataframe_split``,
``dataframe_records``, ``instances``, ``inputs``); what is a table there is one here, cell for cell. Two columns have a
meaning: ``customer_id`` and ``row_id``. Every other column is a feature, and a row that has one is judged by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serving.access.problems import FieldFault, Refusal
from serving.adapters.terms import pointer

LAYOUTS = ("dataframe_split", "dataframe_records", "instances", "inputs")
CUSTOMER, ROW = "customer_id", "row_id"
_SPLIT_PARTS = {"columns", "data", "index"}

Record = dict[str, Any]


def layout_of(body: Mapping[str, object]) -> str:
    """The one layout a body has; a refusal where it has none or several."""
    found = [one for one in LAYOUTS if body.get(one) is not None]
    if len(found) != 1:
        raise _refused((), "one_layout", f"Give just one of {', '.join(LAYOUTS)}.")
    return found[0]


def records_of(layout: str, table: object) -> list[Record]:
    """The rows of a table in one of the layouts, each by the names of its columns, in order."""
    if layout == "dataframe_split":
        return _of_split(table)
    if layout == "dataframe_records":
        return [_named(one, (layout, at)) for at, one in enumerate(_listed(table, layout))]
    if layout == "inputs" and isinstance(table, dict):
        return _of_columns(table)
    return [_of_instance(one, (layout, at)) for at, one in enumerate(_listed(table, layout))]


def score_row(record: Mapping[str, Any]) -> Record:
    """A row of the contract: whom it asks about, and the behaviour it gives along, null where that is not a number."""
    given = {name: _present(cell) for name, cell in record.items()}
    customer_id, row_id = given.pop(CUSTOMER, None), given.pop(ROW, None)
    return {CUSTOMER: customer_id, ROW: row_id, "vector": given or None}


def place_in(layout: str, at: Sequence[str | int]) -> str:
    """Where a table in this layout has what the contract knows as ``/rows/3/vector/x``."""
    if not at or at[0] != "rows":
        return pointer("params", *at)
    if len(at) == 1:
        return pointer(layout)
    columns = [one for one in at[2:] if one not in ("vector", "[key]")][:1]
    inner = ("data",) if layout == "dataframe_split" else ()
    return pointer(layout, *inner, at[1], *columns)


def _of_split(table: object) -> list[Record]:
    if not isinstance(table, dict) or "data" not in table or not table.keys() <= _SPLIT_PARTS:
        said = "Give an object of columns, data and, if you like, index."
        raise _refused(("dataframe_split",), "split_table", said)
    rows = _listed(table["data"], "dataframe_split/data")
    columns = table.get("columns")
    if columns is None:
        return [_of_instance(one, ("dataframe_split", "data", at)) for at, one in enumerate(rows)]
    names = [str(one) for one in _listed(columns, "dataframe_split/columns")]
    if len(set(names)) < len(names):
        raise _refused(("dataframe_split", "columns"), "column_twice", "A column is named twice.")
    for at, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(names):
            said = f"Give a list of {len(names)} cells, one a column."
            raise _refused(("dataframe_split", "data", at), "row_length", said)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _of_columns(table: Mapping[str, Any]) -> list[Record]:
    columns = {name: cells if isinstance(cells, list) else [cells] for name, cells in table.items()}
    lengths = {len(cells) for cells in columns.values()}
    if len(lengths) != 1:
        raise _refused(
            ("inputs",), "column_length", "Give every column as many cells as the others."
        )
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _of_instance(one: object, at: Sequence[str | int]) -> Record:
    """A row by itself: an object, or a customer number alone, also as a row of one cell."""
    if isinstance(one, list) and len(one) == 1:
        return {CUSTOMER: one[0]}
    if isinstance(one, list):
        said = "Name the columns: a row without names can be a customer number alone."
        raise _refused(at, "columns_unnamed", said)
    return _named(one, at) if isinstance(one, dict) else {CUSTOMER: one}


def _named(one: object, at: Sequence[str | int]) -> Record:
    if not isinstance(one, dict):
        raise _refused(
            at, "record", "Give an object: the cells of a row by the names of their columns."
        )
    return one


def _listed(rows: object, at: str) -> list[Any]:
    if not isinstance(rows, list) or not rows:
        raise _refused(at.split("/"), "list", "Give a list of one or more.")
    return rows


def _present(cell: object) -> object:
    """A cell, None where it is no number: that is how a data frame has what is unknown."""
    return None if isinstance(cell, float) and cell != cell else cell


def _refused(at: Sequence[str | int], code: str, message: str) -> Refusal:
    return Refusal("invalid_request", errors=[FieldFault(pointer(*at), code, message)])
