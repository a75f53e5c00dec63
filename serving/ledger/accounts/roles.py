"""What people do with the service: six roles, each with what it may open. There is no other place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from features.vocabulary.errors import UsageRefused, did_you_mean

Permission = Literal["own", "company", "customers", "files", "campaigns"]
PERMISSIONS: Mapping[Permission, str] = {
    "own": "One's own account and sign-ins.",
    "company": "What is said of the company and of no customer: monitoring, the contract.",
    "customers": "The list and the page of every customer.",
    "files": "The list as a file, with everybody on it.",
    "campaigns": "Planning campaigns, starting them, handing out their lists and taking them in.",
}
"""What a page asks of whoever opens it."""


@dataclass(frozen=True)
class Role:
    """What somebody is there for, in a sentence, and what they may open."""

    sentence: str
    permissions: frozenset[Permission]


def _role(sentence: str, *permissions: Permission) -> Role:
    return Role(sentence, frozenset(permissions))


ROLES: Mapping[str, Role] = {
    "marketer": _role(
        "Decides whom to contact, and takes lists away.",
        "own",
        "company",
        "customers",
        "files",
        "campaigns",
    ),
    "adviser": _role("Talks to customers, one at a time.", "own", "company", "customers"),
    "scientist": _role("Answers for the models, and needs no customer by name.", "own", "company"),
    "privacy officer": _role(
        "Answers customers who ask what is known of them.", "own", "company", "customers"
    ),
    "admin": _role("Runs the service.", *get_args(Permission)),
    "auditor": _role("Looks after the others, and needs no customer by name.", "own", "company"),
}
OPERATOR = "admin"
"""Whoever can run commands on the machine, and so make themselves any link."""
KEY_HOLDER = "marketer"
"""Whoever signs in by a key with the scope ``pages``, which opens every page about customers."""


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role opens; a word that is none, such as one of a newer version, opens nothing.

    >>> sorted(permissions_of("auditor")), sorted(permissions_of("boss"))
    (['company', 'own'], [])
    """
    found = ROLES.get(role)
    return frozenset() if found is None else found.permissions


def require_role(role: str) -> str:
    """The role itself; ``UsageRefused`` for a word that is none."""
    if role not in ROLES:
        raise UsageRefused(
            expected=f"a role among {', '.join(ROLES)}",
            found=f'"{role}"',
            remedy=did_you_mean(role, list(ROLES)),
        )
    return role
