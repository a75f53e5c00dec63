"""A model that stands ready: its scores are made while another answers, so that putting it to use takes no time."""

from __future__ import annotations

from pathlib import Path

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from serving.nightly.run import score_beside
from serving.process.without_training import libraries_hidden
from serving.snapshot.standing import stands_ready
from training.bundles.bundle import admitted
from training.bundles.promoted import PromotedBundles
from training.bundles.sealing import verified
from training.families.churn.bundle import CHURN_KIND


def ready_scores(
    settings: Settings, workspace: Workspace, folder: Path, progress: Progress = silent
) -> None:
    """Have everybody scored by a churn model that is put to use next, unless nobody has been scored yet.

    Scores of the day that it made already are kept. What it raises leaves everything as it is.
    """
    if workspace.scores.current is None or stands_ready(workspace, verified(folder)[0]):
        return
    with libraries_hidden():
        bundle = admitted(CHURN_KIND, workspace, folder)
    score_beside(settings, workspace, bundle, progress)


def ready_previous(settings: Settings, workspace: Workspace, progress: Progress = silent) -> str:
    """The same for the model a rollback would lead to; its version, or nothing where there is none."""
    shelf = PromotedBundles(workspace, CHURN_KIND)
    stack = shelf.champions()
    if len(stack) < 2 or stack[-2]["digest"] == stack[-1]["digest"]:
        return ""
    try:
        ready_scores(settings, workspace, shelf.exported(stack[-2]["digest"]), progress)
    except RegularsError:
        # A model that is damaged, or whose tables are gone, is nothing one could go back to.
        return ""
    return stack[-2]["version"]
