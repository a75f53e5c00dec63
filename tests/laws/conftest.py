"""Laws about people and about what is shown are held on the companies of the service's own tests."""

from __future__ import annotations

from tests.serving.conftest import (
    demo_workspace,
    drugstore,
    offering_company,
    recommending_company,
    valued_company,
)

__all__ = [
    "demo_workspace",
    "drugstore",
    "offering_company",
    "recommending_company",
    "valued_company",
]
