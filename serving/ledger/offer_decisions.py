"""Every offer that was decided for a customer, written before it is answered: what, with which chance, and why not more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.statements import Statements, columns, places

DECIDED, EXPLORED, HOLD_OUT = ("decided", "explored", "hold_out")
"""By priority, by lot to learn from, or never shown anything so that the rest can be measured."""

sa.Table(
    "offer_decisions",
    TABLES,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("offer_id", sa.Text, nullable=False),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("action_probability", sa.Float, nullable=False),
    sa.Column("priority_cents", sa.Float, nullable=False),
    sa.Column("is_shown", sa.Integer, nullable=False),
    sa.Column("model_digest", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class OfferDecision:
    """What one slot of one customer was given: ``offer_id`` is empty for nothing.

    ``action_probability`` is the exact chance with which this was drawn; ``is_shown`` is 1 where the caller shows it
    and 0 for a look.
    """

    decision_id: str
    slot: int
    customer_id: str
    offer_id: str
    arm: str
    action_probability: float
    priority_cents: float
    is_shown: int
    model_digest: str
    decided_at: int


_FIELDS = tuple(one.name for one in fields(OfferDecision))
_APPEND = f"INSERT INTO offer_decisions ({columns(_FIELDS)}) VALUES ({places(_FIELDS)})"
_values_of = attrgetter(*_FIELDS)


class OfferDecisions:
    """The decisions so far; safe to share between threads and between processes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def append(self, decisions: Sequence[OfferDecision]) -> None:
        """Record the decisions of one call: all of them or, when it fails, none."""
        if decisions:
            self._statements.write(_APPEND, [_values_of(one) for one in decisions])

    def shown(
        self, since: int, customer_ids: Sequence[str] | None = None
    ) -> list[tuple[str, str, int]]:
        """Customer, offer and second of everything shown from an instant on, to some customers or to all."""
        query = (
            "SELECT customer_id, offer_id, decided_at FROM offer_decisions "
            "WHERE is_shown = 1 AND offer_id != '' AND decided_at >= ?"
        )
        if customer_ids is None:
            return self._decisions(query, [since])
        return self._decisions(
            f"{query} AND customer_id IN ({places(customer_ids)})", [since, *customer_ids]
        )

    def _decisions(self, query: str, values: Sequence[object]) -> list[tuple[str, str, int]]:
        rows = self._statements.rows(query, values)
        return [(str(customer), str(offer), int(at)) for customer, offer, at in rows]

    def all(self) -> list[OfferDecision]:
        """Everything that was decided and is still on record, oldest first."""
        rows = self._statements.rows(
            f"SELECT {columns(_FIELDS)} FROM offer_decisions ORDER BY decided_at, decision_id, slot"
        )
        return [OfferDecision(*row) for row in rows]

    def of_customer(self, customer_id: str) -> list[OfferDecision]:
        """Everything decided for one customer, oldest first."""
        rows = self._statements.rows(
            f"SELECT {columns(_FIELDS)} FROM offer_decisions WHERE customer_id = ? "
            "ORDER BY decided_at, decision_id, slot",
            [customer_id],
        )
        return [OfferDecision(*row) for row in rows]
