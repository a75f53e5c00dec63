"""What a caller can ask of the service itself: which models answer, what they read, what is running."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import cast, get_args

from fastapi import Request

from features.vocabulary.tables import CUSTOMER_ID, KNOWN_AT
from serving.contract.answering import (
    VERSION,
    identity,
    instant,
    models_in_use_of,
    required,
)
from serving.contract.discovery_messages import (
    EventColumnAnswer,
    EventTableAnswer,
    FeatureAnswer,
    GroupAnswer,
    ModelAnswer,
    ModelsAnswer,
    OfferAnswer,
    OffersAnswer,
    PromotedAnswer,
    SchemaAnswer,
    Trainable,
    VersionAnswer,
)
from serving.contract.event_messages import EVENT_TYPES
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.scores.fresh_events import api_name, pack_name
from training.bundles.manifest import Manifest

routes = contract_routes()
TRAINABLE: tuple[Trainable, ...] = get_args(Trainable)


@routes.get("/models", scope="score", is_personal=False)
def models(request: Request) -> ModelsAnswer:
    """The models in use and how well they did on customers they had not seen."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    entries = [_model(manifest) for manifest in _in_use_all(models_in_use, in_use)]
    trained = {entry["name"] for entry in entries}
    return ModelsAnswer(
        models=entries, not_trained=[name for name in TRAINABLE if name not in trained]
    )


@routes.get("/schema", scope="score", is_personal=False)
def schema(request: Request) -> SchemaAnswer:
    """What a vector is made of, feature by feature, and which events can be told."""
    in_use = required(models_in_use_of(request))
    manifest = in_use.scorer.bundle.manifest
    return SchemaAnswer(
        model=identity(manifest),
        features=list(_features(in_use)),
        groups=[GroupAnswer(name=group["name"], title=group["title"]) for group in manifest.groups],
        events=list(_events(in_use)),
    )


@routes.get("/offers", scope="score", is_personal=False)
def offers(request: Request) -> OffersAnswer:
    """The offers that can be made, as the company's table lists them."""
    snapshot = required(models_in_use_of(request)).snapshot
    return OffersAnswer(
        as_of=instant(snapshot.cutoff_seconds),
        offers=[cast(OfferAnswer, offer) for offer in snapshot.offers],
    )


@routes.get("/version", scope="score", is_personal=False)
def version(request: Request) -> VersionAnswer:
    """What is running, whether it can answer and, when it cannot, why not."""
    models_in_use = models_in_use_of(request)
    in_use = models_in_use.in_use
    return VersionAnswer(
        service=VERSION,
        ready=in_use is not None,
        model=identity(in_use.scorer.bundle.manifest) if in_use else None,
        snapshot=in_use.snapshot.name if in_use else None,
        vector_as_of=instant(in_use.snapshot.cutoff_seconds) if in_use else None,
        promoted=_waiting(models_in_use),
        fault=models_in_use.fault,
        further_faults=models_in_use.further_faults,
    )


def _waiting(models_in_use: ModelsInUse) -> PromotedAnswer | None:
    """The model that was promoted and does not answer; None where the one promoted last does."""
    found = models_in_use.promoted
    if found is None or found == models_in_use.answering:
        return None
    return PromotedAnswer(version=found.version, title=found.title, digest=found.digest)


def _model(manifest: Manifest) -> ModelAnswer:
    return {
        **identity(manifest),
        "family": manifest.learner,
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "question": manifest.task.said,
        "base_rate": manifest.base_rate,
        "population": manifest.population,
        "metrics": dict(manifest.metrics),
    }


def _in_use_all(models_in_use: ModelsInUse, in_use: InUse) -> list[Manifest]:
    """The models behind the scores, the one that recommends and the one of offers."""
    recommending, offering = models_in_use.recommending, models_in_use.offering
    return [
        *in_use.manifests,
        *([] if recommending is None else [recommending.manifest]),
        *([] if offering is None else [offering.bundle.manifest]),
    ]


def _features(in_use: InUse) -> Iterator[FeatureAnswer]:
    columns, wording = in_use.scorer.bundle.model.columns, in_use.scorer.wording
    bounds = dict(zip(columns.names, zip(columns.low, columns.high, strict=True), strict=True))
    for feature in wording.features:
        low, high = bounds.get(feature.name, (math.nan, math.nan))
        yield FeatureAnswer(
            name=feature.name,
            meaning=feature.meaning,
            unit=feature.unit,
            group=feature.group,
            actionable=feature.actionable,
            missing=feature.missing,
            read=feature.name in bounds,
            low=None if math.isnan(low) else float(low),
            high=None if math.isnan(high) else float(high),
        )


def _events(in_use: InUse) -> Iterator[EventTableAnswer]:
    streams = {} if in_use.past is None else in_use.past.pack.streams
    for name, (table, _) in EVENT_TYPES.items():
        stored = set(streams[name].columns) if name in streams else set[str]()
        always = {table.event_time, KNOWN_AT} if name in streams else set[str | None]()
        yield EventTableAnswer(
            name=name,
            meaning=table.meaning,
            columns=[
                EventColumnAnswer(
                    name=api_name(column),
                    kind=column.kind.value,
                    meaning=column.meaning,
                    required=column.required,
                    stored=column.name in always or pack_name(column) in stored,
                )
                for column in table.columns
                if column.name != CUSTOMER_ID
            ],
        )
