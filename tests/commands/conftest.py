"""A night is held on a company of the service's own tests, which has scores and recommends."""

from __future__ import annotations

from tests.serving.conftest import recommending_company

__all__ = ["recommending_company"]
