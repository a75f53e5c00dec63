"""The servers that are compared: how each is started, and how each is asked the same question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from experiments.bench.service.ground import BenchCompany
from experiments.bench.service.load import LoadCall
from experiments.bench.service.servers import SERVER_CORE, Server, served
from serving.ledger.administration import create_key
from serving.process.launch import environment

_ROOT = Path(__file__).resolve().parents[3]
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "BENTOML_DO_NOT_TRACK": "True"}
_NOTHING = LoadCall.of("/nothing", {"customer_id": "1"})


def bento(service: str, port: int) -> list[str]:
    """The command that starts a BentoML service of this project."""
    command = [sys.executable, "-m", "bentoml", "serve", service, "--port", str(port)]
    return [*command, "--host", "127.0.0.1", "--working-dir", str(_ROOT), "--quiet"]


@contextmanager
def ours(
    ground: BenchCompany,
    port: int = 3101,
    workers: int = 1,
    cores: Collection[int] = (SERVER_CORE,),
) -> Iterator[tuple[Server, str]]:
    """Our service with a key for it."""
    key = create_key(ground.workspace, "bench", ["score", "events"], at=1)
    surroundings = environment(ground.settings_path, workers)
    command = bento("serving.service:Regulars", port)
    with served(
        "ours",
        command,
        port,
        LoadCall.of("/readyz"),
        environment=surroundings,
        folder=ground.folder,
        cores=cores,
    ) as server:
        yield server, key


@contextmanager
def bare_bentoml(
    ground: BenchCompany, port: int = 3102, *, is_direct: bool = False
) -> Iterator[Server]:
    """BentoML under our settings, doing nothing; mounted as it comes, or reached directly as ours is."""
    surroundings = dict(environment(ground.settings_path))
    if is_direct:
        surroundings["REGULARS_BENCH_DIRECT"] = "yes"
    command = bento("experiments.bench.service.bare_bentoml:Bare", port)
    with served(
        "bare BentoML", command, port, _NOTHING, environment=surroundings, folder=ground.folder
    ) as server:
        yield server


@contextmanager
def plain_fastapi(port: int = 3103) -> Iterator[Server]:
    """FastAPI under uvicorn, doing nothing."""
    command = [sys.executable, "-m", "uvicorn", "experiments.bench.service.plain_fastapi:web"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    with served("plain FastAPI", command, port, _NOTHING, folder=_ROOT) as server:
        yield server


@contextmanager
def naive_bentoml(ground: BenchCompany, folder: Path, port: int = 3104) -> Iterator[Server]:
    """The service one writes first."""
    (folder / "model.txt").write_text(ground.model_text)
    (folder / "names.json").write_text(json.dumps(list(ground.feature_names)))
    (folder / "customers.json").write_text(json.dumps(ground.customers))
    np.save(folder / "rows.npy", ground.rows)
    surroundings = _ONE_THREAD | {"REGULARS_BENCH": str(folder)}
    command = bento("experiments.bench.service.naive_bentoml:Naive", port)
    with served(
        "naive BentoML",
        command,
        port,
        LoadCall.of("/readyz"),
        environment=surroundings,
        folder=folder,
    ) as server:
        yield server


@contextmanager
def mlflow_serve(ground: BenchCompany, folder: Path, port: int = 3105) -> Iterator[Server]:
    """``mlflow models serve`` as MLflow's documentation starts it."""
    place = folder / "mlflow-model"
    save = (
        "import sys, lightgbm, mlflow.lightgbm as flavour\n"
        "booster = lightgbm.Booster(model_str=open(sys.argv[1]).read())\n"
        "flavour.save_model(booster, sys.argv[2], pip_requirements=['lightgbm'])\n"
    )
    (folder / "served.txt").write_text(ground.model_text)
    quiet = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run(
        [sys.executable, "-c", save, str(folder / "served.txt"), str(place)], check=True, env=quiet
    )
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(place)]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port)]
    # MLflow starts uvicorn by its name.
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    surroundings = _ONE_THREAD | {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path}
    with served(
        "mlflow", command, port, LoadCall.of("/ping"), environment=surroundings, folder=folder
    ) as server:
        yield server


@contextmanager
def mlserver(
    ground: BenchCompany, folder: Path, python: Path, port: int = 3106
) -> Iterator[Server]:
    """MLServer with its LightGBM runtime, in an environment of its own."""
    place = folder / "mlserver"
    place.mkdir(exist_ok=True)
    (place / "model.bst").write_text(ground.model_text)
    (place / "settings.json").write_text(
        json.dumps(
            {
                "http_port": port,
                "grpc_port": port + 100,
                "metrics_port": port + 200,
                "host": "127.0.0.1",
                "parallel_workers": 0,
            }
        )
    )
    (place / "model-settings.json").write_text(
        json.dumps(
            {
                "name": "churn",
                "implementation": "mlserver_lightgbm.LightGBMModel",
                "parameters": {"uri": "./model.bst", "version": "v1"},
            }
        )
    )
    command = [str(python.parent / "mlserver"), "start", str(place)]
    ready = LoadCall.of("/v2/models/churn/ready")
    surroundings = _ONE_THREAD | {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    with served("MLServer", command, port, ready, environment=surroundings, folder=place) as server:
        yield server


def mlserver_environment(folder: Path) -> Path:
    """The Python of an environment with MLServer, made once; kept apart from ours, for it pins otherwise."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(
            ["uv", "venv", "--quiet", "--python", sys.executable, str(folder)], check=True
        )
        wanted = ["mlserver", "mlserver-lightgbm", "lightgbm>=4.7,<5"]
        subprocess.run(
            ["uv", "pip", "install", "--quiet", "--python", str(python), *wanted], check=True
        )
    return python


def by_id(key: str, customers: list[str], *, reasons: bool = True) -> list[LoadCall]:
    """Our question by customer id, one call a customer."""
    return [
        LoadCall.of("/v1/score", {"customer_id": one, "reasons": reasons}, x_api_key=key)
        for one in customers
    ]


def by_features(ground: BenchCompany, key: str, rows: int) -> list[LoadCall]:
    """Our question by features, without reasons."""
    calls = []
    for row in ground.rows[:rows]:
        vector: Mapping[str, float | None] = dict(
            zip(ground.feature_names, _plain(row), strict=True)
        )
        question = {"rows": [{"vector": vector}], "reasons": False}
        calls.append(LoadCall.of("/v1/score", question, x_api_key=key))
    return calls


def mlflow_calls(ground: BenchCompany, rows: int) -> list[LoadCall]:
    """The same question to MLflow."""
    return [LoadCall.of("/invocations", {"inputs": [_plain(row)]}) for row in ground.rows[:rows]]


def mlserver_calls(ground: BenchCompany, rows: int) -> list[LoadCall]:
    """The same question to MLServer; its numbers cannot be null, so unknown ones are sent as zero."""
    return [
        LoadCall.of(
            "/v2/models/churn/infer",
            {
                "inputs": [
                    {
                        "name": "x",
                        "shape": [1, len(row)],
                        "datatype": "FP64",
                        "data": np.nan_to_num(row).tolist(),
                    }
                ]
            },
        )
        for row in ground.rows[:rows]
    ]


def _plain(row: np.ndarray) -> list[float | None]:
    return [None if np.isnan(one) else float(one) for one in row]
