"""The service of the companies of all tests, for an assistant to read."""

from tests.serving.conftest import (
    address,
    customers,
    demo_workspace,
    opened_service,
    service,
    valued_company,
    valued_service,
)

__all__ = [
    "address",
    "customers",
    "demo_workspace",
    "opened_service",
    "service",
    "valued_company",
    "valued_service",
]
