"""Passwords: what is stored of one, and whether another is the same.

Stored is an Argon2id hash with its salt and its parameters (RFC 9106). It takes 46 MiB of memory and one pass, which OWASP's
Password Storage Cheat Sheet counts among the sets of equal strength: nobody who steals the database tries many of them.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from features.vocabulary.errors import UsageRefused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 47_104, 1, 1
SHORTEST, LONGEST = 12, 200
NO_PASSWORD = ""
"""Stored of an account that signs in by links alone."""
_SAME_WORK = (
    f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}"
    "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""The hash of no password there is: to try it takes as long as to try a real one."""


def hash_of(password: str) -> str:
    """What is stored of a password; takes a twentieth of a second on purpose."""
    return _hasher().hash(_normal(password))


def is_password(stored: str, password: str) -> bool:
    """Whether a password is the stored one; where there is none it takes as long, and never is."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(stored or _SAME_WORK, _normal(password)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored != NO_PASSWORD


def needs_new_hash(stored: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(stored)


def require_password(password: str, name: str) -> None:
    """Refuse a password that is easily guessed: too short, of very few characters, or with the account's name in it.

    No kinds of characters are asked for, as NIST SP 800-63B advises. Raises ``UsageRefused``, which never repeats the
    password.
    """
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        found = f"{len(normal)} characters"
    elif len(set(normal)) < 5:
        found = "fewer than five different ones"
    elif len(name) > 2 and name in normal.casefold():
        found = "the name of the account in it"
    else:
        return
    raise UsageRefused(
        expected=f"a password of {SHORTEST} to {LONGEST} characters, five of them different, without the name in it",
        found=found,
        remedy="Take four words that do not belong together.",
    )


def _normal(password: str) -> str:
    """A password in one spelling, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def _hasher() -> PasswordHasher:
    # Whoever serves loads the library at the first sign-in by name and password, and not before.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
