"""Who may call the service, and who asked for people's data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome, Table


@click.group()
def keys() -> None:
    """Make, list and end API keys for the service."""


@keys.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("score",),
    help="score, events, privacy, pages or admin.",
)
@verb
def keys_create(call: Call, name: str, scopes: Sequence[str]) -> Outcome:
    """Make an API key and show it this once."""
    from serving.ledger.administration import create_key

    key = create_key(call.workspace, name, scopes, at=now_seconds())
    return Outcome(
        said=f"Made a key for {name}: {key}",
        next="keep it now, only its hash is stored",
        data={"name": name, "scopes": list(scopes), "key": key},
    )


@keys.command("list")
@verb
def keys_list(call: Call) -> Outcome:
    """List the keys: who they are for, what they may do, whether they are revoked."""
    from serving.ledger.administration import list_keys

    headers = ("key", "name", "scopes", "state")
    rows = [
        (
            record.key_id,
            record.name,
            ", ".join(record.scopes),
            "revoked" if record.revoked_at else "valid",
        )
        for record in list_keys(call.workspace)
    ]
    return Outcome(
        said=f"{len(rows)} keys",
        data={"keys": [dict(zip(headers, row, strict=True)) for row in rows]},
        tables=[Table("Keys", headers, rows)],
    )


@keys.command("revoke")
@click.argument("key_id")
@verb
def keys_revoke(call: Call, key_id: str) -> Outcome:
    """End a key; the service refuses it within seconds."""
    from serving.ledger.administration import revoke_key

    revoke_key(call.workspace, key_id, at=now_seconds())
    return Outcome(said=f"Revoked {key_id}", data={"key_id": key_id})


@click.group()
def audit() -> None:
    """Show who asked for people's data, and prove that the record is whole."""


@audit.command("list")
@click.option("--latest", type=int, default=20, show_default=True, help="So many of them.")
@click.option("--about", metavar="CUSTOMER", help="Only calls that named this customer.")
@verb
def audit_list(call: Call, latest: int, about: str | None) -> Outcome:
    """List the latest calls for people's data, or those about one customer."""
    from serving.ledger.administration import audited, names_of_callers

    headers = ("number", "at", "key", "name", "call", "customers", "correlation id")
    names = names_of_callers(call.workspace)
    rows = [
        (
            str(asked.number),
            f"{datetime.fromtimestamp(asked.at, UTC):%Y-%m-%d %H:%M:%S}",
            asked.caller,
            names.get(asked.caller, ""),
            f"{asked.method} {asked.route}",
            f"{asked.customers:,}" if asked.customers else "",
            asked.correlation_id,
        )
        for asked in audited(call.workspace, most=latest, about=about)
    ]
    return Outcome(
        said=f"{len(rows)} calls",
        data={"calls": [dict(zip(headers, row, strict=True)) for row in rows]},
        tables=[Table("Calls", headers, rows)],
    )


@audit.command("verify")
@verb
def audit_verify(call: Call) -> Outcome:
    """Prove that no recorded call was edited, taken away, moved or cut off."""
    from serving.ledger.administration import verify_audit

    sound, wrong = verify_audit(call.workspace)
    said = f"The record is broken: {wrong}" if wrong else "The record is whole"
    return Outcome(
        said=f"{said}; {sound:,} calls stand as they were written",
        data={"sound": sound, "wrong": wrong},
        exit_code=1 if wrong else 0,
    )
