"""A simulated company opened for questions: who will really order again, and what an offer really does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from experiments.world.affinities import item_shares
from experiments.world.archive import Archive, Rows, last_rows
from experiments.world.belief import belief, no_order
from experiments.world.campaigns import acceptance_chances
from experiments.world.catalogue import catalogue_of
from experiments.world.contact_campaigns import share_retained_by_call
from experiments.world.keeping import Keeping, brings_within, leaving_rate
from experiments.world.people import Flags
from experiments.world.spec import WorldSpec, random_stream
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon


@dataclass(frozen=True)
class Truth:
    """What is true of every customer with an order before a cutoff; one entry a customer, by id.

    * ``no_order``: the exact chance of no order in the horizon, given the hidden traits and all that
      happened before the cutoff, but not whether the customer has already left. No model that sees
      only the company's tables can rank better on average: it is the fair ceiling.
    * ``still_here``: the exact chance that the customer still comes, on the same knowledge.
    * ``no_order_if_known``: the chance of no order when it is also known whether the customer has left.
    * ``has_left``: whether the customer really has left for good before the cutoff.
    * ``was_silent``: whether there really was no order in the horizon, or None where the simulated
      calendar ends before the horizon does.
    * ``orders_before`` and ``days_since_order`` are what the company sees: all orders before the
      cutoff (accepted offers too, returns not) and the fractional days since the latest.

    The day a contract will end counts as a hidden trait, and so as known, even before notice is given.
    """

    customer_ids: NDArray[np.str_]
    no_order: Floats
    still_here: Floats
    no_order_if_known: Floats
    has_left: Flags
    was_silent: Flags | None
    orders_before: Ints
    days_since_order: Floats

    def judged(self, minimum_orders: int = 2, active_within_days: int = 180) -> Flags:
        """Who counts as a repeat customer that was active: the population churn is judged on."""
        is_recent = self.days_since_order <= active_within_days
        return np.asarray((self.orders_before >= minimum_orders) & is_recent)


@dataclass(frozen=True)
class Uplift:
    """What one offer truly does to each customer who still comes: chances of an order within a week.

    One entry a customer, by id. For who has left, both chances are zero whatever is offered.
    """

    customer_ids: NDArray[np.str_]
    chance_control: Floats
    chance_treated: Floats

    @property
    def uplift(self) -> Floats:
        """The chance with the offer less the chance without it; negative where it puts people off."""
        return self.chance_treated - self.chance_control


class World:
    """A finished simulated company in a folder."""

    def __init__(self, folder: Path, spec: WorldSpec) -> None:
        self.folder = folder
        self.spec = spec
        self._archive = Archive(folder, spec)

    @classmethod
    def open(cls, folder: Path) -> World:
        """Open a finished world.

        Raises ``UsageRefused`` when there is none in the folder.
        """
        try:
            content = json.loads((folder / "world.json").read_text(encoding="utf-8"))
            spec = WorldSpec(**content["spec"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageRefused(
                expected="a finished simulated company",
                found=f"none in {folder.name}",
                remedy="Simulate it again.",
            ) from None
        return cls(folder, spec)

    @property
    def settings_file(self) -> Path:
        """The ``regulars.toml`` that maps this company's tables."""
        return self.folder / "regulars.toml"

    def rows(self, table: str) -> int:
        """How many rows one of the company's tables has."""
        return int(pq.read_metadata(self.folder / f"{table}.parquet").num_rows)

    def truth(self, cutoff: Cutoff, horizon: Horizon) -> Truth:
        """The true chance of no order in ``[cutoff + gap, cutoff + gap + days)``, for every customer.

        The cutoff must be a midnight of the simulated calendar or the one that ends it; the horizon
        may reach beyond. Exact up to floating point: a forward recursion over days, no sampling.
        """
        cutoff_day = self._day(cutoff)
        orders = self._archive.table("orders")
        latest = last_rows(orders["customer"], orders["seconds"] < cutoff_day * DAY_SECONDS)
        customers = orders["customer"][latest]
        until_day = cutoff_day + horizon.gap_days + horizon.days
        seen = self._archive.seen(customers, orders, cutoff_day, until_day)
        has_left = self._archive.left_days()[customers] < cutoff_day
        here = belief(seen, cutoff_day)
        ahead = no_order(seen, np.ones(len(here)), cutoff_day, horizon.gap_days, horizon.days)
        return Truth(
            customer_ids=_ids(customers),
            no_order=1.0 - here * (1.0 - ahead),
            still_here=here,
            no_order_if_known=np.where(has_left, 1.0, ahead),
            has_left=has_left,
            was_silent=self._silence(customers, orders, cutoff_day, horizon),
            orders_before=orders["sequence"][latest].astype(np.int64),
            days_since_order=cutoff_day - orders["seconds"][latest] / DAY_SECONDS,
        )

    def keeping(self, cutoff: Cutoff, days: int, money_days: int = 365) -> Keeping:
        """What a plain contact on the cutoff day truly does to each customer with an order before it, within so many days.

        What a kept customer brings is the margin of ``money_days``, for the company's table of items has costs.
        """
        cutoff_day = self._day(cutoff)
        orders = self._archive.table("orders")
        before = orders["seconds"] < cutoff_day * DAY_SECONDS
        customers = orders["customer"][last_rows(orders["customer"], before)]
        seen = self._archive.seen(customers, orders, cutoff_day, cutoff_day + days)
        has_left = self._archive.left_days()[customers] < cutoff_day
        return Keeping(
            customer_ids=_ids(customers),
            rate=leaving_rate(
                seen.people, has_left, seen.open_from, seen.open_until, cutoff_day, days
            ),
            lowered=share_retained_by_call(seen.people),
            if_kept_cents=brings_within(
                seen.people, self._usual_margin_cents(customers, orders), money_days
            ),
        )

    def _usual_margin_cents(self, customers: Ints, orders: Rows) -> Floats:
        """What each customer leaves for each regular order: what is paid, returns taken off, less what the items cost.

        What they return and what they buy of an offer has order numbers of its own.
        """
        names = ["customer_id", "item_id", "quantity", "amount"]
        lines = pq.read_table(self.folder / "purchases.parquet", columns=names).to_pandas()
        items = pq.read_table(self.folder / "items.parquet", columns=["item_id", "unit_cost"])
        costs = items.to_pandas().set_index("item_id")["unit_cost"].astype(float)
        left = lines["amount"].astype(float) - lines["quantity"] * lines["item_id"].map(costs)
        theirs = left.groupby(lines["customer_id"]).sum().reindex(_ids(customers)).to_numpy()
        regular = np.bincount(orders["customer"][orders["is_regular"]])[customers]
        return np.asarray(100.0 * np.maximum(theirs, 0.0) / regular)

    def uplift(self, offer_id: str) -> Uplift:
        """What one offer truly does to each customer; the offers are those of ``offers.parquet``."""
        offer = self._offer(offer_id)
        people = self._archive.people()
        control, treated = acceptance_chances(people, *self._archive.offer_terms(offer))
        return Uplift(_ids(people.number), control, treated)

    def item_shares(self, customers: Ints) -> Floats:
        """How likely each item truly is to be a line of each of some customers, by number: [customers, items].

        Items are in the order of ``items.parquet``.
        """
        catalogue = catalogue_of(self.spec, random_stream(self.spec, -1, "people"))
        return item_shares(self._archive.people().taken(customers), catalogue)

    def exposures(self) -> dict[str, NDArray[Any]]:
        """The truth behind each row of ``exposures.parquet`` that is an offer, in its order: arm, chances, outcome.

        ``chance_control`` and ``chance_treated`` hold while the customer still comes; times
        ``alive_share`` they are the expected acceptances. ``accepted`` is what happened.
        """
        table = self._archive.table("exposures")
        accepted = table["accepted_day"] < self.spec.days
        return {**table, "customer_id": _ids(table["customer"]), "accepted": accepted}

    def _day(self, cutoff: Cutoff) -> int:
        passed, rest = divmod(cutoff.seconds - self.spec.first.seconds, DAY_SECONDS)
        if rest or not 0 < passed <= self.spec.days:
            raise UsageRefused(
                expected=f"a midnight after {self.spec.first} and up to {self.spec.end}",
                found=str(cutoff),
                remedy="Ask for the truth at a day of the simulated calendar.",
            )
        return passed

    def _offer(self, offer_id: str) -> int:
        ids = pq.read_table(self.folder / "offers.parquet", columns=["offer_id"])[0].to_pylist()
        if offer_id not in ids:
            raise UsageRefused(
                expected="an offer of the simulated company",
                found=repr(offer_id),
                remedy="Known offers: " + ", ".join(ids) + ".",
            )
        return int(ids.index(offer_id))

    def _silence(
        self, customers: Ints, orders: Rows, cutoff_day: int, horizon: Horizon
    ) -> Flags | None:
        start = cutoff_day + horizon.gap_days
        end = start + horizon.days
        if end > self.spec.days:
            return None
        day = orders["seconds"] // DAY_SECONDS
        return ~np.isin(customers, orders["customer"][(start <= day) & (day < end)])


def _ids(numbers: Ints) -> NDArray[np.str_]:
    return np.char.mod("C%07d", numbers)
