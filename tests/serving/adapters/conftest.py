"""The guarded application at a real address, for clients that others wrote."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from tests.serving.calling import Service
from tests.waiting import until


@pytest.fixture
def address(service: Service) -> Iterator[tuple[str, int]]:
    """Host and port at which the service answers; its web server writes its own log of every call, as loudly as it can."""
    listening = socket.create_server(("127.0.0.1", 0))
    settings = uvicorn.Config(
        service.application, log_config=None, log_level="debug", access_log=True, lifespan="off"
    )
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    until(lambda: server.started)
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def customers(service: Service) -> list[str]:
    """Three customers who are scored, the likeliest to leave first."""
    in_use = service.models_in_use.in_use
    assert in_use is not None
    keys = in_use.snapshot.ranking.customer_keys[:3]
    return [in_use.snapshot.customer_ids[int(key)] for key in keys]
