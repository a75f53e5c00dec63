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


@dataclass(frozen=True)
class Tombstones:
    """The names of erased customers; empty where nobody was."""

    salt: str
    names: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> Tombstones:
        """Those of a workspace, with a new secret where there are none yet."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(secrets.token_hex(32))
        return cls(str(content["salt"]), frozenset(content["names"]))

    def name(self, customer_id: str) -> str:
        """The name a customer would have among the erased.

        >>> Tombstones("0" * 64).name("17841")[:12]
        '84376a4e2511'
        """
        said = self.salt.encode() + customer_id.encode("utf-8", "surrogatepass")
        return hashlib.sha256(said).hexdigest()

    def hold(self, customer_id: str) -> bool:
        """Whether a customer was erased."""
        return bool(self.names) and self.name(customer_id) in self.names

    def with_customers(self, customer_ids: Iterable[str]) -> Tombstones:
        """These and further ones."""
        return replace(self, names=self.names | {self.name(one) for one in customer_ids})

    def write(self, path: Path) -> None:
        """Keep them: on the disk, in one step, readable by the owner alone."""
        beside = path.with_name(path.name + ".new")
        content = json.dumps({"salt": self.salt, "names": sorted(self.names)})
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def condition(self, customer: str) -> str:
        """SQL that is true where a text column names an erased customer, by the number the store knows them by.

        Rows that meet it are not even set aside: an account of rows set aside names some of them.

        >>> Tombstones("0" * 64).condition("customer_id")
        'false'
        """
        if not self.names:
            return "false"
        # Both are hexadecimal, so that nothing in them needs to be escaped.
        names = ", ".join(f"'{one}'" for one in sorted(self.names))
        return f"coalesce(sha256(concat('{self.salt}', {customer})) IN ({names}), false)"

    @property
    def known_as(self) -> tuple[str, ...]:
        """What rows that were read depend on: nothing where nobody was erased, for the secret is new each time."""
        return (self.salt, *sorted(self.names)) if self.names else ()


NOBODY_ERASED = Tombstones("")
