"""Which generation of scores a model made: several models may have scored the same customers as of the same day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from features.company.workspace import Workspace
from features.vocabulary.errors import BundleRefused
from training.bundles.admission import current_folder
from training.families.churn.bundle import Bundle

MANIFEST_FILE = "snapshot.json"
BESIDE = "beside"
"""Where scores name all they are made from but the model: it is the same for all models of a day."""
OF_THE_DAY = ("data_digest", "cutoff_seconds")
"""What scores say of the day they are of."""


def scores_of(workspace: Workspace, digest: str) -> Path | None:
    """The scores a model made of what the current ones were made from, or since; None where it made none.

    Of several the newest; those of an earlier day are not looked at, whoever made them.
    """
    current = workspace.scores.current
    if current is None:
        return None
    wanted = said_of(current)
    if wanted.get("model_digest") == digest:
        return current
    for folder in reversed(workspace.scores.named()):
        said = said_of(folder)
        is_of_the_day = all(said.get(name) == wanted.get(name) for name in OF_THE_DAY)
        if (is_of_the_day or folder.name > current.name) and said.get("model_digest") == digest:
            return folder
    return None


def ready_beside(workspace: Workspace, digest: str) -> str:
    """The model beside that of a digest whose scores of the day were made last; empty where there are none."""
    current = said_of(workspace.scores.current)
    for folder in reversed(workspace.scores.named()):
        said = said_of(folder)
        is_of_the_day = all(said.get(name) == current.get(name) for name in OF_THE_DAY)
        if is_of_the_day and said.get("model_digest", digest) != digest:
            return str(said["model_digest"])
    return ""


def scores_in_use(workspace: Workspace) -> Path | None:
    """The scores to show: those the model in use made, or the current ones where it made none."""
    try:
        folder = current_folder(workspace)
    except BundleRefused:
        folder = None
    own = None if folder is None else scores_of(workspace, folder.name)
    return workspace.scores.current if own is None else own


def said_of(generation: Path | None) -> dict[str, Any]:
    """What a generation of scores says of itself; nothing where it cannot be read."""
    if generation is None:
        return {}
    try:
        content = json.loads((generation / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def of_the_model(bundle: Bundle) -> dict[str, Any]:
    """What readers must know of the model that scored: its question, its words and where it starts."""
    manifest, question = bundle.manifest, bundle.question
    return {
        "model_name": manifest.name,
        "model_title": manifest.title,
        "data_cut": manifest.data_cut,
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "heading": question.heading,
        "sentence": question.sentence,
        "act": question.act,
        "means_leaving": question.means_leaving,
        "base": float(bundle.probability(np.array([bundle.base_log_odds]))[0]),
        "base_rate": float(manifest.base_rate),
        "features": [dict(one) for one in manifest.features],
        "groups": [dict(one) for one in manifest.groups],
        "peers_sorted_by": bundle.reference.peers.sorted_by,
    }
