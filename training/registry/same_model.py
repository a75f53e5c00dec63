"""The version that has a model already, so that the same training makes no second one of it."""

from __future__ import annotations

from pathlib import Path

from features.company.workspace import Workspace
from training.bundles.sealing import verified
from training.bundles.signature import Signing
from training.registry.registry import Registry


def version_of_same_model(
    registry: Registry, workspace: Workspace, digest: str, folder: Path
) -> str | None:
    """The latest version of this very model, whole and trusted; None where there is none.

    ``folder`` is scratch. A version whose files are damaged, gone, or signed by a key that is trusted no more is no
    reason to keep nothing of a training: it could not be put to use.
    """
    version = registry.version_with(digest)
    if version is None:
        return None
    folder.mkdir(exist_ok=True)
    try:
        bundle = registry.fetch_bundle(version, folder)
        Signing(workspace).require(bundle)
        return version if verified(bundle)[0].digest == digest else None
    except Exception:
        # Damaged, refused, gone, or out of reach: whatever it is, the training has a whole one to register.
        return None
