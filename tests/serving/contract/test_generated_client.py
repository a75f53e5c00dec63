"""A client that openapi-python-client makes of the document compiles, and gets and gives what the contract says."""

from __future__ import annotations

import asyncio
import compileall
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from tests.serving.calling import ADDRESS, Service
from tests.serving.contract.stored_document import current

NAME = "generated_regulars_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a package that was made of the document and can be imported."""
    folder = tmp_path_factory.mktemp("generated")
    file, package = folder / "openapi.json", folder / NAME
    file.write_text(json.dumps(current()), encoding="utf-8")
    plain = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        file,
        "utf-8",
        overwrite=False,
        output_path=package,
    )
    assert [(one.header, one.detail) for one in generate(config=plain)] == []
    sys.path.insert(0, str(folder))
    yield package
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


def part(path: str) -> Any:
    return importlib.import_module(f"{NAME}.{path}")


def called(service: Service, operation: str, **asked: Any) -> Any:
    """What an operation of the client answers, over the guarded application."""

    async def call() -> Any:
        key = service.caller("score").headers["x-api-key"]
        transport = httpx.ASGITransport(app=service.application)
        client = part("client").AuthenticatedClient(
            ADDRESS, token=key, httpx_args={"transport": transport}
        )
        async with client:
            return await part(f"api.{operation}").asyncio_detailed(client=client, **asked)

    return asyncio.run(call())


def test_the_client_is_made_without_a_warning_and_compiles(generated: Path) -> None:
    assert compileall.compile_dir(generated, quiet=1, legacy=True)
    names = {path.stem for path in (generated / "api").rglob("*.py")} - {"__init__"}
    operations = [one for path in current()["paths"].values() for one in path.values()]
    assert names == {one["operationId"] for one in operations}


def test_the_client_scores_and_reads_what_is_told_to_others(
    generated: Path, service: Service
) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    customer_id = in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    models = part("models")
    rows = [models.ScoreRow(customer_id=customer_id), models.ScoreRow(customer_id="nobody")]
    answer = called(service, "scores.score", body=models.ScoreRequest(rows=rows))
    expected = service.caller("score").score(rows=[one.to_dict() for one in rows])
    assert answer.status_code == 200 and answer.headers["x-correlation-id"]
    told = answer.parsed.to_dict()
    for one in (*told["rows"], *expected["rows"]):
        one.pop("decision_id", None)
    assert told == expected
    assert [one["status"] for one in told["rows"]] == ["ok", "unknown_id"]


def test_the_client_reads_a_refusal_as_a_problem(generated: Path, service: Service) -> None:
    models = part("models")
    answer = called(
        service, "scores.score", body=models.ScoreRequest(customer_id="1", model_version="none")
    )
    assert answer.status_code == 409
    assert answer.parsed.code == "other_model" and answer.headers["retry-after"] == "1"
