"""Who must not come back: names of erased customers that cannot be read, kept so that an ingest leaves them out.

A name is SHA-256 over a secret of the workspace and the customer number. With the file alone nobody learns who
was erased; with a customer number at hand one can ask.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from features.vocabulary.identifiers import small


@dataclass(frozen=True)
class Tombstones:
    """The names of erased customers; empty where nobody was.

    ``in_small`` are the names by their numbers in small letters, which count while a company ignores case, and
    ``in_any_case`` those of whom was erased while it did: they count ever after.
    """

    salt: str
    names: frozenset[str] = frozenset()
    in_small: frozenset[str] = frozenset()
    in_any_case: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> Tombstones:
        """Those of a workspace, with a new secret where there are none yet."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(secrets.token_hex(32))
        further = (frozenset(content.get(one, ())) for one in _FURTHER)
        return cls(str(content["salt"]), frozenset(content["names"]), *further)

    def name(self, customer_id: str) -> str:
        """The name a customer would have among the erased.

        >>> Tombstones("0" * 64).name("17841")[:12]
        '84376a4e2511'
        """
        said = self.salt.encode() + customer_id.encode("utf-8", "surrogatepass")
        return hashlib.sha256(said).hexdigest()

    def hold(self, customer_id: str, *, ignore_case: bool = False) -> bool:
        """Whether a customer was erased."""
        if not self.names:
            return False
        in_small = self.name(small(customer_id))
        also = in_small in self.in_any_case or (ignore_case and in_small in self.in_small)
        return also or self.name(customer_id) in self.names

    def with_customers(
        self, customer_ids: Iterable[str], *, ignore_case: bool = False
    ) -> Tombstones:
        """These and further ones."""
        named = tuple(customer_ids)
        in_small = {self.name(small(one)) for one in named}
        return replace(
            self,
            names=self.names | {self.name(one) for one in named},
            in_small=self.in_small | in_small,
            in_any_case=self.in_any_case | (in_small if ignore_case else set()),
        )

    def write(self, path: Path) -> None:
        """Keep them: on the disk, in one step, readable by the owner alone."""
        beside = path.with_name(path.name + ".new")
        kept = {"names": self.names, "in_small": self.in_small, "in_any_case": self.in_any_case}
        content = json.dumps({"salt": self.salt, **{key: sorted(kept[key]) for key in kept}})
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def condition(self, customer: str, *, ignore_case: bool = False) -> str:
        """SQL that is true where a text column names an erased customer, by the number the store knows them by.

        Rows that meet it are not even set aside: an account of rows set aside names some of them.

        >>> Tombstones("0" * 64).condition("customer_id")
        'false'
        """
        if not self.names:
            return "false"
        in_small = self.in_any_case | (self.in_small if ignore_case else frozenset())
        exactly = self._among(customer, self.names)
        if not in_small:
            return exactly
        return f"({exactly} OR {self._among(f'lower({customer})', in_small)})"

    def _among(self, customer: str, names: frozenset[str]) -> str:
        # Both are hexadecimal, so that nothing in them needs to be escaped.
        listed = ", ".join(f"'{one}'" for one in sorted(names))
        return f"coalesce(sha256(concat('{self.salt}', {customer})) IN ({listed}), false)"

    @property
    def known_as(self) -> tuple[str, ...]:
        """What rows that were read depend on: nothing where nobody was erased, for the secret is new each time."""
        every = (self.names, self.in_small, self.in_any_case)
        return (self.salt, *(one for some in every for one in sorted(some))) if self.names else ()


_FURTHER = ("in_small", "in_any_case")
NOBODY_ERASED = Tombstones("")
