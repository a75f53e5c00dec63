"""Whether a workspace may be served at all: closed to others on the machine, and with a key to come in by."""

from __future__ import annotations

import stat

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from serving.ledger.administration import list_keys


def refuse_open_doors(workspace: Workspace) -> None:
    """Refuse to serve a workspace that others on the machine can read, or that nobody has a key to.

    Raises ``UsageRefused``.
    """
    folder = workspace.folder
    if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        raise UsageRefused(
            expected="a workspace that its owner alone can read",
            found=f"mode {stat.S_IMODE(folder.stat().st_mode):o}",
            remedy=f"Run `chmod 700 {folder.name}`.",
        )
    if not any(one.revoked_at is None for one in list_keys(workspace)):
        raise UsageRefused(
            expected="at least one API key",
            found="none",
            remedy="Run `regulars keys create crm` first.",
        )
