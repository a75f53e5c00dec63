"""Who must not come back: names of erased customers that cannot be read, kept so that an ingest leaves them out.

A name is SHA-256 over a secret of the workspace and the customer number. With the names alone nobody learns who
was erased; with a customer number at hand one can ask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.vocabulary.arrays import Ints
from features.vocabulary.identifiers import small

BYTES_A_NAME = 8


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

    @cached_property
    def known_as(self) -> tuple[str, ...]:
        """What rows that were read depend on: nothing where nobody was erased, whatever the secret is."""
        if not self.names:
            return ()
        said = hashlib.sha256(self.salt.encode())
        for some in (self.names, self.in_small, self.in_any_case):
            said.update("\n".join(("", *sorted(some))).encode())
        return (said.hexdigest(),)


NONE_ERASED = Tombstones("")


def short_names(names: Iterable[str]) -> Ints:
    """Fifteen of the digits of each name, which two of them hardly share; who did would be taken for one."""
    return np.array([int(one[:15], 16) for one in names], np.int64)
