"""What an operator does with a workspace's ledger: its keys, tickets, decisions and calls, one at a time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.errors import RegularsError, UsageRefused, WorkspaceRefused
from features.vocabulary.identifiers import normal_id
from serving.ledger.audit import COMMAND_LINE, AuditRow
from serving.ledger.decisions import Decision
from serving.ledger.keys import FIRST_KEY_VARIABLE, SCOPES, SHORTEST_SECRET, KeyRecord
from serving.ledger.ledger import ledger_of
from serving.ledger.privacy import Withheld

MOST_TRIES = 10
Made = TypeVar("Made")


class DemandMeanwhile(Exception):
    """Somebody made a demand while a file about customers was made."""


def create_key(workspace: Workspace, name: str, scopes: Iterable[str], *, at: int) -> str:
    """Make an API key in a workspace's ledger and return it, this once."""
    with ledger_of(workspace) as ledger:
        return ledger.create_key(name, scopes, at=at)


def list_keys(workspace: Workspace) -> list[KeyRecord]:
    """The keys of a workspace, without their secrets."""
    with ledger_of(workspace) as ledger:
        return ledger.list_keys()


def revoke_key(workspace: Workspace, key_id: str, *, at: int) -> None:
    """Make a workspace's key worthless."""
    with ledger_of(workspace) as ledger:
        ledger.revoke_key(key_id, at=at)


def create_ticket(workspace: Workspace, *, at: int) -> str:
    """A single-use word for ``/sign-in?ticket=…``, good for ten minutes."""
    with ledger_of(workspace) as ledger:
        return ledger.sessions.create_ticket(at=at)


def find_decision(workspace: Workspace, decision_id: str) -> Decision:
    """A decision of a workspace's ledger; ``UsageRefused`` when there is none of this id."""
    with ledger_of(workspace) as ledger:
        found = ledger.decision(decision_id)
    if found is None:
        raise UsageRefused(
            expected="the decision_id of an answered row",
            found=f'"{decision_id}", which the ledger does not know, or knows no more',
            remedy="Copy it from the answer of POST /v1/score. Decisions older than retention.decisions_days were let go, "
            "and so were those about customers who were erased.",
        )
    return found


def adopt_first_key(workspace: Workspace, environment: Mapping[str, str], *, at: int) -> None:
    """Take a key that an operator keeps as a secret in a file, where the workspace has no key yet.

    ``REGULARS_FIRST_KEY_FILE`` names the file; the key may do everything but open pages.
    """
    named = environment.get(FIRST_KEY_VARIABLE)
    if named is None:
        return
    key = Path(named).read_text(encoding="utf-8").strip()
    kind, key_id, secret = (*key.split("_", 2), "", "")[:3]
    if kind != "rgl" or not key_id or len(secret) < SHORTEST_SECRET:
        raise UsageRefused(
            expected=f"a key such as rgl_first_… with {SHORTEST_SECRET} random characters or more",
            found="something else",
            remedy="Make one: echo rgl_first_$(openssl rand -hex 32).",
        )
    with ledger_of(workspace) as ledger:
        if not ledger.list_keys():
            ledger.adopt_key(key_id, key, [one for one in SCOPES if one != "pages"], at=at)


def audited(workspace: Workspace, *, most: int, about: str | None = None) -> list[AuditRow]:
    """The latest calls for people's data, the newest first, or those that named a customer by any of their ids."""
    with ledger_of(workspace) as ledger:
        names = None if about is None else ledger.unreadable(_all_ids(workspace, normal_id(about)))
        return ledger.audit.rows(most=most, about=names)


def names_of_callers(workspace: Workspace) -> dict[str, str]:
    """The names of keys and accounts by the ids that stand on record; of who was removed there is none."""
    with ledger_of(workspace) as ledger:
        keys = {one.key_id: one.name for one in ledger.list_keys()}
        return keys | {one.account_id: one.name for one in ledger.accounts.all()}


def _all_ids(workspace: Workspace, customer_id: str) -> list[str]:
    """A customer by every id the store knows them by."""
    if workspace.store.current is None:
        return [customer_id]
    return [customer_id, *open_store(workspace).other_ids().all_of([customer_id])]


def record_command(workspace: Workspace, name: str, *, at: int) -> None:
    """Write down what somebody at the machine itself is about to do; never about whom."""
    with ledger_of(workspace) as ledger:
        ledger.audit.note(
            at=at,
            caller=COMMAND_LINE,
            method="RUN",
            route=name,
            correlation_id=secrets.token_hex(8),
        )


def verify_audit(workspace: Workspace) -> tuple[int, str]:
    """How many calls stand as they were written, and what is wrong with the next."""
    with ledger_of(workspace) as ledger:
        return ledger.audit.verify()


def withheld_in(workspace: Workspace, *, ignore_case: bool = False) -> Withheld:
    """Who of a workspace has objected or was erased."""
    with ledger_of(workspace) as ledger:
        if ignore_case:
            ledger.privacy.count_in_small()
        with suppress(RegularsError):
            ledger.privacy.count_for_all_ids(open_store(workspace).other_ids().all_of)
        return ledger.privacy.withheld


def demands_in(workspace: Workspace) -> int:
    """The number of the latest demand of a workspace; whoever is withheld is withheld since that one or before."""
    with ledger_of(workspace) as ledger:
        return ledger.privacy.latest_demand()


def made_without_withheld(
    workspace: Workspace, make: Callable[[Withheld, Callable[[], None]], Made]
) -> Made:
    """Make a file about customers, and make it anew where somebody objected or was erased meanwhile.

    ``make`` is given who is withheld and what it has to call just before the file is put in place. Raises
    ``WorkspaceRefused`` where demands do not cease.
    """
    for _ in range(MOST_TRIES):
        before = withheld_in(workspace)

        def check(known: frozenset[str] = before.objected | before.erased) -> None:
            now = withheld_in(workspace)
            if not (now.objected | now.erased) <= known:
                raise DemandMeanwhile

        try:
            return make(before, check)
        except DemandMeanwhile:
            continue
    raise WorkspaceRefused(
        expected="a file about customers to be made without an objection or an erasure meanwhile",
        found=f"some in each of {MOST_TRIES} tries",
        remedy="Run this again when fewer come in.",
    )
