"""The hidden side of a simulated company on disk, and what of it could be seen before a cutoff."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.world.belief import Seen
from experiments.world.campaigns import (
    AUDIENCE_SHARE,
    CAMPAIGN_EVERY_DAYS,
    acceptance_chances,
    campaign_day,
)
from experiments.world.catalogue import OFFERS
from experiments.world.contact_campaigns import NOT_ASKED, ContactCampaigns, campaign_calendar
from experiments.world.people import FAVOURITES, Flags, People
from experiments.world.seasons import Clock
from experiments.world.spec import NEVER, WorldSpec
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.time import DAY_SECONDS

Rows = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Archive:
    """The tables in ``truth/``: hidden traits, orders, exposures and touchpoints, by customer."""

    folder: Path
    spec: WorldSpec

    def table(self, name: str) -> Rows:
        """One hidden table as arrays by column."""
        table = pq.read_table(self.folder / "truth" / f"{name}.parquet")
        return {column: table[column].to_numpy() for column in table.column_names}

    def people(self) -> People:
        """The hidden traits of every customer, by number."""
        table = self.table("customers")
        ranked = np.stack([table[f"favourite_{rank}"] for rank in range(FAVOURITES)], axis=1)
        plain = {one.name: table[one.name] for one in fields(People) if one.name != "favourites"}
        return People(**plain, favourites=ranked)

    def left_days(self) -> Ints:
        """The first day on which each customer no longer comes, or ``NEVER``."""
        return np.asarray(self.table("customers")["left_day"])

    def offer_terms(self, offer: int) -> tuple[int, float]:
        """The category an offer is for and the share it takes off."""
        offers = self.table("offers")
        return int(offers["category"][offer]), float(offers["discount"][offer])

    def seen(self, customers: Ints, orders: Rows, cutoff_day: int, until_day: int) -> Seen:
        """What happened to these customers before a cutoff, and the campaigns up to ``until_day``.

        Each of the customers must have a regular order before the cutoff.
        """
        before = orders["seconds"] < cutoff_day * DAY_SECONDS
        last = last_rows(orders["customer"], before & orders["is_regular"])
        position = np.full(self.spec.customers, -1)
        position[customers] = np.arange(len(customers))
        people = self.people().taken(customers)
        chances, accepted_days = self._campaigns(people, position, cutoff_day, until_day)
        return Seen(
            people=people,
            last_day=orders["seconds"][last].astype(np.int64) // DAY_SECONDS,
            open_from=orders["open_from"][last].astype(np.int64),
            open_until=orders["open_until"][last].astype(np.int64),
            touches=self._touches(position, cutoff_day),
            chances=chances,
            accepted_days=accepted_days,
            contacts=self.contact_campaigns().taken(customers),
            clock=Clock.of(self.spec, until_day),
        )

    def contact_campaigns(self) -> ContactCampaigns:
        """What was done in every campaign of plain contacts, of every customer by number."""
        days, kinds = campaign_calendar(self.spec)
        arms = np.full((len(days), self.spec.customers), NOT_ASKED, np.int64)
        if len(days):
            table = self.table("contacted")
            arms[table["campaign"], table["customer"]] = table["arm"]
        return ContactCampaigns(days, kinds, arms)

    def _touches(self, position: Ints, cutoff_day: int) -> dict[int, Ints]:
        table = self.table("touches")
        rows = np.flatnonzero((table["day"] < cutoff_day) & (position[table["customer"]] >= 0))
        rows = rows[np.argsort(table["day"][rows], kind="stable")]
        owner = position[table["customer"][rows]]
        edges = np.searchsorted(table["day"][rows], np.arange(cutoff_day + 1))
        return {day: owner[edges[day] : edges[day + 1]] for day in range(cutoff_day)}

    def _campaigns(
        self, people: People, position: Ints, cutoff_day: int, until_day: int
    ) -> tuple[dict[int, Floats], dict[int, Ints]]:
        """Acceptance chances by campaign: of the arm where it was drawn before, else on average."""
        table = self.table("exposures")
        known = position[table["customer"]] >= 0
        drawn = np.where(table["treated"], table["chance_treated"], table["chance_control"])
        chances: dict[int, Floats] = {}
        accepted_days: dict[int, Ints] = {}
        for campaign in range(until_day // CAMPAIGN_EVERY_DAYS):
            accepted_days[campaign] = np.full(len(people), NEVER)
            if campaign_day(campaign) >= cutoff_day:
                chances[campaign] = self._average_chance(people, campaign)
                continue
            rows = np.flatnonzero((table["campaign"] == campaign) & known)
            at = position[table["customer"][rows]]
            chances[campaign] = np.zeros(len(people))
            chances[campaign][at] = drawn[rows]
            accepted_days[campaign][at] = table["accepted_day"][rows]
        return chances, accepted_days

    def _average_chance(self, people: People, campaign: int) -> Floats:
        """The chance of acceptance before audience and arm of a campaign are drawn."""
        control, treated = acceptance_chances(people, *self.offer_terms(campaign % OFFERS))
        share = self.spec.treated_share
        mean = AUDIENCE_SHARE * (share * treated + (1.0 - share) * control)
        return np.where(people.marketing_consent, mean, 0.0)


def last_rows(owner: Ints, chosen: Flags) -> Ints:
    """The last chosen row of each owner; rows are sorted by owner and time."""
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return rows
    is_last = np.append(owner[rows][1:] != owner[rows][:-1], True)
    return np.asarray(rows[is_last])
