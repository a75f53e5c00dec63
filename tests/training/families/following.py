"""Whether all that a manifest says of a ladder follows from the predictions of its training, read back from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from features.company.workspace import Workspace
from features.store.pack import Pack
from training.bundles.manifest import Manifest
from training.families.families import recompute_of
from training.measures.predictions.compared import ComparedFigure
from training.measures.predictions.predictions import Predictions
from training.measures.predictions.stored import StoredPredictions
from training.recipe.recomputed import compared_with_card


def kept(folder: Path, predictions: Predictions, pack: Pack) -> StoredPredictions:
    """Predictions as a training leaves them in a workspace."""
    workspace = Workspace(folder)
    workspace.create()
    place = StoredPredictions(workspace)
    place.write(folder / "draft", predictions, pack.customer_ids)
    place.keep(predictions.model, "digest", folder / "draft")
    return place


def compared(manifest: Manifest[Any], predictions: Predictions) -> list[ComparedFigure]:
    """Every figure of a card that predictions give, beside what they give."""
    return compared_with_card(recompute_of(manifest.name), manifest, predictions)


def leaves(content: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where every number of a manifest's part stands."""
    if isinstance(content, Mapping):
        for key, inner in content.items():
            yield from leaves(inner, (*place, str(key)))
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for row in content:
            if isinstance(row, Mapping):
                yield from leaves(row, (*place, str(row["name"])))
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield place


def assert_all_follow(manifest: Manifest[Any], predictions: Predictions) -> None:
    """Every figure of metrics and ladder is recomputed, and all that is recomputed is the same."""
    figures = compared(manifest, predictions)
    assert [one for one in figures if not one.agrees] == []
    told = {"metrics": manifest.metrics, "ladder": manifest.ladder}
    assert set(leaves(told)) <= {one.place for one in figures}
