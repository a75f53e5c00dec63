"""A table comes out of each layout as MLflow's own server reads it, cell for cell."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.scoring_server import infer_and_parse_data
from mlflow.utils.proto_json_utils import dump_input_data

from serving.access.problems import Refusal
from serving.adapters.mlflow.tables import layout_of, place_in, records_of, score_row
from serving.adapters.terms import said_in

COLUMNS = ["customer_id", "days_since_order", "orders_count_365d"]
NUMBERS = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    st.integers(0, 10**12),
)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Customers by text or by number, with behaviour; in one column MLflow's reader makes texts of both."""
    row = st.fixed_dictionaries(
        {
            "customer_id": draw(st.sampled_from(NUMBERS)),
            "days_since_order": st.floats(allow_infinity=False),
            "orders_count_365d": st.integers(-5, 500),
        }
    )
    return draw(st.lists(row, min_size=1, max_size=4))


def alike(left: object, right: object) -> bool:
    """Whether two cells are one value: an unknown number is one."""
    # MLflow's reader packs the cells of some layouts each by itself.
    right = right.item() if isinstance(right, np.ndarray | np.generic) else right
    both = isinstance(left, float) and isinstance(right, float)
    return left == right or (both and math.isnan(left) and math.isnan(right))  # type: ignore[arg-type]


def ours(body: bytes) -> list[dict[str, Any]]:
    said = said_in(body)
    layout = layout_of(said)
    return records_of(layout, said[layout])


def theirs(body: bytes) -> list[dict[str, Any]]:
    """What MLflow's server hands to a model, row by row."""
    found = infer_and_parse_data(json.loads(body))
    frame = found if isinstance(found, pd.DataFrame) else pd.DataFrame(found)
    records = frame.astype(object).to_dict(orient="records")
    return [{str(name): cell for name, cell in one.items()} for one in records]


@settings(deadline=None)
@given(tables())
def test_a_data_frame_that_mlflows_client_writes_is_read_as_mlflow_reads_it(
    table: list[dict[str, Any]],
) -> None:
    frame = pd.DataFrame(table).astype({"customer_id": object})
    body = dump_input_data(frame).encode()
    for mine, other in zip(ours(body), theirs(body), strict=True):
        assert mine.keys() == other.keys()
        assert all(alike(mine[name], other[name]) for name in mine)


@settings(deadline=None)
@given(tables(), st.sampled_from(["dataframe_records", "instances", "inputs"]))
def test_records_in_every_layout_are_read_as_mlflow_reads_them(
    table: list[dict[str, Any]], layout: str
) -> None:
    body = json.dumps({layout: table}).encode()
    for mine, other in zip(ours(body), theirs(body), strict=True):
        assert all(alike(mine[name], other[name]) for name in COLUMNS)


@settings(deadline=None)
@given(tables())
def test_an_object_of_columns_is_the_same_table(table: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in table] for name in COLUMNS}
    body = json.dumps({"inputs": columns}).encode()
    for mine, other in zip(ours(body), theirs(body), strict=True):
        assert all(alike(mine[name], other[name]) for name in COLUMNS)


@pytest.mark.parametrize("layout", ["instances", "inputs"])
def test_bare_numbers_name_customers_and_so_do_rows_of_one_cell(layout: str) -> None:
    for rows in (["a", "b"], [["a"], ["b"]]):
        found = ours(json.dumps({layout: rows}).encode())
        assert found == [{"customer_id": "a"}, {"customer_id": "b"}]
    found = ours(dump_input_data(np.array([["a"], ["b"]])).encode())
    assert found == [{"customer_id": "a"}, {"customer_id": "b"}]


def test_a_frame_without_names_is_read_as_bare_numbers() -> None:
    body = json.dumps({"dataframe_split": {"data": [["a"], ["b"]]}}).encode()
    assert ours(body) == [{"customer_id": "a"}, {"customer_id": "b"}]


@pytest.mark.parametrize(
    ("record", "row"),
    [
        ({"customer_id": "a"}, {"customer_id": "a", "row_id": None, "vector": None}),
        ({"customer_id": math.nan}, {"customer_id": None, "row_id": None, "vector": None}),
        (
            {"row_id": 7, "x": 1.5, "y": math.nan, "z": None},
            {"customer_id": None, "row_id": 7, "vector": {"x": 1.5, "y": None, "z": None}},
        ),
    ],
)
def test_a_row_asks_about_a_customer_or_about_the_behaviour_it_gives(
    record: dict[str, Any], row: dict[str, Any]
) -> None:
    assert score_row(record) == row


NO_TABLES: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"instances": ["a"], "inputs": ["a"]}, ""),
    ({"dataframe_split": {"columns": ["a"]}}, "/dataframe_split"),
    ({"dataframe_split": {"data": [["a"]], "rows": 1}}, "/dataframe_split"),
    (
        {"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2], [1]]}},
        "/dataframe_split/data/1",
    ),
    ({"dataframe_records": {"a": 1}}, "/dataframe_records"),
    ({"inputs": {"a": [1], "b": [1, 2]}}, "/inputs"),
]


@pytest.mark.parametrize(("body", "place"), NO_TABLES)
def test_what_is_no_table_is_refused_where_it_stands_and_mlflow_refuses_it_too(
    body: dict[str, Any], place: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ours(json.dumps(body).encode())
    assert [one.pointer for one in refused.value.errors] == [place]
    with pytest.raises((MlflowException, ValueError, AttributeError)):
        theirs(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            {"dataframe_split": {"columns": ["a", "a"], "data": [[1, 2]]}},
            "/dataframe_split/columns",
        ),
        ({"dataframe_records": [1]}, "/dataframe_records/0"),
        ({"instances": [["a", "b"]]}, "/instances/0"),
        ({"instances": []}, "/instances"),
        ({"inputs": {}}, "/inputs"),
    ],
)
def test_what_could_be_read_in_two_ways_or_asks_nothing_is_refused(
    body: dict[str, Any], place: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ours(json.dumps(body).encode())
    assert [one.pointer for one in refused.value.errors] == [place]


@pytest.mark.parametrize(
    ("layout", "at", "place"),
    [
        ("dataframe_split", ("rows", 3, "vector", "x"), "/dataframe_split/data/3/x"),
        ("dataframe_records", ("rows", 3, "row_id"), "/dataframe_records/3/row_id"),
        ("instances", ("rows",), "/instances"),
        ("inputs", ("language",), "/params/language"),
    ],
)
def test_a_fault_is_told_where_the_table_has_it(
    layout: str, at: tuple[str | int, ...], place: str
) -> None:
    assert place_in(layout, at) == place
