"""The shipped container and compose files are the hardened ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "compose.yaml").read_text())[
    "services"
]
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
CONTAINER = (PROJECT / "Containerfile").read_text()
EVERY = sorted(SERVICES)


@pytest.mark.parametrize("name", EVERY)
def test_every_container_runs_without_rights_on_a_read_only_file_system(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    user = str(service["user"]).split(":")[0]
    assert user.isdecimal() and int(user) > 0
    assert service.get("privileged") is None and service.get("network_mode") is None
    assert service.get("pid") is None and service.get("ipc") is None
    assert not any("docker.sock" in one for one in service.get("volumes", []))
    # What is mounted is a volume of its own, never a folder of the machine.
    assert all(not one.startswith(("/", ".", "~")) for one in service.get("volumes", []))


@pytest.mark.parametrize("name", EVERY)
def test_every_container_has_limits_and_writes_bounded_logs(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"] <= 1_024
    assert service["logging"]["options"]["max-size"]
    assert all("size=" in one for one in service["tmpfs"])
    assert service["restart"] == "unless-stopped"


def test_only_the_service_is_published_and_to_this_machine_alone() -> None:
    assert SERVICES["regulars"]["ports"] == ["127.0.0.1:3000:3000"]
    for name in ("mlflow", "postgres"):
        assert "ports" not in SERVICES[name] and SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_mlflow_runs_neither_jobs_nor_pickles_and_checks_who_asks() -> None:
    service = SERVICES["mlflow"]
    said = service["environment"]
    assert said["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert said["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert said["MLFLOW_DISABLE_TELEMETRY"] == "true"
    command = " ".join(service["command"])
    assert "--allowed-hosts mlflow:5000" in command and "--artifacts-destination" in command
    assert "postgresql://" in command and "--workers 1" in command


def test_the_service_may_open_as_many_files_as_it_uses() -> None:
    assert SERVICES["regulars"]["ulimits"]["nofile"] == {"soft": 65_536, "hard": 65_536}


def test_a_dead_registry_cannot_hold_the_service_up() -> None:
    said = SERVICES["regulars"]["environment"]
    assert said["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"
    assert int(said["MLFLOW_HTTP_REQUEST_TIMEOUT"]) <= 3
    assert "mlflow" not in SERVICES["regulars"].get("depends_on", {})


def test_secrets_come_as_files_and_stand_in_no_environment() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("PASSWORD", "KEY", "SECRET", "TOKEN")):
                assert name.endswith("_FILE") and str(value).startswith("/run/secrets/")
    assert set(COMPOSE["secrets"]) == {"first_key", "postgres_password"}
    assert all(str(one["file"]).startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert "secrets/" in (PROJECT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", ["mlflow", "postgres"])
def test_every_container_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_image_runs_as_a_user_with_files_of_its_own_and_tells_nobody() -> None:
    lines = [one.strip() for one in CONTAINER.splitlines()]
    assert "USER 10001" in lines and lines.index("USER 10001") > lines.index(
        "COPY --from=build /venv /venv"
    )
    assert any("umask 077" in one for one in lines)
    assert any(one.startswith("HEALTHCHECK") for one in lines)
    for said in (
        "BENTOML_DO_NOT_TRACK=True",
        "MLFLOW_DISABLE_TELEMETRY=true",
        "OTEL_SDK_DISABLED=true",
        "NUMBA_CACHE_DIR=/numba",
        "cd / && /venv/bin/python -m training.machine_code",
        "--require-hashes",
    ):
        assert said in CONTAINER
    assert "ADD " not in CONTAINER and "curl" not in CONTAINER and "secrets" not in CONTAINER


def test_the_image_holds_what_is_named_and_nothing_else_of_the_folder() -> None:
    copied = [
        one for one in CONTAINER.splitlines() if one.startswith("COPY ") and "--from" not in one
    ]
    assert copied and not any(one.split()[1] in (".", "./") for one in copied)
