"""What stands published of one customer, read from the files themselves and the company's raw rows alone.

Nothing of the project is imported: whoever doubts a figure on a page can do this sum with a pocket calculator.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet

STAGES = ("suspect", "prospect", "first_time", "repeat", "client", "member", "advocate", "partner")
STATUSES = ("new", "active", "slowing", "at_risk", "lapsed", "won_back", "probably_gone")
TITLES = {"call": "Call", "letter": "Letter", "mail": "E-mail", "nothing": ""}
NOTHING = ("nothing", 0)
_TENTH = 0.1101
TERCILES = ("low", "middle", "high")


class Published:
    """The files of one night beside the rows they were made from."""

    def __init__(self, scores: Path, raw: Path) -> None:
        self.manifest: dict[str, Any] = json.loads((scores / "snapshot.json").read_text("utf-8"))
        self._scores = scores
        self._columns: dict[str, np.ndarray] = {}
        content, offsets = self["customer_ids.content"].tobytes(), self["customer_ids.offsets"]
        self.ids = [content[a:b].decode() for a, b in itertools.pairwise(offsets)]
        self.cutoff = datetime.fromtimestamp(self.manifest["cutoff_seconds"], UTC)
        names = ["customer_id", "ordered_at", "quantity", "amount"]
        people = parquet.read_table(raw / "customers.parquet").to_pylist()
        self._refused = {
            one["customer_id"] for one in people if one.get("marketing_consent") is False
        }
        self._names: dict[str, str] = {one["customer_id"]: one["name"] for one in people}
        self._orders: dict[str, list[tuple[datetime, float, float]]] = {}
        for row in parquet.read_table(raw / "purchases.parquet", columns=names).to_pylist():
            when, at = row["ordered_at"], self.cutoff
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
            if at - timedelta(days=3650) < when < at:
                told = when, float(row["quantity"]), float(row["amount"])
                self._orders.setdefault(row["customer_id"], []).append(told)

    def __getitem__(self, column: str) -> np.ndarray:
        """One published column."""
        if column not in self._columns:
            self._columns[column] = np.load(self._scores / f"{column}.npy")
        return self._columns[column]

    @property
    def judged(self) -> int:
        return len(self["customer_keys"])

    @property
    def is_valued(self) -> bool:
        return self.manifest["value"] is not None

    def key(self, place: int) -> int:
        return int(self["customer_keys"][place])

    def risk(self, place: int) -> float:
        return float(self["probability"][place])

    def customer(self, place: int) -> str:
        return self.ids[self.key(place)]

    def called(self, place: int) -> str:
        return self._names[self.customer(place)]

    def of(self, column: str, place: int) -> int:
        """A column of customers at one place of the ranking."""
        return int(self[column][self.key(place)])

    def band(self, place: int) -> str:
        percentile = float(self["percentile"][place])
        return "high" if percentile >= 90 else "medium" if percentile >= 70 else "low"

    def spend_cents(self, place: int) -> int:
        """The raw rows of a year before the cutoff, a returned one with its minus sign."""
        since = self.cutoff - timedelta(days=365)
        rows = self._orders.get(self.customer(place), [])
        return round(sum(100 * amount for when, _, amount in rows if when >= since))

    def last_order(self, place: int) -> datetime:
        return max(when for when, pieces, _ in self._orders[self.customer(place)] if pieces > 0)

    def at_risk_cents(self, place: int) -> float:
        """Risk times what they bring given that they buy at all; times the year's spend without a value model."""
        money = self.of("value_if_kept_cents", place) if self.is_valued else self.spend_cents(place)
        return self.risk(place) * max(money, 0)

    def has_refused(self, place: int) -> bool:
        """What the company's own table of customers says."""
        return self.customer(place) in self._refused

    def best_action(self, place: int) -> tuple[str, int]:
        """What to do and what it gains in cents: the share kept of such customers, of the money at risk, less the cost."""
        if self.has_refused(place) or not self.manifest["means_leaving"]:
            return NOTHING
        status = self.of("lifecycle_status", place)
        gains = [
            (self._kept(one, status, place) - one["cost_cents"], -order)
            for order, one in enumerate(self.manifest["actions"])
        ]
        gain, order = max(gains)
        return (
            (self.manifest["actions"][-order]["name"], round(gain)) if round(gain) > 0 else NOTHING
        )

    def _kept(self, action: Any, status: int, place: int) -> float:
        """Money kept: of all contacted as campaigns have shown, at most the risk, else the assumed share of those who leave and are not gone yet."""
        measured, risk = action["kept_chances"][status], self.risk(place)
        if measured is None:
            not_gone = min(action["leaving"][status] * (1 - risk), 1)
            return float(action["keeps"][status] * self.at_risk_cents(place) * not_gone)
        return float(min(measured, risk) / risk * self.at_risk_cents(place)) if risk else 0.0

    def moved_points(self, place: int) -> float | None:
        """The risk of today less that of the earlier day, both with one decimal."""
        before = float(self["risk_before"][place])
        if np.isnan(before):
            return None
        return round(round(100 * self.risk(place), 1) - round(100 * before, 1), 1)

    def raising(self, place: int) -> list[float]:
        """The points of the groups that are shown as raising, the most first."""
        bits, points = int(self["raising"][place]), self["points"][place].tolist()
        shown = [one for group, one in enumerate(points) if bits >> group & 1]
        return sorted(shown, reverse=True)

    def are_raising(self, place: int, shown: Sequence[float]) -> bool:
        """Whether shown points are those of the raising groups, one of which may have others joined to it.

        A tenth may go to another reason, so that what is shown adds up.
        """
        left, joined = self.raising(place), 0
        if len(shown) != len(left):
            return False
        whole = sum(one for one in self["points"][place].tolist() if one > 0)
        for points in shown:
            alike = [one for one in left if abs(one - points) <= _TENTH]
            if alike:
                left.remove(alike[0])
            elif min(left) - _TENTH <= points <= whole + _TENTH:
                joined += 1
            else:
                return False
        return joined <= 1 and sum(shown) <= whole + len(shown) * _TENTH

    def cells(self) -> list[tuple[str, str]]:
        """Of each place the third by value if kept and the third by risk; of equals the riskier is worth less."""
        order = sorted(
            range(self.judged), key=lambda place: (self.of("value_if_kept_cents", place), place)
        )
        by_value = {place: at for at, place in enumerate(order)}
        return [
            (TERCILES[3 * by_value[place] // self.judged], TERCILES[2 - 3 * place // self.judged])
            for place in range(self.judged)
        ]


def whole_euro(cents: float) -> str:
    """An amount as a column shows it: cents where it is below one euro."""
    whole = round(cents)
    places = 2 if 0 < abs(whole) < 100 else 0
    amount = abs(whole) / 100 if places else round(abs(whole) / 100)
    return f"{'−' if whole < 0 else ''}€{amount:,.{places}f}"


def euro(cents: float) -> str:
    """An amount as an English page shows it: cents where it is below a hundred."""
    whole = round(cents)
    places = 2 if 0 < abs(whole) < 10_000 else 0
    return f"{'−' if whole < 0 else ''}€{abs(whole) / 100:,.{places}f}"
