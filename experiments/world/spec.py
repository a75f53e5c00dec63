"""What a simulated company is asked to be, and where its random numbers come from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff

BLOCK_CUSTOMERS = 8_192
"""Customers are simulated in blocks of this many, each from its own seed.

The size is part of the simulated world, not of the machine: it never follows memory or cores.
"""

NEVER = 1_000_000
"""A day that no simulated calendar reaches."""

CONTACTS_EVERY_DAYS = 45
"""Campaigns of plain contacts follow one another at this distance."""
LATEST_CONTACTS_DAYS = 180
"""The latest went out so many days before the end: time enough to see who still buys when its days are over."""

_LAWS_VERSION = 1
"""Raised whenever the same spec would give other rows, so that an old world is not taken for new."""

_STREAMS = ("people", "lives", "baskets", "touches", "campaigns", "profile", "contacts")


@dataclass(frozen=True)
class WorldSpec:
    """How large a simulated company is, when it lives and which seed it grows from.

    ``start`` is the first day (UTC midnight) and ``days`` how many are simulated.
    ``lines_per_customer`` is the mean to aim at, met within a few percent; below about nine in two
    years it cannot be met, because every order has a line.
    ``treated_share`` is the chance that a customer in a campaign's audience is shown the offer.
    ``season_strength`` is 0 for a company without seasons and 1 for one with a strong December, a hole in
    summer and a moving Easter. ``contact_campaigns`` past campaigns of plain contacts went to a share
    ``contact_audience`` of the customers each, half of it held out.
    """

    customers: int = 20_000
    seed: int = 7
    lines_per_customer: float = 50.0
    days: int = 730
    start: str = "2024-01-01"
    items: int = 1_200
    treated_share: float = 0.5
    season_strength: float = 0.0
    contact_campaigns: int = 0
    contact_audience: float = 0.5

    def __post_init__(self) -> None:
        bounds = {
            "customers": (1, 9_999_999),
            "lines_per_customer": (2, 1_000),
            "days": (30, 3_650),
            "items": (24, 99_999),
            "treated_share": (0.05, 0.95),
            "season_strength": (0.0, 1.5),
            "contact_campaigns": (
                0,
                max(0, (self.days - LATEST_CONTACTS_DAYS) // CONTACTS_EVERY_DAYS),
            ),
            "contact_audience": (0.05, 1.0),
        }
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                raise UsageRefused(
                    expected=f"{name} of a simulated company between {low} and {high}",
                    found=str(getattr(self, name)),
                    remedy=f"Choose another value for {name}.",
                )
        try:
            date.fromisoformat(self.start)
        except ValueError:
            raise UsageRefused(
                expected="the first day of a simulated company as year-month-day",
                found=repr(self.start),
                remedy='Give a date such as "2024-01-01".',
            ) from None

    @property
    def first(self) -> Cutoff:
        """The first instant of the simulated calendar."""
        return Cutoff.parse(self.start)

    @property
    def end(self) -> Cutoff:
        """The first instant after the simulated calendar: the natural cutoff for today's scores."""
        return self.first.plus_days(self.days)

    def ending_at(self, end: Cutoff) -> WorldSpec:
        """The same company on a calendar that ends at this midnight: its seasons are those of the days it then lives.

        >>> str(WorldSpec(days=365).ending_at(Cutoff.parse("2026-11-30")).first)
        '2025-11-30'
        """
        return replace(self, start=f"{end.plus_days(-self.days).instant:%Y-%m-%d}")

    @property
    def blocks(self) -> int:
        """How many blocks of customers there are."""
        return -(-self.customers // BLOCK_CUSTOMERS)

    def as_dict(self) -> dict[str, Any]:
        """What is asked for as plain fields; seasons and campaigns of contacts only where there are some."""
        asked = asdict(self)
        if self.season_strength == 0.0:
            del asked["season_strength"]
        if not self.contact_campaigns:
            del asked["contact_campaigns"], asked["contact_audience"]
        return asked

    @property
    def digest(self) -> str:
        """A name for exactly this world: equal specs under equal laws have equal digests."""
        content = json.dumps({"laws": _LAWS_VERSION, **self.as_dict()}, sort_keys=True)
        return hashlib.sha256(content.encode("utf-8")).hexdigest()


def random_stream(spec: WorldSpec, block: int, stream: str) -> np.random.Generator:
    """The random numbers of one subject in one block: a new draw elsewhere never shifts them.

    Block -1 belongs to what all customers share, such as the catalogue.
    """
    key = (block + 1, _STREAMS.index(stream))
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(spec.seed, spawn_key=key)))
