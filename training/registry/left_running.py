"""Runs that a training began to record and never finished, for its process was killed meanwhile."""

from __future__ import annotations

from typing import Any

from features.company.workspace import Workspace
from training.bundles.signature import Signing

RECORDED_BY = "recorded_by"
"""The tag of a run that names the workspace it was recorded from."""
_KILLED = "KILLED"


def recorded_by(workspace: Workspace) -> dict[str, str]:
    """The tag by which a workspace knows its own runs, wherever it is moved to and whoever shares the store."""
    return {RECORDED_BY: Signing(workspace).name}


def end_left_running(client: Any, experiment_id: str, workspace: Workspace) -> int:
    """Mark a workspace's own runs that are still running as killed; how many there were.

    Only to be asked by who holds the lock of these trainings: nobody else of the workspace is recording then.
    """
    ours = f"attributes.status = 'RUNNING' and tags.{RECORDED_BY} = '{Signing(workspace).name}'"
    left = client.search_runs([experiment_id], ours)
    for run in left:
        client.set_terminated(run.info.run_id, _KILLED)
    return len(left)
