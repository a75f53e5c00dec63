"""MLflow's own clients are answered as by MLflow's own server, value for value."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
import requests
from mlflow.deployments import PredictionsResponse, get_deploy_client
from mlflow.pyfunc.scoring_server import client as scoring_client
from mlflow.pyfunc.scoring_server import predictions_to_json
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

from serving.adapters.mlflow.routes import PROTOCOL
from serving.in_use.models_in_use import InUse
from tests.serving.adapters.comparing import without_names
from tests.serving.calling import Caller, Service
from tests.serving.contract.test_score_input import behaviour


@pytest.fixture
def session(caller: Caller) -> Iterator[requests.Session]:
    """What MLflow's client calls by, with the key in its header."""
    with requests.Session() as opened:
        opened.headers["Authorization"] = f"Bearer {caller.headers['x-api-key']}"
        yield opened


@pytest.fixture
def client(
    address: tuple[str, int], session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """The client by which MLflow itself asks a scoring server."""
    monkeypatch.setattr(scoring_client, "requests", session)
    return ScoringServerClient(*address)  # type: ignore[no-untyped-call]


def predictions(answer: Any) -> list[dict[str, Any]]:
    return [without_names(one) for one in answer["predictions"]]


def test_mlflows_client_finds_the_server_well_and_of_its_own_protocol(
    client: Any,
) -> None:
    client.wait_server_ready(timeout=5)
    assert client.get_version() == PROTOCOL == mlflow.version.VERSION


def test_mlflows_client_gets_the_scores_of_the_contract_as_a_data_frame(
    client: Any, caller: Caller, customers: list[str]
) -> None:
    frame = pd.DataFrame({"customer_id": [*customers, "nobody"], "row_id": list("abcd")})
    answer = client.invoke(frame)
    assert isinstance(answer, PredictionsResponse)
    found = answer.get_predictions()  # type: ignore[no-untyped-call]
    expected = caller.score(rows=frame.to_dict(orient="records"))["rows"]
    assert list(found["customer_id"]) == [one["customer_id"] for one in expected]
    assert list(found["row_id"]) == list("abcd")
    assert list(found["probability"][:3]) == [one["probability"] for one in expected[:3]]
    assert found["probability"].isna().tolist() == [False, False, False, True]
    assert list(found["status"]) == ["ok", "ok", "ok", "unknown_id"]


def test_an_answer_is_what_mlflows_server_writes_of_the_same_predictions(
    caller: Caller, customers: list[str]
) -> None:
    answer = caller.post("/invocations", json={"instances": customers})
    frame = pd.DataFrame(answer.json()["predictions"], dtype=object)
    written = io.StringIO()
    predictions_to_json(frame, written)  # type: ignore[no-untyped-call]
    assert json.loads(written.getvalue()) == answer.json()
    assert answer.headers["content-type"] == "application/json"


def test_every_layout_and_behaviour_itself_is_answered_alike(
    client: Any, caller: Caller, customers: list[str]
) -> None:
    asked: list[Any] = [
        pd.DataFrame({"customer_id": customers}),
        np.array([[one] for one in customers]),
        [{"customer_id": one} for one in customers],
        {"dataframe_records": [{"customer_id": one} for one in customers]},
        {"instances": customers},
        {"inputs": {"customer_id": customers}},
    ]
    answers = [
        predictions(
            caller.post("/invocations", json=one).json()
            if isinstance(one, dict)
            else client.invoke(one)
        )
        for one in asked
    ]
    assert all(one == answers[0] for one in answers)


def test_behaviour_is_judged_by_name_and_nan_is_unknown(
    client: Any, caller: Caller, in_use: InUse, customers: list[str]
) -> None:
    own = behaviour(in_use, customers[0])
    features = list(own)
    whole = [np.nan if one is None else one for one in own.values()]
    known = [whole, [2.0, *[np.nan] * (len(features) - 1)], [np.nan] * len(features)]
    found = client.invoke(pd.DataFrame(known, columns=features)).get_predictions()
    vectors = [
        {name: None if np.isnan(one) else one for name, one in zip(features, row, strict=True)}
        for row in known
    ]
    expected = caller.score(rows=[{"vector": one} for one in vectors])["rows"]
    assert list(found["status"]) == [one["status"] for one in expected]
    assert expected[0]["status"] == "ok" and "probability" not in expected[2]
    told = [None if np.isnan(one) else one for one in found["probability"]]
    assert told == [one.get("probability") for one in expected]


def test_parameters_are_the_further_words_of_a_question(client: Any, customers: list[str]) -> None:
    params = {"reasons": False, "campaign": "spring"}
    (row,) = client.invoke([customers[0]], params=params)["predictions"]
    assert row["reason_1"] is None and isinstance(row["hold_out"], bool)
    (row,) = client.invoke([customers[0]], params={"language": "de"})["predictions"]
    assert row["reason_1"]


@pytest.fixture
def databricks(address: tuple[str, int], caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of Databricks endpoints, which knows a host and a token."""
    monkeypatch.setenv("DATABRICKS_HOST", "http://{}:{}".format(*address))
    monkeypatch.setenv("DATABRICKS_TOKEN", caller.headers["x-api-key"])
    return get_deploy_client("databricks")  # type: ignore[no-untyped-call]


def test_a_client_of_databricks_asks_an_endpoint_by_the_name_of_the_model(
    databricks: Any, caller: Caller, customers: list[str]
) -> None:
    name = caller.get("/v1/version").json()["model"]["name"]
    asked = {"dataframe_split": {"columns": ["customer_id"], "data": [[one] for one in customers]}}
    answer = databricks.predict(endpoint=name, inputs=asked)
    plain = caller.post("/invocations", json=asked).json()
    assert predictions(answer) == predictions(plain)


def test_a_client_of_databricks_raises_what_is_refused(databricks: Any) -> None:
    with pytest.raises(requests.HTTPError, match="called as the model is") as raised:
        databricks.predict(endpoint="weather", inputs={"instances": ["1"]})
    assert "RESOURCE_DOES_NOT_EXIST" in str(raised.value)


def test_mlflows_client_is_told_which_cell_is_wrong(client: Any) -> None:
    frame = pd.DataFrame({"customer_id": ["1", "2"], "days_since_order": [1.5, "many"]})
    with pytest.raises(Exception, match="/dataframe_split/data/1/days_since_order") as raised:
        client.invoke(frame)
    assert "error code 400" in str(raised.value) and "INVALID_PARAMETER_VALUE" in str(raised.value)


def test_who_sends_no_key_is_refused_in_mlflows_words(address: tuple[str, int]) -> None:
    answer = requests.post(
        "http://{}:{}/invocations".format(*address), json={"instances": ["1"]}, timeout=30
    )
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHENTICATED")


def test_what_mlflow_leaves_alone_is_left_alone(caller: Caller, customers: list[str]) -> None:
    asked = {"instances": customers[:1], "client_request_id": "17", "databricks_options": {}}
    assert caller.post("/invocations", json=asked).status_code == 200


def test_whoever_was_named_is_in_the_record_of_who_asked(
    service: Service, caller: Caller, customers: list[str]
) -> None:
    ledger = service.models_in_use.ledger
    caller.post("/invocations", content=b'{"inputs": {"customer_id": ["%s"], "x": [NaN]}}' % customers[0].encode(),
                headers={"content-type": "application/json"})  # fmt: skip
    caller.post("/v1/score", json={"customer_id": customers[0]})
    by_mlflow, by_contract = sorted(ledger.audit.rows(most=2), key=lambda one: one.route)
    assert by_mlflow.about == by_contract.about and by_mlflow.about
    assert by_mlflow.route == "/invocations"


def test_a_workspace_without_a_model_is_not_well(service: Service) -> None:
    without = service.guarded(service.web)
    service.web.state.models_in_use = None
    try:
        answer = Caller(without, {}).get("/ping")
    finally:
        service.web.state.models_in_use = service.models_in_use
    assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert Caller(service.application, {}).get("/health").content == b"\n"
