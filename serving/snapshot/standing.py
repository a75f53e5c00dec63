"""A model beside what is shown now: whether its scores of the day stand ready, and what customers would lose by it."""

from __future__ import annotations

from pathlib import Path

from features.company.block_digests import damage_in
from features.company.workspace import Workspace
from serving.snapshot.customer_values import unusable_beside
from serving.snapshot.scores_of_model import BESIDE, said_of, scores_in_use, scores_of
from training.bundles.admission import current_folder
from training.bundles.manifest import Manifest, Written
from training.bundles.own_plan import OwnPlan
from training.bundles.sealing import declared, verified
from training.families.value.bundle import VALUE


def what_would_fall(workspace: Workspace, folder: Path) -> str:
    """What customers are told now and would be told no more beside a churn model, and why; empty when nothing.

    No model is opened for it: what a bundle says of its features is enough.
    """
    if said_of(scores_in_use(workspace)).get("value") is None:
        return ""
    value = current_folder(workspace, VALUE)
    risk, risk_plan = _said_by(folder)
    if value is None:
        return "no value model"
    manifest, plan = _said_by(value)
    fault = unusable_beside(manifest, plan, risk, risk_plan)
    return f"found {fault}. Run `regulars train value` once it is in use" if fault else ""


def stands_ready(workspace: Workspace, manifest: Manifest[Written]) -> bool:
    """Whether a model made scores of the day, beside the models of value and segments that are in use."""
    made = scores_of(workspace, manifest.digest)
    said, shown = said_of(made), said_of(workspace.scores.current)
    is_of_today = said.get(BESIDE) == shown.get(BESIDE) is not None
    is_its_own = is_of_today and said.get("model_version") == manifest.version
    return made is not None and is_its_own and not damage_in(made)


def point_at_own_scores(workspace: Workspace) -> None:
    """Make the scores of the model in use the current ones, once it is in use."""
    own = scores_in_use(workspace)
    if own is not None and own != workspace.scores.current:
        workspace.scores.point_at(own)


def _said_by(folder: Path) -> tuple[Manifest[Written], OwnPlan]:
    manifest, contents = verified(folder)
    return manifest, OwnPlan.of(manifest, declared(contents))
