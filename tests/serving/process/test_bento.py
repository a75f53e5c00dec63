"""A Bento serves the models in use by itself: no customer in it, no network, the same scores."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from features.vocabulary.errors import UsageRefused
from serving.ledger.administration import adopt_first_key
from serving.ledger.ledger import Ledger
from serving.process.bento import needed, stage
from tests.serving.company import Company
from tests.serving.process.test_launch import free_port
from tests.waiting import GENEROUS_SECONDS, until
from training.bundles.admission import current_folder
from training.bundles.reference import unarchive
from training.bundles.sealing import verified
from training.families.churn.bundle import current_bundle


def test_what_is_staged_holds_the_models_and_no_customer(
    valued_company: Company, tmp_path: Path
) -> None:
    digest = stage(valued_company.settings, valued_company.workspace, tmp_path)
    models = tmp_path / "models" / "bundles"
    assert (models / "churn" / digest / "signature.json").exists()
    assert {one.name for one in models.iterdir()} == {"churn", "value", "segments"}
    assert not (tmp_path / "models" / "signing.key").exists()
    held = [one for one in tmp_path.rglob("*") if one.is_file() and b"C0000" in one.read_bytes()]
    assert [one for one in held if "models" in one.parts] == []


def test_a_bento_needs_what_serving_needs_and_nothing_of_training() -> None:
    names = {re.split("[<>=;!~ ]", one)[0] for one in needed()}
    assert {"bentoml", "lightgbm", "cryptography"} <= names
    assert not names & {"mlflow", "pandas", "scikit-learn", "shap", "matplotlib"}


def test_a_first_key_is_taken_once_and_only_where_it_is_long_enough(
    demo_workspace: Company, tmp_path: Path
) -> None:
    from tests.serving.calling import Workplace

    workplace = Workplace(demo_workspace.workspace, tmp_path / "ledger.db")
    file = tmp_path / "key"
    file.write_text("rgl_first_short\n")
    named = {"REGULARS_FIRST_KEY_FILE": str(file)}
    with pytest.raises(UsageRefused, match="43"):
        adopt_first_key(workplace, named, at=1)
    key = "rgl_first_" + secrets.token_hex(32)
    file.write_text(key + "\n")
    adopt_first_key(workplace, named, at=1)
    file.write_text("rgl_second_" + secrets.token_hex(32))
    adopt_first_key(workplace, named, at=1)
    ledger = Ledger(workplace.ledger)
    record = ledger.key_of(key)
    assert record is not None and "score" in record.scopes and "pages" not in record.scopes
    assert len(ledger.list_keys()) == 1
    ledger.close()


@pytest.mark.slow
def test_a_bento_that_was_exported_and_imported_serves_the_golden_rows_without_a_network(
    valued_company: Company, tmp_path: Path
) -> None:
    workspace = valued_company.workspace
    offline = os.environ | {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "BENTOML_DO_NOT_TRACK": "True",
    }

    def run(home: str, *command: str) -> str:
        environment = offline | {"BENTOML_HOME": str(tmp_path / home)}
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    settings = str(valued_company.settings_path)
    said = json.loads(run("made", "regulars", "build", "--settings", settings, "--json"))
    tag, file = said["tag"], str(tmp_path / "regulars.bento")
    run("made", "bentoml", "export", tag, file)
    run("empty", "bentoml", "import", file)
    key = "rgl_first_" + secrets.token_hex(32)
    (tmp_path / "key").write_text(key)
    port = free_port()
    surroundings = offline | {
        "BENTOML_HOME": str(tmp_path / "empty"),
        "REGULARS_STATE": str(tmp_path / "state"),
        "REGULARS_FIRST_KEY_FILE": str(tmp_path / "key"),
    }
    surroundings.pop("REGULARS_SETTINGS", None)
    command = [sys.executable, "-m", "bentoml", "serve", tag, "--port", str(port)]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1"], env=surroundings, cwd=tmp_path, start_new_session=True
    ) as process:
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}",
                headers={"x-api-key": key},
                timeout=GENEROUS_SECONDS,
            ) as client:
                _until_ready(client, process)
                folder = current_folder(workspace)
                assert folder is not None
                golden = unarchive(verified(folder)[1]["golden.npz"])
                bundle = current_bundle(workspace)
                names = bundle.manifest.feature_names
                rows = [
                    {"vector": dict(zip(names, _plain(row), strict=True))}
                    for row in golden["values"]
                ]
                answered = client.post("/v1/score", json={"rows": rows, "reasons": True})
                assert answered.status_code == 200, answered.text
                answer = answered.json()
                judged = bundle.eligible(golden["values"].astype(np.float32))
                for row, expected, is_judged in zip(
                    answer["rows"], golden["probability"], judged, strict=True
                ):
                    if is_judged:
                        assert row["probability"] == pytest.approx(expected, abs=1e-12)
                        assert row["value"]["expected_cents"] >= 0
                assert client.get("/v1/models").json()["models"][0]["name"] == "churn"
                nobody = client.post("/v1/score", json={"customer_id": "C0000001"}).json()
                assert nobody["rows"][0]["status"] == "unknown_id"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(GENEROUS_SECONDS)


def _plain(row: np.ndarray) -> list[float | None]:
    return [None if np.isnan(one) else float(one) for one in row]


def _until_ready(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    def is_ready() -> bool:
        assert process.poll() is None
        try:
            return client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    until(is_ready)
