"""What campaigns come to in numbers: how many are contacted and held out by each contact, and what became of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from serving.ledger.statements import Statements

_SUMS = (
    "SELECT campaign_id, action, SUM(1 - is_held_out), SUM(is_held_out), "
    "SUM(cost_cents * (1 - is_held_out)), SUM(net_gain_cents * (1 - is_held_out)), SUM(chance_kept * (1 - is_held_out)) "
    "FROM campaign_members"
)


@dataclass(frozen=True)
class ContactCounts:
    """The customers of one contact of a campaign: how many, what was planned to be spent, gained and kept with those not held out."""

    campaign_id: str
    action: str
    contacted: int
    held_out: int
    spend_cents: int
    gain_cents: int
    kept: float


@dataclass(frozen=True)
class OutcomeCount:
    """Of how many customers of one contact an outcome was told."""

    action: str
    outcome: str
    customers: int


@dataclass(frozen=True)
class Assignment:
    """One customer a campaign contacts, with the latest outcome that was told; empty before there is one."""

    customer_id: str
    action: str
    lifecycle_status: str
    risk: float
    net_gain_cents: int
    outcome: str
    happened_at: int


class CampaignCounts:
    """Sums over the customers of campaigns; safe to share between threads."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def of_all(self) -> dict[str, list[ContactCounts]]:
        """By campaign, of every contact it makes."""
        found: dict[str, list[ContactCounts]] = {}
        for row in self._statements.rows(f"{_SUMS} GROUP BY campaign_id, action"):
            found.setdefault(str(row[0]), []).append(ContactCounts(*row))
        return found

    def of_campaign(self, campaign_id: str) -> list[ContactCounts]:
        """Of every contact one campaign makes."""
        rows = self._statements.rows(
            f"{_SUMS} WHERE campaign_id = ? GROUP BY campaign_id, action", (campaign_id,)
        )
        return [ContactCounts(*row) for row in rows]

    def outcomes(self, campaign_id: str) -> list[OutcomeCount]:
        """Of how many customers which outcome was told, by contact."""
        rows = self._statements.rows(
            "SELECT action, outcome, COUNT(DISTINCT customer_id) FROM campaign_outcomes "
            "JOIN campaign_members USING (campaign_id, customer_id) "
            "WHERE campaign_id = ? GROUP BY action, outcome",
            (campaign_id,),
        )
        return [OutcomeCount(*row) for row in rows]

    def assignments(self, campaign_id: str, *, first: int, most: int) -> list[Assignment]:
        """Whom a campaign contacts, the highest expected gain first, from a place on; without whoever was erased since."""
        rows = self._statements.rows(
            "SELECT customer_id, action, lifecycle_status, risk, net_gain_cents FROM campaign_members "
            "WHERE campaign_id = ? AND is_held_out = 0 "
            "ORDER BY net_gain_cents DESC, customer_id LIMIT ? OFFSET ?",
            (campaign_id, most, first),
        )
        told = self._statements.rows(
            "SELECT customer_id, outcome, happened_at FROM campaign_outcomes WHERE campaign_id = ? "
            "AND customer_id IN (SELECT value FROM json_each(?)) ORDER BY happened_at, reported_at",
            (campaign_id, json.dumps([row[0] for row in rows])),
        )
        latest = {customer_id: (outcome, at) for customer_id, outcome, at in told}
        found = [(*row, *latest.get(row[0], ("", 0))) for row in rows]
        return [Assignment(*values) for values in found]
