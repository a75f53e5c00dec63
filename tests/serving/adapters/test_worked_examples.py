"""What the pages for callers show is what they get, and the code on them runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from serving.access.problems import KINDS, Problem
from serving.adapters.adapters import ADAPTERS
from tests.serving.adapters.worked_examples import (
    FOLDER,
    PAGES,
    WorkedExample,
    answered,
    examples,
)
from tests.serving.calling import Caller, Service

EXAMPLES = [(page, one) for page in PAGES for one in examples(page)]
AGAIN = "run `python -m tests.serving.adapters.worked_examples`"


def alike(left: Any, right: Any) -> bool:
    """Whether two answers say the same, figures but for the last digits another machine may round otherwise."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(left[one], right[one]) for one in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    return bool(left == (pytest.approx(right) if isinstance(right, float) else right))


@pytest.mark.parametrize(
    ("page", "example"),
    EXAMPLES,
    ids=[f"{page.stem} {at}" for at, (page, _) in enumerate(EXAMPLES)],
)
def test_the_service_answers_what_the_page_shows(
    valued_service: Service, page: Path, example: WorkedExample
) -> None:
    status, shown = answered(valued_service, example)
    assert status == example.status
    assert alike(json.loads(shown), json.loads(example.answer)), f"{AGAIN}: {shown}"


def test_every_route_for_callers_has_an_example_of_an_answer_and_one_of_a_refusal() -> None:
    posts = [one.path for some in ADAPTERS for one in some.declared if "POST" in one.methods]
    for path in set(posts) - {"/serving-endpoints/"}:
        assert any(one.status == 200 for _, one in EXAMPLES if one.path.startswith(path)), path
    assert {page.stem for page, one in EXAMPLES if one.status >= 400} == {one.stem for one in PAGES}


def python_of(page: str) -> str:
    (code,) = re.findall(r"(?ms)^```python\n(.*?)^```", (FOLDER / page).read_text(encoding="utf-8"))
    return str(code)


def test_the_code_for_databricks_runs(
    address: tuple[str, int], caller: Caller, monkeypatch: pytest.MonkeyPatch, customers: list[str]
) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", "http://{}:{}".format(*address))
    monkeypatch.setenv("DATABRICKS_TOKEN", caller.headers["x-api-key"])
    namespace: dict[str, Any] = {}
    exec(python_of("mlflow.md").replace("C0000483", customers[0]), namespace)
    assert namespace["statuses"] == ["ok", "unknown_id"]


def test_the_custom_code_action_of_hubspot_runs(
    address: tuple[str, int], caller: Caller, monkeypatch: pytest.MonkeyPatch, customers: list[str]
) -> None:
    monkeypatch.setenv("REGULARS_URL", "http://{}:{}".format(*address))
    monkeypatch.setenv("REGULARS_KEY", caller.headers["x-api-key"])
    namespace: dict[str, Any] = {}
    exec(python_of("hubspot.md"), namespace)
    event = {"object": {"objectId": 1}, "inputFields": {"customer_number": customers[0]}}
    answer = namespace["main"](event)
    assert answer["outputFields"]["status"] == "ok"
    refused = namespace["main"]({"inputFields": {}})
    assert refused["outputFields"]["hs_execution_state"] == "FAIL_CONTINUE"


ROWS = {
    "invalid_json": "body is no JSON", "unauthorized": "no key", "forbidden": "another scope",
    "invalid_request": "a field is wrong", "too_many_requests": "too many at once",
    "not_ready": "not ready, not recorded", "timeout": "took too long",
}  # fmt: skip


@pytest.mark.parametrize("code", ROWS)
def test_the_table_of_refusals_says_what_each_caller_is_told(code: str) -> None:
    lines = (FOLDER.parent / "callers.md").read_text(encoding="utf-8").splitlines()
    (line,) = [one for one in lines if one.startswith(f"| {ROWS[code]} ({KINDS[code].status}) |")]
    mlflow, webhook, _, dataverse, salesforce = (some.declared[0].terms for some in ADAPTERS)
    told = []
    for terms in (mlflow, webhook, dataverse, salesforce):
        assert terms is not None
        status, content = terms.refusal(Problem(KINDS[code], "c1").as_answer())
        said = content[0] if isinstance(content, list) else content
        assert isinstance(said, dict)
        word = said.get("error_code") or said.get("errorCode")
        told.append(f"{status} `{word}`" if word else str(status))
    assert [one.strip() for one in line.strip("|").split("|")][1:] == told
