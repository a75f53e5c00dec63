"""From a challenger to the model in use, through the gate, and back again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import BundleRefused, ModelRefused, RegularsError
from training.bundles.admission import require_admitted
from training.bundles.kind import Kind
from training.bundles.manifest import Manifest, damaged
from training.bundles.promoted import PromotedBundles
from training.bundles.proving import remember, tried
from training.bundles.sealing import stamp, verified
from training.bundles.signature import Signing
from training.registry.gate import Check, Gate, failed_of, said_of
from training.registry.registry import CHALLENGER, Registry


@dataclass(frozen=True)
class Readiness:
    """What must be so beside the model before it is put to use; it is asked of the bundle's folder.

    ``checks`` belong to the gate. ``prepare`` makes what an answer needs, while the model before still answers:
    what it raises leaves that one in use. ``settle`` is told of the bundle once readers are pointed at it.
    """

    checks: Callable[[Path], Sequence[Check]] = lambda folder: ()
    prepare: Callable[[Path], None] = lambda folder: None
    settle: Callable[[Manifest[Any]], None] = lambda manifest: None


NOTHING_ELSE = Readiness()
"""Where a model answers by itself."""


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
    unrecorded: str = ""
    """Why the registry does not know of it; empty where it does."""

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
    readiness: Readiness = NOTHING_ELSE,
) -> PromotionSummary:
    """Run the gate on a version and put it to use if it passes, or is forced; readers are pointed at it last."""
    shelf = PromotedBundles(workspace, kind)
    with shelf.promoting() as draft:
        folder, manifest = _stamped(registry, workspace, shelf, version, draft)
        checks = (*gate(folder, shelf.champion_manifest()), *readiness.checks(folder))
        failed = failed_of(checks)
        passed = not failed
        before = shelf.champions()
        is_promoted = passed or force
        if is_promoted:
            if folder != shelf.exported(manifest.digest):
                shelf.export(folder, manifest)
                remember(shelf.exported(manifest.digest))
            readiness.prepare(shelf.exported(manifest.digest))
            shelf.put_to_use(manifest, action="promote", reason=reason)
            readiness.settle(manifest)
        unrecorded, tags = "", {"validated": "yes" if passed else "no"}
        if is_promoted and failed:
            tags |= {"forced": said_of(failed)}
        if is_promoted:
            unrecorded = _recorded(partial(registry.crown, version, tags | {"reason": reason}))
        else:
            _recorded(partial(registry.note, version, tags))
    return PromotionSummary(
        version=version,
        digest=manifest.digest,
        title=manifest.title,
        promoted=passed or force,
        forced=force and not passed,
        reason=reason,
        previous_version=before[-1]["version"] if before else "",
        checks=checks,
        unrecorded=unrecorded,
    )


def _stamped(
    registry: Registry,
    workspace: Workspace,
    shelf: PromotedBundles[Any, Any],
    version: str,
    draft: Path,
) -> tuple[Path, Manifest[Any]]:
    """The bundle of a version under its own name, trusted and tried: the one that was in use, or the registry's."""
    signing, known = Signing(workspace), shelf.known(version)
    if known is not None:
        # One that was damaged since is put right by the registry's.
        with suppress(BundleRefused):
            folder = require_admitted(workspace, shelf.name, known)
            manifest = verified(folder)[0]
            if manifest.version == version:
                return folder, manifest
    run_id = registry.run_of(version)
    folder = registry.fetch_bundle(version, draft)
    signing.require(folder)
    verified(folder)
    # A damaged model would take this process along when the gate opens it.
    tried(folder, registry.name)
    manifest = stamp(folder, version=version, run_id=run_id)
    signing.sign(folder)
    return folder, manifest


def _recorded(record: Callable[[], None]) -> str:
    """Tell the registry what is in use; what keeps it from hearing is said, for it is in use all the same."""
    try:
        record()
    except Exception as fault:
        return str(fault) if isinstance(fault, RegularsError) else type(fault).__name__
    return ""


def go_back(
    registry: Registry,
    workspace: Workspace,
    *,
    kind: Kind[Any, Any],
    reason: str,
    readiness: Readiness = NOTHING_ELSE,
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
        # Admitted it was opened by these libraries before, and its golden rows held; its bytes are those of then.
        folder = require_admitted(workspace, shelf.name, shelf.exported(earlier["digest"]))
        manifest = verified(folder)[0]
        if manifest.digest != folder.name:
            raise damaged("the bundle the history names", "another in its folder")
        failed = failed_of(readiness.checks(folder))
        if failed:
            raise ModelRefused(
                expected="an earlier champion beside which everything else goes on",
                found=said_of(failed),
                remedy="The model in use stays. Overrule with "
                f"`regulars promote {earlier['version']} --force` and a reason if you must.",
            )
        if manifest.version != earlier["version"]:
            # The same content was promoted again since, under a later version.
            manifest = stamp(folder, version=earlier["version"], run_id=earlier["run_id"])
            Signing(workspace).sign(folder)
        readiness.prepare(folder)
        shelf.put_to_use(manifest, action="rollback", reason=reason)
        readiness.settle(manifest)
        unrecorded = _recorded(
            partial(_take_back, registry, manifest.version, current["version"], reason)
        )
    return PromotionSummary(
        version=manifest.version,
        digest=manifest.digest,
        title=manifest.title,
        promoted=True,
        forced=False,
        reason=reason,
        previous_version=current["version"],
        checks=(),
        unrecorded=unrecorded,
    )


def _take_back(registry: Registry, version: str, taken_back: str, reason: str) -> None:
    registry.crown(version, {"reason": reason})
    registry.note(taken_back, {"rolled_back": reason})


def promote(
    settings: Settings,
    workspace: Workspace,
    version: int | None = None,
    *,
    kind: Kind[Any, Any],
    gate: Gate,
    reason: str,
    force: bool = False,
    readiness: Readiness = NOTHING_ELSE,
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
        raise _none_to_promote(PromotedBundles(workspace, kind))
    summary = judge(
        registry,
        workspace,
        chosen,
        kind=kind,
        gate=gate,
        reason=reason,
        force=force,
        readiness=readiness,
    )
    if not summary.promoted:
        failed = failed_of(summary.checks)
        raise ModelRefused(
            expected="a model that passes every check of the gate",
            found=said_of(failed),
            remedy="The model in use stays. Overrule with --force and a reason if you must.",
        )
    return summary


def _none_to_promote(shelf: PromotedBundles[Any, Any]) -> ModelRefused:
    """That MLflow knows no model; where it was lost, those that were in use are still there."""
    versions = dict.fromkeys(one["version"] for one in shelf.champions())
    train = f"`regulars train {shelf.name}`"
    return ModelRefused(
        expected=f"a trained {shelf.name} model",
        found=f"none that MLflow knows; version {', '.join(versions)} was in use"
        if versions
        else "none",
        remedy=f"Name the version, or run {train}." if versions else f"Run {train}.",
    )


def rollback(
    settings: Settings,
    workspace: Workspace,
    *,
    kind: Kind[Any, Any],
    reason: str,
    readiness: Readiness = NOTHING_ELSE,
) -> PromotionSummary:
    """Put the previous champion back to use; ``ModelRefused`` when there is none."""
    return go_back(
        Registry(settings, workspace, kind.name),
        workspace,
        kind=kind,
        reason=reason,
        readiness=readiness,
    )


def challenger_at_hand(
    settings: Settings, workspace: Workspace, *, kind: Kind[Any, Any]
) -> Manifest[Any] | None:
    """The model trained last, whose bundle is brought into the workspace, trusted and tried; nobody is pointed at it.

    None where there is none, or it is the one in use.
    """
    registry = Registry(settings, workspace, kind.name)
    shelf = PromotedBundles(workspace, kind)
    version = registry.version_of(CHALLENGER)
    if version is None:
        return None
    with shelf.promoting() as draft:
        folder, manifest = _stamped(registry, workspace, shelf, version, draft)
        if shelf.is_in_use(manifest.digest):
            return None
        if folder != shelf.exported(manifest.digest):
            shelf.export(folder, manifest)
            remember(shelf.exported(manifest.digest))
    return manifest.asking(kind.task)


def fetch_by_digest(
    settings: Settings, workspace: Workspace, name: str, digest: str, folder: Path
) -> Path | None:
    """Copy the registered bundle of a digest into a folder; None when no version has it."""
    registry = Registry(settings, workspace, name)
    version = registry.version_with(digest)
    return None if version is None else registry.fetch_bundle(version, folder)
