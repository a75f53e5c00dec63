"""The pages are tested on the same company as the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.pages.browsing import CHROMIUM, served
from tests.serving.calling import Caller, Service
from tests.serving.company import Company
from tests.serving.conftest import (
    arbitrating_company,
    demo_workspace,
    in_use,
    opened_service,
    published,
    recommending_company,
    service,
    snapshot,
    valued,
    valued_company,
    valued_service,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = [
    "arbitrating_company",
    "browser",
    "chromium",
    "demo_workspace",
    "in_use",
    "opened_service",
    "published",
    "recommending_company",
    "running",
    "service",
    "snapshot",
    "valued",
    "valued_company",
    "valued_service",
]


@pytest.fixture
def browser(service: Service) -> Caller:
    return service.browser()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(
    demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, str]]:
    """The guarded application behind a real socket."""
    with served(demo_workspace, tmp_path_factory.mktemp("ledger")) as found:
        yield found
