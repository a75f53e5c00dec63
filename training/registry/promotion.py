"""From a challenger to the model in use, through the gate, and back again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from training.bundles.admission import require_admitted
from training.bundles.kind import Kind
from training.bundles.promoted import PromotedBundles
from training.bundles.proving import remember, tried
from training.bundles.sealing import stamp, verified
from training.bundles.signature import Signing
from training.registry.gate import Check, Gate
from training.registry.registry import CHALLENGER, Registry


@dataclass(frozen=True)
class PromotionSummary:
    """What a promotion or rollback came to."""

    version: str
    digest: str
    title: str
    promoted: bool
    forced: bool
    reason: str
    previous_version: str
    checks: tuple[Check, ...]

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)


def judge(
    registry: Registry,
    workspace: Workspace,
    version: str,
    *,
    kind: Kind[Any, Any],
    gate: Gate,
    reason: str,
    force: bool = False,
) -> PromotionSummary:
    """Run the gate on a version and put it to use if it passes, or is forced."""
    shelf, signing = PromotedBundles(workspace, kind), Signing(workspace)
    run_id = registry.run_of(version)
    with shelf.promoting() as draft:
        folder = registry.fetch_bundle(version, draft)
        signing.require(folder)
        verified(folder)
        # A damaged model would take this process along when the gate opens it.
        tried(folder, registry.name)
        manifest = stamp(folder, version=version, run_id=run_id)
        signing.sign(folder)
        checks = tuple(gate(folder, shelf.champion_manifest()))
        passed = all(check.passed for check in checks)
        before = shelf.champions()
        if passed or force:
            shelf.export(folder, manifest)
            remember(shelf.exported(manifest.digest))
            shelf.put_to_use(manifest, action="promote", reason=reason)
            registry.crown(version, {"validated": "yes" if passed else "no", "reason": reason})
        else:
            registry.note(version, {"validated": "no"})
    return PromotionSummary(
        version=version,
        digest=manifest.digest,
        title=manifest.title,
        promoted=passed or force,
        forced=force and not passed,
        reason=reason,
        previous_version=before[-1]["version"] if before else "",
        checks=checks,
    )


def go_back(
    registry: Registry, workspace: Workspace, *, kind: Kind[Any, Any], gate: Gate, reason: str
) -> PromotionSummary:
    """Put the champion before the present one back to use; ``ModelRefused`` when there is none."""
    shelf = PromotedBundles(workspace, kind)
    stack = shelf.champions()
    if len(stack) < 2:
        raise ModelRefused(
            expected="an earlier champion to go back to",
            found="none",
            remedy="Train and promote another model instead.",
        )
    current, earlier = stack[-1], stack[-2]
    with shelf.promoting():
        folder = require_admitted(workspace, shelf.name, shelf.exported(earlier["digest"]))
        # The gate opens the bundle, which proves its golden rows; its checks were passed long ago.
        gate(folder, None)
        manifest = verified(folder)[0]
        if manifest.version != earlier["version"]:
            # The same content was promoted again since, under a later version.
            manifest = stamp(folder, version=earlier["version"], run_id=earlier["run_id"])
            Signing(workspace).sign(folder)
        shelf.put_to_use(manifest, action="rollback", reason=reason)
        registry.crown(manifest.version, {"reason": reason})
        registry.note(current["version"], {"rolled_back": reason})
    return PromotionSummary(
        version=manifest.version,
        digest=manifest.digest,
        title=manifest.title,
        promoted=True,
        forced=False,
        reason=reason,
        previous_version=current["version"],
        checks=(),
    )


def promote(
    settings: Settings,
    workspace: Workspace,
    version: int | None = None,
    *,
    kind: Kind[Any, Any],
    gate: Gate,
    reason: str,
    force: bool = False,
) -> PromotionSummary:
    """Put a registered version to use if it passes its family's gate; without a version, the challenger.

    ``force`` overrules failed checks, never a damaged bundle, and takes a reason. Raises
    ``ModelRefused`` when a check fails, naming it, or when there is no such version.
    """
    if force and not reason.strip():
        raise ModelRefused(
            expected="a reason for overruling the gate",
            found="none",
            remedy="Say why, with --reason.",
        )
    registry = Registry(settings, workspace, kind.name)
    chosen = str(version) if version is not None else registry.version_of(CHALLENGER)
    if chosen is None:
        raise ModelRefused(
            expected=f"a trained {kind.name} model",
            found="none",
            remedy=f"Run `regulars train {kind.name}`.",
        )
    summary = judge(registry, workspace, chosen, kind=kind, gate=gate, reason=reason, force=force)
    if not summary.promoted:
        failed = [check for check in summary.checks if not check.passed]
        raise ModelRefused(
            expected="a model that passes every check of the gate",
            found="; ".join(f"{one.name} {one.figure}, allowed {one.limit}" for one in failed),
            remedy="The model in use stays. Overrule with --force and a reason if you must.",
        )
    return summary


def rollback(
    settings: Settings, workspace: Workspace, *, kind: Kind[Any, Any], gate: Gate, reason: str
) -> PromotionSummary:
    """Put the previous champion back to use; ``ModelRefused`` when there is none."""
    return go_back(
        Registry(settings, workspace, kind.name), workspace, kind=kind, gate=gate, reason=reason
    )


def fetch_by_digest(
    settings: Settings, workspace: Workspace, name: str, digest: str, folder: Path
) -> Path | None:
    """Copy the registered bundle of a digest into a folder; None when no version has it."""
    registry = Registry(settings, workspace, name)
    version = registry.version_with(digest)
    return None if version is None else registry.fetch_bundle(version, folder)
