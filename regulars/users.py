"""Who may sign in to the pages: their accounts, roles, passwords and browsers."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

import click

from features.vocabulary.errors import UsageRefused
from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome, Table

if TYPE_CHECKING:
    from serving.ledger.accounts.accounts import UserAccount

_password_file = click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    help="Read the password from the first line of FILE, - for standard input, instead of asking for it.",
)


@click.group()
def users() -> None:
    """Make accounts for people, give them roles and passwords, and end their sign-ins."""


@users.command("create")
@click.argument("name")
@click.option(
    "--role",
    required=True,
    help="marketer, adviser, scientist, privacy officer, admin or auditor.",
)
@click.option("--display-name", default="", help="What pages call them, instead of NAME.")
@_password_file
@click.option(
    "--without-password", is_flag=True, help="They come in by links alone: `regulars users link`."
)
@verb
def users_create(
    call: Call,
    name: str,
    role: str,
    display_name: str,
    password_file: TextIO | None,
    without_password: bool,
) -> Outcome:
    """Make an account."""
    from serving.ledger.accounts.roles import require_role
    from serving.ledger.ledger import ledger_of

    require_role(role)
    if without_password and password_file is not None:
        raise UsageRefused(
            expected="a password or none",
            found="--password-file and --without-password",
            remedy="Leave one of them out.",
        )
    password = None if without_password else _password(password_file)
    with ledger_of(call.workspace) as ledger:
        made = ledger.accounts.create(name, display_name, role, password, at=now_seconds())
    return Outcome(
        said=f"Made an account for {made.display_name}: {made.name}, {made.role}",
        next=f"`regulars users link {made.name}`" if without_password else "",
        data=_said_of(made),
    )


@users.command("list")
@verb
def users_list(call: Call) -> Outcome:
    """List the accounts: who they are, what they may do, how they sign in."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        found = [_said_of(one) for one in ledger.accounts.all()]
    headers = ("account", "name", "display name", "role", "signs in by", "state")
    rows = [tuple(one.values()) for one in found]
    return Outcome(
        said=f"{len(rows)} accounts",
        data={"accounts": found},
        tables=[Table("Accounts", headers, rows)],
    )


@users.command("set-role")
@click.argument("name")
@click.argument("role")
@verb
def users_set_role(call: Call, name: str, role: str) -> Outcome:
    """Give somebody another role, from their next call on."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.set_role(name, role)
    return Outcome(f"{account.name} is {role} now", data={"name": account.name, "role": role})


@users.command("set-password")
@click.argument("name")
@_password_file
@verb
def users_set_password(call: Call, name: str, password_file: TextIO | None) -> Outcome:
    """Give somebody another password, and end all their sign-ins."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.required(name)
        ledger.accounts.set_password(account, _password(password_file))
    said = f"{account.name} has another password, and is signed in nowhere"
    return Outcome(said, data={"name": account.name})


@users.command("disable")
@click.argument("name")
@verb
def users_disable(call: Call, name: str) -> Outcome:
    """Let nobody sign in with an account any more, and end all its sign-ins."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.disable(name, at=now_seconds())
    return Outcome(
        f"{account.name} signs in no more",
        f"`regulars users enable {account.name}` takes it back, `remove` deletes the account",
        data={"name": account.name},
    )


@users.command("enable")
@click.argument("name")
@verb
def users_enable(call: Call, name: str) -> Outcome:
    """Let somebody sign in again whose account was disabled."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.enable(name)
    return Outcome(f"{account.name} may sign in again", data={"name": account.name})


@users.command("remove")
@click.argument("name")
@verb
def users_remove(call: Call, name: str) -> Outcome:
    """Delete an account with its password and sign-ins; the record of calls keeps its id."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.remove(name)
    return Outcome(
        f"Removed {account.name}; the record of calls names them {account.account_id}",
        data={"name": account.name, "account": account.account_id},
    )


@users.command("sessions")
@click.argument("name")
@verb
def users_sessions(call: Call, name: str) -> Outcome:
    """List the browsers somebody is signed in with."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.required(name)
        found = ledger.sessions.of_account(account.account_id, at=now_seconds())
    headers = ("session", "browser", "signed in", "last seen")
    rows = [
        (one.session_id, one.browser, _when(one.opened_at), _when(one.seen_at)) for one in found
    ]
    return Outcome(
        said=f"{len(rows)} browsers",
        data={"sessions": [dict(zip(headers, row, strict=True)) for row in rows]},
        tables=[Table(f"Where {account.name} is signed in", headers, rows)],
    )


@users.command("sign-out")
@click.argument("name")
@click.option("--session", help="Only this one, by its id, instead of all.")
@verb
def users_sign_out(call: Call, name: str, session: str | None) -> Outcome:
    """End somebody's sign-ins, or one of them; they may sign in again."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.required(name)
        known = ledger.sessions.of_account(account.account_id, at=now_seconds())
        ids = [one.session_id for one in known] if session is None else [session]
        ended = ledger.sessions.end_of_account(account.account_id, ids)
    if session is not None and not ended:
        raise UsageRefused(
            expected=f"the id of a session of {account.name}",
            found=f'"{session}"',
            remedy=f"`regulars users sessions {account.name}` lists them.",
        )
    return Outcome(f"Signed {account.name} out of {ended} browsers", data={"ended": ended})


@users.command("link")
@click.argument("name")
@verb
def users_link(call: Call, name: str) -> Outcome:
    """Print a link that signs somebody in once, within ten minutes."""
    from serving.ledger.ledger import ledger_of

    with ledger_of(call.workspace) as ledger:
        account = ledger.accounts.required(name)
        _require_enabled(account)
        ticket = ledger.sessions.create_ticket(account.account_id, at=now_seconds())
    link = f"{call.settings.service.address}/sign-in?ticket={ticket}"
    return Outcome(
        f"A link for {account.name}, good once and for ten minutes",
        data={"name": account.name, "link": link},
        lines=("", f"  {link}", ""),
    )


def _require_enabled(account: UserAccount) -> None:
    if account.is_disabled:
        raise UsageRefused(
            expected="an account that may sign in",
            found=f"{account.name}, which is disabled",
            remedy=f"Run `regulars users enable {account.name}` first.",
        )


def _said_of(account: UserAccount) -> dict[str, str]:
    return {
        "account": account.account_id,
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role,
        "signs_in_by": "password" if account.password else "link",
        "state": "disabled" if account.is_disabled else "enabled",
    }


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def _password(file: TextIO | None) -> str:
    """A password from a file, or asked for twice in a terminal: never from an argument, which every process may read."""
    if file is not None:
        return file.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageRefused(
            expected="a terminal to ask for the password in",
            found="none",
            remedy="Pass --password-file FILE, or --password-file - to read it from standard input.",
        )
    entered: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return entered
