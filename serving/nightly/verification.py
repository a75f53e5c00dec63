"""Whether everything in a workspace is as it was written, and what makes it so again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from features.company.block_digests import damage_in, size_bytes
from features.company.workspace import CURRENT, Generations, Workspace
from features.vocabulary.errors import RegularsError
from serving.ledger.administration import verify_audit
from serving.ledger.integrity import RESTORED, fault_in
from serving.snapshot.scores_of_model import OF_THE_DAY, said_of
from training.bundles.admission import current_folder
from training.bundles.manifest import MANIFEST_FILE
from training.bundles.sealing import verified
from training.bundles.signature import Signing
from training.measures.predictions.stored import StoredPredictions
from training.measures.predictions.table import read_predictions

_PACK = ("pack/",)
_TABLES = ("tables/", "other_ids/", "contact_details/", "store.json", "journal.json")
_EVERYTHING = ("",)
_INGEST, _VECTORS = "Run `regulars ingest`.", "Run `regulars vectors`."
_SCORE = "Run `regulars vectors`, then `regulars score`."
_RECORD = "Find out who wrote to it; the calls behind that one prove nothing."


@dataclass(frozen=True)
class Verified:
    """One thing that was looked at: how much of it there is, what is wrong with it, and the remedy."""

    what: str
    amount: str
    fault: str = ""
    remedy: str = ""


def verify(workspace: Workspace) -> Iterator[Verified]:
    """Everything that is in use or stands ready, a thing at a time; nothing is changed."""
    yield from _generation(workspace.store, "tables", _INGEST, _TABLES)
    yield from _generation(workspace.store, "pack", _INGEST, _PACK)
    yield from _generation(workspace.vectors, "vectors", _VECTORS, _EVERYTHING)
    yield from _generation(workspace.scores, "scores", _SCORE, _EVERYTHING)
    for folder in _standing_by(workspace):
        yield _whole(folder, f"scores {folder.name}, standing by", _SCORE, _EVERYTHING)
    if workspace.bundles.is_dir():
        for family in sorted(one for one in workspace.bundles.iterdir() if one.is_dir()):
            yield from _bundles(workspace, family)
    for name, place in StoredPredictions(workspace).places():
        yield _predictions(name, place)
    if workspace.ledger.exists():
        yield _database(workspace.ledger)
        yield _record(workspace)
    if workspace.erased.exists():
        yield _database(workspace.erased)


def _generation(
    kind: Generations, what: str, remedy: str, within: tuple[str, ...]
) -> Iterator[Verified]:
    current = kind.current
    if current is not None:
        yield _whole(current, what, remedy, within)
    elif kind.is_begun:
        yield Verified(what, "0 bytes", f"a pointer {CURRENT} that names nothing", remedy)


def _whole(folder: Path, what: str, remedy: str, within: tuple[str, ...]) -> Verified:
    fault = damage_in(folder, *within)
    return Verified(what, f"{size_bytes(folder, *within):,} bytes", fault, remedy if fault else "")


def _standing_by(workspace: Workspace) -> list[Path]:
    """The newest scores of the day of every other model: a promotion or a rollback would show them."""
    shown = said_of(workspace.scores.current)
    newest: dict[str, Path] = {}
    for folder in workspace.scores.named():
        said = said_of(folder)
        if all(said.get(one) == shown.get(one) for one in OF_THE_DAY):
            newest[str(said.get("model_digest"))] = folder
    newest.pop(str(shown.get("model_digest")), None)
    return list(newest.values())


def _bundles(workspace: Workspace, family: Path) -> Iterator[Verified]:
    current = None
    try:
        current = current_folder(workspace, family.name)
    except RegularsError as fault:
        yield Verified(f"{family.name} in use", "0 bytes", f"found {fault.found}", fault.remedy)
    if current is not None:
        yield _bundle(workspace, current, f"{family.name} in use", "")
    for folder in sorted(family.iterdir()):
        if folder != current and (folder / MANIFEST_FILE).is_file():
            other = f"Nothing answers from it: delete {folder}, or promote its version again."
            yield _bundle(workspace, folder, f"{family.name} of before", other)


def _bundle(workspace: Workspace, folder: Path, what: str, remedy: str) -> Verified:
    files = [one for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
    amount = f"{sum(one.stat().st_size for one in files):,} bytes"
    try:
        Signing(workspace).require(folder)
        manifest, _ = verified(folder)
    except RegularsError as fault:
        return Verified(what, amount, f"found {fault.found}", remedy or fault.remedy)
    if manifest.digest != folder.name:
        return Verified(what, amount, "found another model of that name", remedy)
    return Verified(what, amount)


def _predictions(name: str, place: Path) -> Verified:
    what, amount = f"predictions of {name}", f"{place.stat().st_size:,} bytes"
    try:
        read_predictions(place)
    except RegularsError as fault:
        return Verified(what, amount, f"found {fault.found}", fault.remedy)
    return Verified(what, amount)


def _database(path: Path) -> Verified:
    fault = fault_in(path)
    return Verified(path.name, f"{path.stat().st_size:,} bytes", fault, RESTORED if fault else "")


def _record(workspace: Workspace) -> Verified:
    """The record of calls, row by row."""
    what = "record of calls"
    try:
        sound, wrong = verify_audit(workspace)
    except RegularsError as fault:
        return Verified(what, "0 calls", f"found {fault.found}", fault.remedy)
    except Exception as fault:
        # Whatever a damaged database does, the rest is looked at.
        return Verified(what, "0 calls", f"{type(fault).__name__} while reading it", RESTORED)
    return Verified(what, f"{sound:,} calls", wrong, _RECORD if wrong else "")
