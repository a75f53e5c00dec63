"""Which files of a workspace still hold erased customers, and how they stop doing so."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from features.company.block_digests import damage_in
from features.company.learned_from import LearnedFrom
from features.company.settings.service import RetentionSettings
from features.company.workspace import Workspace
from features.store.customers.other_ids import FOLDER, open_other_ids
from features.store.pack import TextColumn, incomplete_refused, open_pack
from features.vocabulary.errors import RegularsError
from serving.ledger.ledger import ledger_of
from serving.snapshot.columns import CUSTOMER_IDS, opened_column
from training.measures.predictions.stored import StoredPredictions


def still_held(workspace: Workspace, customer_ids: Iterable[str]) -> frozenset[str]:
    """Those customers whom any generation of the store or of the scores still has.

    A run at work, or one that was killed, may have written anybody: until it is published or cleared
    away, everybody counts as held.
    """
    held: set[str] = set()
    wanted = set(customer_ids)
    kinds = workspace.store, workspace.vectors, workspace.scores
    if wanted and any(one.unfinished() for one in kinds):
        return frozenset(wanted)
    for folder in [*workspace.store.named(), *workspace.scores.named()] if wanted else ():
        known = _customers_in(folder)
        held |= (
            wanted
            if known is None
            else {one for one in wanted if any(some.find(one) >= 0 for some in known)}
        )
    return frozenset(held)


def forget_old_generations(workspace: Workspace) -> None:
    """Delete every generation but the current one of store, vectors and scores, and what was never published."""
    with workspace.writing():
        for one in (workspace.store, workspace.vectors, workspace.scores):
            one.keep_current_alone()
        # Notes of what was exported and learned from name nobody, but who knows a number can ask them.
        shutil.rmtree(workspace.folder / "exports", ignore_errors=True)
        shutil.rmtree(workspace.experiment_rows, ignore_errors=True)
        store = workspace.store.current
        customer_ids = () if store is None else open_pack(store / "pack").customer_ids
        LearnedFrom(workspace).keep_alone(customer_ids)
        StoredPredictions(workspace).keep_alone(customer_ids)


def name_the_erased(workspace: Workspace) -> None:
    """Before an ingest: whoever is to be erased is among the erased, also where the file of their names was lost."""
    if workspace.ledger.exists():
        # To open it is to name them.
        with ledger_of(workspace):
            pass


def erasures_pending(workspace: Workspace) -> int:
    """How many erasures are not done."""
    with ledger_of(workspace) as ledger:
        return ledger.privacy.pending()


def finish_erasures(workspace: Workspace, *, at: int) -> list[str]:
    """Note as done the erasures of which nothing is left; says which."""
    with ledger_of(workspace) as ledger:
        privacy = ledger.privacy
        privacy.clear()
        return privacy.finish(still_held(workspace, privacy.withheld.erased), at=at)


def let_go_of_the_old(workspace: Workspace, settings: RetentionSettings, *, at: int) -> int:
    """Delete what the ledger has kept as long as the settings say; says how many rows."""
    with ledger_of(workspace) as ledger:
        return ledger.let_go(settings, at=at)


def erasures_sentence(workspace: Workspace, done: Sequence[str]) -> str:
    """How many erasures have come to their end, and how many have not."""
    pending = erasures_pending(workspace)
    said = f"{len(done):,} erasure{' is' if len(done) == 1 else 's are'} done"
    if pending:
        are = "is" if pending == 1 else "are"
        return f"{said}; {pending:,} {are} pending, for a file of the workspace may still hold their customers"
    if not done:
        return "No erasure was pending"
    return f"{said}, no file of the workspace holds their customers"


def _customers_in(folder: Path) -> tuple[TextColumn, ...] | None:
    """The customers of one generation, by all of their ids; None where it cannot be looked into."""
    if damage_in(folder, "pack/customer_ids", "customer_ids", f"{FOLDER}/"):
        return None
    try:
        other = open_other_ids(folder / FOLDER)
        if (folder / "pack").is_dir():
            return open_pack(folder / "pack").customer_ids, other.ids, other.persons
        with incomplete_refused("the customers of scores"):
            customers = TextColumn(*(opened_column(folder, name) for name in CUSTOMER_IDS))
        return customers, other.ids, other.persons
    except RegularsError:
        return None
