"""The pages are tested on the same company as the service."""

from __future__ import annotations

from tests.serving.conftest import (
    demo_workspace,
    opened_service,
    published,
    recommending_company,
    service,
    snapshot,
    valued,
    valued_company,
    valued_service,
)

__all__ = [
    "demo_workspace",
    "opened_service",
    "published",
    "recommending_company",
    "service",
    "snapshot",
    "valued",
    "valued_company",
    "valued_service",
]
