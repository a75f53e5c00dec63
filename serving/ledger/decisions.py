"""Every row that was answered, as it is written before anybody sees it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.statements import columns, places

DECISIONS = sa.Table(
    "decisions",
    TABLES,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("probability", sa.Float),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("model_digest", sa.Text, nullable=False),
    sa.Column("cutoff_seconds", sa.Integer, nullable=False),
    sa.Column("decided_at", sa.Integer, nullable=False),
    sa.Column("data_digest", sa.Text, nullable=False, server_default=""),
    sa.Column("vector_digest", sa.Text, nullable=False, server_default=""),
    sa.Column("basis", sa.Text, nullable=False, server_default=""),
    sa.Column("campaign", sa.Text, nullable=False, server_default=""),
    sa.Column("hold_out", sa.Text, nullable=False, server_default=""),
)


@dataclass(frozen=True)
class Decision:
    """One answered row: who was scored, by which model, on the behaviour known before which cutoff.

    ``data_digest`` names all events of the scoring and ``vector_digest`` this customer's behaviour among
    them; both are empty where the answer is older than their keeping, or there was no vector. ``basis`` is
    ``stored``, ``fresh`` for behaviour with newer events or ``given`` for a vector the caller gave, whose
    customer may be nobody. ``hold_out`` is yes or no where a campaign was named.
    """

    decision_id: str
    customer_id: str
    status: str
    probability: float | None
    model_version: str
    model_digest: str
    cutoff_seconds: int
    decided_at: int
    data_digest: str = ""
    vector_digest: str = ""
    basis: str = ""
    campaign: str = ""
    hold_out: str = ""


_FIELDS = tuple(one.name for one in fields(Decision))
APPEND = f"INSERT INTO decisions ({columns(_FIELDS)}) VALUES ({places(_FIELDS)})"
APPEND_AGAIN = f"{APPEND} ON CONFLICT (decision_id) DO NOTHING"
values_of = attrgetter(*_FIELDS)
