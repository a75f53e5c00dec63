"""Scores of nobody: what a service stands on that answers by vector alone, such as one out of a Bento."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.company.workspace import Workspace
from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.time import Cutoff
from serving.snapshot.customer_values import value_in_use, worth_of_everybody
from serving.snapshot.reading import VALUE_SHARES, Ranking, Snapshot
from training.families.churn.bundle import Bundle
from training.families.segments.membership import Membership

NAME = "nobody"


def nobody(bundle: Bundle, workspace: Workspace, model: dict[str, Any]) -> Snapshot:
    """A snapshot without customers for a model; ``model`` is what a reader must know of it.

    ``vector_as_of`` of such a service is where the data ended that taught the model.
    """
    manifest = bundle.manifest
    vectors = Vectors(
        manifest.plan_hash,
        tuple(manifest.feature_names),
        np.empty(0, np.int32),
        np.empty(0, np.int64),
        np.empty((0, len(manifest.feature_names)), np.float32),
    )
    value = value_in_use(workspace, vectors)
    cut = Cutoff.parse(manifest.data_cut).seconds
    groups = len(manifest.groups)
    shares = worth_of_everybody(value, manifest, vectors, 0, np.empty(0, np.bool_))[1]
    empty: dict[str, Any] = {
        "status": np.empty(0, np.int8),
        "stage": np.empty(0, np.int8),
        "lifecycle_status": np.empty(0, np.int8),
        "vector_rows": np.empty(0, np.int32),
        "last_order_day": np.empty(0, np.int32),
        **{
            name: np.empty(0, np.int64)
            for name in (
                *("spend_cents", "last_order_seconds", "value_cents"),
                *("value_low_cents", "value_high_cents", "value_if_kept_cents"),
            )
        },
        **{name: getattr(shares, name) for name in VALUE_SHARES},
    }
    return Snapshot(
        name=NAME,
        manifest=model
        | {
            "model_digest": manifest.digest,
            "model_version": manifest.version,
            "cutoff_seconds": cut,
            "earlier_seconds": cut,
            "compared": 0,
            "data_digest": "",
            "value": value.identity(),
            "value_base_cents": shares.base_cents,
            "value_parts": list(shares.parts),
            "segments": None,
        },
        customer_ids=TextColumn.of([]),
        vectors=vectors,
        ranking=_nobody_ranked(groups),
        membership=Membership.nobody(0),
        typical=bundle.reference.peers.typical,
        **empty,
    )


def _nobody_ranked(groups: int) -> Ranking:
    return Ranking(
        customer_keys=np.empty(0, np.int32),
        probability=np.empty(0),
        percentile=np.empty(0),
        log_odds=np.empty(0),
        points=np.empty((0, groups)),
        leading=np.empty((0, groups), np.int16),
        raising=np.empty(0, np.int64),
        value_tercile=np.empty(0, np.int8),
        risk_before=np.empty(0),
    )
