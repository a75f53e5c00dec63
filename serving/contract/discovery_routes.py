"""What a caller can ask of the service itself: which models answer, what they read, what is running."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response

from features.vocabulary.tables import CUSTOMER_ID, KNOWN_AT
from serving.contract.answering import (
    PROBLEMS,
    VERSION,
    identity,
    instant,
    json_answer,
    models_in_use_of,
    required,
)
from serving.contract.discovery_messages import (
    ModelsAnswer,
    OffersAnswer,
    SchemaAnswer,
    VersionAnswer,
)
from serving.contract.event_messages import EVENT_TYPES
from serving.contract.quick_route import QuickRoute
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.scores.fresh_events import pack_name, wire_name
from training.bundles.manifest import Manifest
from training.families.kinds import KINDS

router = APIRouter(prefix="/v1", route_class=QuickRoute)


@router.get("/models", responses={200: {"model": ModelsAnswer}, **PROBLEMS})
def models(request: Request) -> Response:
    """The models in use and how well they did on customers they had not seen."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    entries = [
        identity(one)
        | {
            "family": one.learner,
            "horizon_days": one.horizon_days,
            "gap_days": one.gap_days,
            "question": one.task.said,
            "base_rate": one.base_rate,
            "population": one.population,
            "metrics": one.metrics,
        }
        for one in _in_use_all(models_in_use, in_use)
    ]
    trained = {one["name"] for one in entries}
    return json_answer(
        {"models": entries, "not_trained": [name for name in KINDS if name not in trained]}
    )


@router.get("/schema", responses={200: {"model": SchemaAnswer}, **PROBLEMS})
def schema(request: Request) -> Response:
    """What a vector is made of, feature by feature, and which events can be told."""
    in_use = required(models_in_use_of(request))
    manifest = in_use.scorer.bundle.manifest
    return json_answer(
        {
            "model": identity(manifest),
            "features": list(_features(in_use)),
            "groups": [dict(one) for one in manifest.groups],
            "events": list(_events(in_use)),
        }
    )


@router.get("/offers", responses={200: {"model": OffersAnswer}, **PROBLEMS})
def offers(request: Request) -> Response:
    """The offers that can be made, as the company's table lists them."""
    snapshot = required(models_in_use_of(request)).snapshot
    return json_answer({"as_of": instant(snapshot.cutoff_seconds), "offers": list(snapshot.offers)})


@router.get("/version", responses={200: {"model": VersionAnswer}, **PROBLEMS})
def version(request: Request) -> Response:
    """What is running, whether it can answer and, when it cannot, why not."""
    models_in_use = models_in_use_of(request)
    in_use = models_in_use.in_use
    return json_answer(
        {
            "service": VERSION,
            "ready": in_use is not None,
            "model": identity(in_use.scorer.bundle.manifest) if in_use else None,
            "snapshot": in_use.snapshot.name if in_use else None,
            "vector_as_of": instant(in_use.snapshot.cutoff_seconds) if in_use else None,
            "fault": models_in_use.fault,
        }
    )


def _in_use_all(models_in_use: ModelsInUse, in_use: InUse) -> list[Manifest]:
    """The models behind the scores, the one that recommends and the one of offers."""
    recommending, offering = models_in_use.recommending, models_in_use.offering
    return [
        *in_use.manifests,
        *([] if recommending is None else [recommending.manifest]),
        *([] if offering is None else [offering.bundle.manifest]),
    ]


def _features(in_use: InUse) -> Iterator[dict[str, Any]]:
    columns, wording = in_use.scorer.bundle.model.columns, in_use.scorer.wording
    bounds = dict(zip(columns.names, zip(columns.low, columns.high, strict=True), strict=True))
    for one in wording.features:
        low, high = bounds.get(one.name, (math.nan, math.nan))
        yield {
            "name": one.name,
            "meaning": one.meaning,
            "unit": one.unit,
            "group": one.group,
            "actionable": one.actionable,
            "missing": one.missing,
            "read": one.name in bounds,
            "low": None if math.isnan(low) else float(low),
            "high": None if math.isnan(high) else float(high),
        }


def _events(in_use: InUse) -> Iterator[dict[str, Any]]:
    streams = {} if in_use.past is None else in_use.past.pack.streams
    for name, (table, _) in EVENT_TYPES.items():
        stored = set(streams[name].columns) if name in streams else set[str]()
        always = {table.event_time, KNOWN_AT} if name in streams else set[str | None]()
        yield {
            "name": name,
            "meaning": table.meaning,
            "columns": [
                {
                    "name": wire_name(one),
                    "kind": one.kind.value,
                    "meaning": one.meaning,
                    "required": one.required,
                    "stored": one.name in always or pack_name(one) in stored,
                }
                for one in table.columns
                if one.name != CUSTOMER_ID
            ],
        }
