"""A probe is told which model answers, and which one was promoted and does not."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.company.workspace import CURRENT, point_at
from serving.access.asgi import Message, Receive, Scope, Send
from serving.contract.readiness import telling
from serving.in_use.models_in_use import ModelsInUse
from tests.serving.calling import Service
from tests.serving.company import Company
from tests.serving.conftest import found_in


@pytest.fixture
def company(demo_workspace: Company, tmp_path: Path) -> Company:
    shutil.copytree(demo_workspace.settings_path.parent, tmp_path / "company")
    return found_in(tmp_path / "company")


@pytest.fixture
def service(company: Company, tmp_path: Path) -> Iterator[Service]:
    opened = Service(company, tmp_path)
    yield opened
    opened.close()


async def says_yes(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is always ready."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": b""})


def probed(models_in_use: ModelsInUse | None, path: str = "/readyz") -> dict[str, str]:
    """The headers of an answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("a probe has no body")

    answering = telling(says_yes, lambda: models_in_use)

    async def probe() -> None:
        await answering({"type": "http", "path": path}, receive, send)

    asyncio.run(probe())
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_what_is_promoted_and_not_served_is_told_by_the_probe_and_by_the_version(
    company: Company, service: Service
) -> None:
    place = company.workspace.bundles / "churn"
    good = (place / CURRENT).read_text(encoding="utf-8").strip()
    assert probed(service.models_in_use) == {"a": "b", "x-regulars-model": f"1 {good[:12]}"}
    caller = service.caller("score")
    assert caller.get("/v1/version").json()["promoted"] is None

    broken = "0" * 64
    shutil.copytree(place / good, place / broken)
    point_at(place / CURRENT, broken)
    service.models_in_use.refresh()
    assert probed(service.models_in_use) == {
        "a": "b",
        "x-regulars-model": f"1 {good[:12]}",
        "x-regulars-promoted": f"? {broken[:12]}",
    }
    told = caller.get("/v1/version").json()
    assert told["ready"] is True and told["model"]["digest"] == good
    assert told["promoted"] == {"version": "", "title": "", "digest": broken}
    assert told["fault"]["fault"] == "BundleRefused"

    point_at(place / CURRENT, good)
    service.models_in_use.refresh()
    assert probed(service.models_in_use) == {"a": "b", "x-regulars-model": f"1 {good[:12]}"}
    assert caller.get("/v1/version").json()["promoted"] is None


def test_nothing_is_added_to_other_answers_nor_before_there_is_anything_to_tell(
    service: Service,
) -> None:
    assert probed(None) == {"a": "b"}
    assert probed(service.models_in_use, "/livez") == {"a": "b"}
