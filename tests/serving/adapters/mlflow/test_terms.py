"""Refusals in MLflow's words, and how large a question looks before it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mlflow.exceptions import ERROR_CODE_TO_HTTP_STATUS, RestException
from mlflow.protos.databricks_pb2 import ErrorCode

from serving.access.problems import KINDS, Problem
from serving.adapters.mlflow.terms import MLFLOW

KNOWN_TO_MLFLOW = set(ERROR_CODE_TO_HTTP_STATUS.values())


@pytest.mark.parametrize("code", KINDS)
def test_every_refusal_is_one_that_mlflow_knows_by_the_same_status(code: str) -> None:
    kind = KINDS[code]
    status, content = MLFLOW.refusal(Problem(kind, "c1").as_answer())
    assert isinstance(content, dict) and ErrorCode.Value(content["error_code"])
    raised = RestException(content)  # type: ignore[no-untyped-call]
    assert raised.error_code == content["error_code"] and kind.detail in str(raised)
    if status in KNOWN_TO_MLFLOW:
        assert ERROR_CODE_TO_HTTP_STATUS[content["error_code"]] == status
    assert status == (400 if kind.status == 422 else kind.status)


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ({"dataframe_split": {"columns": ["customer_id"], "data": [["a"]] * 200}}, 200),
        ({"dataframe_split": {"columns": ["a", "b"], "data": [[1, 2]]}}, 1),
        ({"dataframe_records": [{"customer_id": "a"}] * 3}, 3),
        ({"instances": ["a"] * 150}, 150),
        ({"inputs": {"customer_id": ["a"] * 40}}, 40),
        ({"instances": ["a"] * 5_000}, 1_000),
        ({}, 1),
    ],
)
def test_rows_are_seen_before_anybody_reads_them(body: dict[str, Any], rows: int) -> None:
    found = MLFLOW.rows(json.dumps(body).encode())
    assert rows <= found <= rows + 1
