"""As many files may be open as the system allows, and where these are too few nobody is served."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import textwrap

import httpx
import pytest

from serving.ledger.administration import create_key
from serving.process.open_files import most_connections, raise_open_files
from tests.serving.company import Company
from tests.serving.process.test_descendants import SERVE
from tests.serving.process.test_launch import PROJECT, free_port
from tests.waiting import GENEROUS_SECONDS


def said(soft: int, hard: int) -> str:
    """What a process with these limits says of its limit and of its connections, or how it is refused."""
    script = """
        import resource, sys
        from features.vocabulary.errors import UsageRefused
        from serving.process.open_files import most_connections, raise_open_files
        resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
        try:
            raise_open_files()
            print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], most_connections())
        except UsageRefused as refused:
            print(refused.found, refused.remedy)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(soft), str(hard)]
    return subprocess.check_output(command, text=True, cwd=PROJECT).strip()


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [(256, 1_024, "1024 624"), (1_024, 4_096, "4096 3696"), (4_000, 4_096, "4096 3696")],
)
def test_the_limit_is_raised_to_what_is_allowed_and_most_of_it_is_for_connections(
    soft: int, hard: int, expected: str
) -> None:
    assert said(soft, hard) == expected


@pytest.mark.parametrize("allowed", [65_536, 10_400, resource.RLIM_INFINITY])
def test_no_more_connections_are_held_than_anybody_needs(
    allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (allowed, allowed))
    assert most_connections() == 10_000


def test_too_few_are_refused_with_what_to_do() -> None:
    refused = said(256, 1_023)
    assert refused.startswith("1,023") and "LimitNOFILE" in refused


@pytest.mark.slow
def test_1100_connections_that_drip_keep_no_good_call_from_a_service_with_1024_files(
    demo_workspace: Company,
) -> None:
    port = free_port()
    script = f"""
        import resource, sys
        resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, 1_024))
        {textwrap.indent(textwrap.dedent(SERVE), " " * 8).strip()}
    """
    key = create_key(demo_workspace.workspace, "drip", ["score"], at=1)
    command = [sys.executable, "-c", textwrap.dedent(script)]
    command += [str(demo_workspace.settings_path), str(port)]
    # Both ends of the drips are open on this machine, ours among the files of this process.
    raise_open_files()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        drips: list[socket.socket] = []
        try:
            assert process.stdout.readline() == "ready\n"
            for place in range(1_100):
                drips.append(socket.create_connection(("127.0.0.1", port)))
                drips[-1].sendall(b"GET /v1/version HTTP/1.1\r\nx-drip: "[: place % 37])
            statuses = [
                httpx.get(
                    f"http://127.0.0.1:{port}/v1/version",
                    headers={"x-api-key": key},
                    timeout=GENEROUS_SECONDS,
                ).status_code
                for _ in range(100)
            ]
        finally:
            for one in drips:
                one.close()
            process.terminate()
            process.wait(GENEROUS_SECONDS)
    assert statuses == [200] * 100
