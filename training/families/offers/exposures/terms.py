"""The offers a company can make, and what an acceptance of each brings and costs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from features.store.store import Store
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import OFFERS, Kind, stored_name


@dataclass(frozen=True)
class Offer:
    """One offer. Money is in cents an acceptance; ``margin_cents`` is before the reward.

    Instants are UTC seconds, None where it is always valid; ``eligibility`` is the company's own rule.
    """

    offer_id: str
    name: str
    margin_cents: int
    reward_cost_cents: int = 0
    kind: str = ""
    category: str = ""
    item_id: str = ""
    discount: float = 0.0
    channel: str = ""
    starts_seconds: int | None = None
    ends_seconds: int | None = None
    eligibility: str = ""

    def is_valid(self, at_seconds: int) -> bool:
        """Whether the offer can be made at an instant: from its start on, and before its end."""
        begun = self.starts_seconds is None or self.starts_seconds <= at_seconds
        return begun and (self.ends_seconds is None or at_seconds < self.ends_seconds)


@dataclass(frozen=True)
class Offers:
    """Offers by their number, in that order."""

    listed: tuple[Offer, ...]

    @classmethod
    def of(cls, offers: Sequence[Offer]) -> Self:
        """Offers that can be decided about.

        Raises ``DataRefused`` for an offer that is worth nothing, costs more than it brings, ends before it
        begins or takes off more than everything, and for two of one number.
        """
        if not offers:
            raise _refused("offers that can be made", "none", "Map the table of offers.")
        for wrong, expected, remedy in _FAULTS:
            found = [one.offer_id for one in offers if wrong(one)]
            if found:
                raise _refused(expected, _named(found), remedy)
        seen = sorted(one.offer_id for one in offers)
        twice = [one for one, other in itertools.pairwise(seen) if one == other]
        if twice:
            raise _refused("each offer once", _named(twice), "Leave the others out.")
        return cls(tuple(sorted(offers, key=lambda one: one.offer_id.encode("utf-8"))))

    @classmethod
    def of_store(cls, store: Store) -> Self:
        """The table of offers; ``DataRefused`` where there is none or it cannot be decided about."""
        path = store.table(OFFERS.name)
        if not path.is_file():
            return cls.of([])
        return cls.of(read_offers(path))

    def __len__(self) -> int:
        return len(self.listed)

    def __getitem__(self, place: int) -> Offer:
        return self.listed[place]

    def place(self, offer_id: str) -> int:
        """Where an offer stands; -1 of one that is not there."""
        ids = [one.offer_id for one in self.listed]
        return ids.index(offer_id) if offer_id in ids else -1

    def to_list(self) -> list[dict[str, Any]]:
        """The offers as plain fields."""
        return [
            {one.name: getattr(offer, one.name) for one in fields(Offer)} for offer in self.listed
        ]

    @classmethod
    def from_list(cls, content: Sequence[Mapping[str, Any]]) -> Self:
        """The offers read back."""
        return cls(tuple(Offer(**one) for one in content))


def read_offers(path: Path) -> list[Offer]:
    """The rows of a stored table of offers."""
    import pyarrow.parquet as pq

    known = {stored_name(one): one for one in OFFERS.columns}
    # Not read_table, which loads pandas where it finds it.
    table = pq.ParquetFile(path).read()
    columns = {name: table.column(name).to_pylist() for name in table.column_names if name in known}
    found = []
    for row in zip(*columns.values(), strict=True):
        told: dict[str, Any] = {}
        for name, value in zip(columns, row, strict=True):
            if value is None:
                continue
            is_milli = known[name].kind is Kind.NUMBER
            told[name.removesuffix("_milli")] = value / 1000 if is_milli else value
        found.append(Offer(**{"margin_cents": 0, "name": told["offer_id"], **told}))
    return found


_FAULTS: tuple[tuple[Any, str, str], ...] = (
    (
        lambda one: one.margin_cents <= 0,
        "a margin above zero for every offer",
        "Say in the column margin what one acceptance earns before the reward.",
    ),
    (
        lambda one: not 0 <= one.reward_cost_cents <= one.margin_cents,
        "a reward that costs no more than the margin of its offer",
        "Correct reward_cost or margin: who takes the offer would cost more than they bring.",
    ),
    (
        lambda one: not 0 <= one.discount <= 1,
        "a discount from 0 to 1, as a share of the price",
        "Divide a discount in percent by 100.",
    ),
    (
        lambda one: (
            None not in (one.starts_seconds, one.ends_seconds)
            and one.ends_seconds <= one.starts_seconds
        ),
        "offers that end after they begin",
        "Correct starts_at or ends_at.",
    ),
)


def _named(found: Sequence[str]) -> str:
    others = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return f"{', '.join(found[:5])}{others} otherwise"


def _refused(expected: str, found: str, remedy: str) -> DataRefused:
    return DataRefused(expected=expected, found=found, remedy=remedy)
