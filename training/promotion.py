"""The gate between a challenger and the model in use, the swap, and the champions so far."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from features.errors import BundleRefused, ModelRefused
from features.workspace import CURRENT, Workspace, point_at
from training.bundle import Bundle, current_folder, open_bundle, stamp_bundle, verified
from training.manifest import MANIFEST_FILE, Manifest

if TYPE_CHECKING:
    from training.registry import Registry

MODEL_NAME = "churn"
EPSILON_AUC = 0.005
MOST_ECE = 0.05
MOST_BYTES = 64 * 1024 * 1024
LATENCY_ROWS = 200
MOST_LATENCY_MILLISECONDS = 500.0
_HISTORY = "history.json"


@dataclass(frozen=True)
class Check:
    """One question of the gate: what was measured, what was allowed, and the answer."""

    name: str
    passed: bool
    figure: str
    limit: str


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
    registry: Registry, workspace: Workspace, version: str, *, reason: str, force: bool = False
) -> PromotionSummary:
    """Run the gate on a version and put it to use if it passes, or is forced."""
    run_id = registry.run_of(version)
    with promoting(workspace) as draft:
        folder = registry.fetch_bundle(version, draft)
        verified(folder)
        manifest = stamp_bundle(folder, version=version, run_id=run_id)
        checks = tuple(gate(open_bundle(folder), folder, champion_manifest(workspace)))
        passed = all(check.passed for check in checks)
        before = champions(workspace)
        if passed or force:
            export(workspace, folder, manifest)
            put_to_use(workspace, manifest, action="promote", reason=reason)
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


def go_back(registry: Registry, workspace: Workspace, *, reason: str) -> PromotionSummary:
    """Put the champion before the present one back to use; ``ModelRefused`` when there is none."""
    stack = champions(workspace)
    if len(stack) < 2:
        raise ModelRefused(
            expected="an earlier champion to go back to",
            found="none",
            remedy="Train and promote another model instead.",
        )
    current, earlier = stack[-1], stack[-2]
    with promoting(workspace):
        folder = exported(workspace, earlier["digest"])
        manifest = open_bundle(folder).manifest
        if manifest.version != earlier["version"]:
            # The same content was promoted again since, under a later version.
            manifest = stamp_bundle(folder, version=earlier["version"], run_id=earlier["run_id"])
        put_to_use(workspace, manifest, action="rollback", reason=reason)
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


def gate(bundle: Bundle, folder: Path, champion: Manifest | None) -> list[Check]:
    """Every check with its figure; the golden rows have passed, or there were no bundle to ask."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    latency = _latency_milliseconds(bundle)
    return [
        _against_champion(bundle.manifest, champion),
        _calibration(bundle.manifest),
        Check("golden rows", True, "as written", "within 1e-9"),
        Check(
            "size",
            size <= MOST_BYTES,
            f"{size / 1024 / 1024:.2f} MB",
            f"at most {MOST_BYTES // 1024 // 1024} MB",
        ),
        Check(
            f"{LATENCY_ROWS} rows with reasons",
            latency <= MOST_LATENCY_MILLISECONDS,
            f"{latency:.1f} ms",
            f"at most {MOST_LATENCY_MILLISECONDS:.0f} ms",
        ),
    ]


def _against_champion(challenger: Manifest, champion: Manifest | None) -> Check:
    name, limit = "AUC against the champion", f"at most {EPSILON_AUC} lower"
    if champion is None:
        return Check(name, True, "no champion yet", limit)
    question = ("horizon_days", "gap_days", "population")
    mine, theirs = challenger.metrics["auc_by_cutoff"], champion.metrics["auc_by_cutoff"]
    common = sorted(set(mine) & set(theirs))
    same_question = all(getattr(challenger, one) == getattr(champion, one) for one in question)
    if not common or not same_question:
        return Check(name, True, "not comparable: tested at other cutoffs", limit)
    difference = sum(mine[cutoff] - theirs[cutoff] for cutoff in common) / len(common)
    return Check(name, difference >= -EPSILON_AUC, f"{difference:+.4f}", limit)


def _calibration(manifest: Manifest) -> Check:
    """Few test customers miss any expectation by chance: that much is allowed, and no less than 0.05."""
    error = manifest.metrics["ece"]
    by_chance = manifest.metrics["ece_by_chance"]
    limit = f"at most {MOST_ECE}"
    if by_chance > MOST_ECE:
        limit = f"at most {by_chance:.4f}, as chance alone gives with so few customers"
    return Check("calibration error", error <= max(MOST_ECE, by_chance), f"{error:.4f}", limit)


def _latency_milliseconds(bundle: Bundle) -> float:
    rows = bundle.reference.sample(LATENCY_ROWS, seed=1)
    fastest = float("inf")
    for _ in range(3):
        # Processor time: what else the machine is doing must not keep a sound model out.
        start = time.process_time()
        bundle.probability(bundle.log_odds(rows))
        bundle.contributions(rows)
        fastest = min(fastest, time.process_time() - start)
    return fastest * 1000.0


def champion_manifest(workspace: Workspace) -> Manifest | None:
    """The manifest of the bundle in use; None when there is none, or it is damaged.

    A damaged champion must not keep a sound challenger out.
    """
    try:
        folder = current_folder(workspace, MODEL_NAME)
        return None if folder is None else verified(folder)[0]
    except BundleRefused:
        return None


def exported(workspace: Workspace, digest: str) -> Path:
    """Where a bundle of this digest lies once it was put to use."""
    return workspace.bundles / MODEL_NAME / digest


def export(workspace: Workspace, folder: Path, manifest: Manifest) -> None:
    """Move a stamped bundle to its digest's folder; of the same content only the stamp is replaced."""
    place = exported(workspace, manifest.digest)
    if place.exists():
        try:
            verified(place)
        except BundleRefused:
            shutil.rmtree(place)
        else:
            (folder / MANIFEST_FILE).replace(place / MANIFEST_FILE)
            return
    folder.rename(place)


def put_to_use(workspace: Workspace, manifest: Manifest, *, action: str, reason: str) -> None:
    """Point readers at an exported bundle, in one step, and remember it as champion."""
    entry = {
        "version": manifest.version,
        "digest": manifest.digest,
        "run_id": manifest.run_id,
        "action": action,
        "reason": reason,
    }
    path = workspace.bundles / MODEL_NAME / _HISTORY
    beside = path.with_suffix(".new")
    history = [*_history(workspace), entry]
    beside.write_text(json.dumps(history, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)
    point_at(workspace.bundles / MODEL_NAME / CURRENT, manifest.digest)


def champions(workspace: Workspace) -> list[Mapping[str, str]]:
    """The champions still standing, the present one last: a rollback takes the last one away."""
    stack: list[Mapping[str, str]] = []
    for entry in _history(workspace):
        if entry["action"] == "rollback":
            stack.pop()
        else:
            stack.append(entry)
    return stack


@contextmanager
def promoting(workspace: Workspace) -> Iterator[Path]:
    """One promotion at a time: yields an empty draft folder, removed at the end."""
    family = workspace.bundles / MODEL_NAME
    family.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(workspace.bundles / ".lock"):
        draft = family / ".draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _history(workspace: Workspace) -> list[dict[str, str]]:
    path = workspace.bundles / MODEL_NAME / _HISTORY
    if not path.exists():
        return []
    history: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return history
