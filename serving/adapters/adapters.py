"""Every kind of caller that is answered in its own terms."""

from __future__ import annotations

from serving.adapters import dataverse, hubspot, salesforce
from serving.adapters.mlflow import routes as mlflow
from serving.contract.routes import Routes

ADAPTERS: tuple[Routes, ...] = (
    mlflow.routes,
    hubspot.webhook,
    hubspot.action,
    dataverse.routes,
    salesforce.routes,
)
