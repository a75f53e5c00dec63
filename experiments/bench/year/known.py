"""What simple rules go by: who is riskiest, who is most valuable, who has been silent for longest by their own rhythm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.time import DAY_SECONDS
from serving.nightly.run import open_snapshot
from training.actions.actions import Action
from training.actions.net_gain import net_gains_cents

A_YEAR_DAYS = 365
RULES = ("riskiest", "most valuable", "longest silent", "random")


@dataclass(frozen=True)
class ScoredToday:
    """What the product plans by, of the same customers: its contacts, their status, risk, and the value if they are kept, over ``value_days``."""

    actions: tuple[Action, ...]
    statuses: NDArray[np.int8]
    risk: Floats
    if_kept_cents: Floats
    value_days: int

    def over_a_year(self) -> ScoredToday:
        """With the value as if it went on for a year at the pace of its days."""
        cents = self.if_kept_cents * A_YEAR_DAYS / self.value_days
        return replace(self, if_kept_cents=cents, value_days=A_YEAR_DAYS)

    def keeping(self, shares: Floats) -> ScoredToday:
        """With other chances to keep a customer, [customers, actions]: the mean of each status by each contact."""
        means = [
            [float(column[self.statuses == one].mean()) if (self.statuses == one).any() else None for one in LifecycleStatus]
            for column in shares.T
        ]  # fmt: skip
        actions = [
            replace(one, kept_chances=tuple(mean))
            for one, mean in zip(self.actions, means, strict=True)
        ]
        return replace(self, actions=tuple(actions))

    @property
    def gains_cents(self) -> Floats:
        """The expected net gain of each contact for each customer, by the product's arithmetic."""
        return net_gains_cents(self.actions, self.statuses, self.risk, self.if_kept_cents)


@dataclass(frozen=True)
class KnownToday:
    """Customers who are judged and may be contacted, by number, and the order of each rule, the first with the highest figure."""

    numbers: Ints
    orders: Mapping[str, Floats]
    scored: ScoredToday | None = None

    @classmethod
    def of(cls, folder: Path, cutoff_seconds: int, seed: int) -> KnownToday:
        """By the scores and the tables of a folder. The rules of all arms go by those of the product's company, from which theirs differ in few customers."""
        snapshot = open_snapshot(
            Workspace(load_settings(folder / "regulars.toml").workspace_folder)
        )
        places = snapshot.shown_places
        keys = snapshot.ranking.customer_keys[places]
        places, keys = (
            places[snapshot.has_refused_contact[keys] == 0],
            keys[snapshot.has_refused_contact[keys] == 0],
        )
        ids = [snapshot.customer_ids[int(key)] for key in keys]
        return cls(
            np.array([int(one[1:]) for one in ids], np.int64),
            {
                "riskiest": np.asarray(snapshot.ranking.probability[places], np.float64),
                "most valuable": snapshot.spend_cents[keys].astype(np.float64),
                "longest silent": _silent_for(folder, ids, cutoff_seconds),
                "random": np.random.default_rng(seed).random(len(ids)),
            },
            ScoredToday(
                snapshot.actions,
                snapshot.lifecycle_status[keys],
                np.asarray(snapshot.ranking.probability[places], np.float64),
                np.maximum(snapshot.retained_cents(places), 0.0),
                snapshot.value_days or A_YEAR_DAYS,
            ),
        )


def _silent_for(folder: Path, ids: list[str], cutoff_seconds: int) -> Floats:
    """The days since the last order over the mean days between orders; of a single order over a quarter of a year."""
    columns = ["customer_id", "order_id", "ordered_at", "quantity"]
    lines = pq.read_table(folder / "purchases.parquet", columns=columns).to_pandas()
    orders = lines[lines["quantity"] > 0].drop_duplicates("order_id")
    found = orders.groupby("customer_id")["ordered_at"].agg(["min", "max", "count"]).reindex(ids)
    day = DAY_SECONDS * 1_000_000_000
    first, last = (
        found[one].astype("datetime64[ns]").astype("int64") / day for one in ("min", "max")
    )
    gap = ((last - first) / (found["count"] - 1).clip(lower=1)).where(found["count"] > 1, 91.0)
    return np.asarray((cutoff_seconds / DAY_SECONDS - last) / gap.clip(lower=1.0), np.float64)
