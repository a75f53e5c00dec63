"""The laws about what is shown stand before the companies the tests of the service stand before."""

from __future__ import annotations

from tests.serving.conftest import demo_workspace, valued_company

__all__ = ["demo_workspace", "valued_company"]
