"""Scores of nobody: what a service stands on that answers by vector alone, such as one out of a Bento."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.company.workspace import Workspace
from features.store.pack import TextColumn
from features.vocabulary.time import Cutoff
from serving.snapshot.columns import (
    BestActions,
    BestOffers,
    CustomerAttributes,
    CustomerFacts,
    CustomerStanding,
    CustomerValues,
    Ranking,
    ValueReasonColumns,
    names_of,
    unjudged,
)
from serving.snapshot.customer_values import value_in_use, values_of_everybody
from serving.snapshot.reading import Snapshot
from training.families.churn.bundle import Bundle
from training.families.segments.membership import Membership

NAME = "nobody"


def unjudged_snapshot(bundle: Bundle, workspace: Workspace, model: dict[str, Any]) -> Snapshot:
    """A snapshot without customers for a model; ``model`` is what a reader must know of it.

    ``vector_as_of`` of such a service is where the data ended that taught the model.
    """
    manifest = bundle.manifest
    vectors = bundle.vectors_of(np.empty((0, len(manifest.feature_names)), np.float32))
    value = value_in_use(workspace, vectors)
    cut = Cutoff.parse(manifest.data_cut).seconds
    groups = len(manifest.groups)
    shares = values_of_everybody(value, manifest, vectors, 0, np.empty(0, np.bool_))[1]
    sizes = {"customer": 0, "judged": 0, "group": groups, "attribute": 0}
    parts = (
        BestActions,
        BestOffers,
        CustomerStanding,
        CustomerFacts,
        CustomerAttributes,
        CustomerValues,
    )
    empty: dict[str, Any] = {
        name: values for part in parts for name, values in unjudged(part, **sizes).items()
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
            "actions": [],
            "value": value.identity(),
            "value_base_cents": shares.base_cents,
            "value_parts": list(shares.parts),
            "segments": None,
        },
        customer_ids=TextColumn.of([]),
        vectors=vectors,
        ranking=Ranking(**unjudged(Ranking, **sizes)),
        membership=Membership.unassigned(0),
        typical=bundle.reference.peers.typical,
        **{name: getattr(shares, name) for name in names_of(ValueReasonColumns)},
        **empty,
    )
