"""What the pages of the door and of one's own account are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.pages.shown import shown


@dataclass(frozen=True)
class SignInPage:
    """The door: a name and its password, or a key; and a used-up link says so."""

    company: str = shown("The company's name.")
    fault: str = shown("Why the last attempt failed; empty at first.", "")
    name: str = shown("The name that was entered last; empty at first.", "")
    form_token: str = shown("What names the browser the forms are drawn for.", "")
    has_accounts: bool = shown("Whether anybody signs in by name and password.", False)
    is_signed_in: bool = shown("Whether the door has just opened.", False)


@dataclass(frozen=True)
class SessionLine:
    """One browser the account is signed in with."""

    session_id: str = shown("Names the sign-in.")
    browser: str = shown("The kind of browser, in a few words.")
    opened: str = shown("How long ago it signed in.")
    seen: str = shown("How long ago it was seen last.")
    is_this: bool = shown("Whether it is the browser that looks.")


@dataclass(frozen=True)
class AccountPage:
    """One's own account: who one is here, with which browsers one is signed in, and another password."""

    company: str = shown("The company's name.")
    name: str = shown("The name one signs in by.")
    display_name: str = shown("What pages call one.")
    role: str = shown("One's role.")
    for_whom: str = shown("What the role is there for.")
    has_password: bool = shown("Whether one signs in by a password, and not by links alone.")
    sessions: Sequence[SessionLine] = shown(
        "The browsers one is signed in with, the one that looks first."
    )
    fault: str = shown("Why the last change was refused; empty otherwise.", "")
    done: str = shown("What was just done; empty otherwise.", "")
