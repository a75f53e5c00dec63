"""Campaigns of contacts, their customers, and what became of each contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "campaigns", "about"


def upgrade() -> None:
    """Make the tables, unless a process that was killed has done so."""
    op.create_table(
        "campaigns",
        *_texts("campaign_id", "name", "goal", "owner"),
        *_numbers("starts_at", "window_days", "hold_out_percent", "is_measurable"),
        *_texts("made_from"),
        *_numbers("frozen_at"),
        sa.Column("measured_at", sa.Integer),
        sa.Column("result", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("campaign_id"),
        sa.UniqueConstraint("name"),
        if_not_exists=True,
    )
    op.create_table(
        "campaign_members",
        *_texts("campaign_id", "customer_id", "decision_id", "action"),
        *_numbers("is_held_out"),
        *_texts("lifecycle_status"),
        sa.Column("risk", sa.Float, nullable=False),
        sa.Column("chance_kept", sa.Float, nullable=False),
        *_numbers("if_kept_cents", "cost_cents", "net_gain_cents", "frozen_at"),
        sa.PrimaryKeyConstraint("campaign_id", "customer_id"),
        if_not_exists=True,
    )
    op.create_table(
        "campaign_outcomes",
        *_texts("campaign_id", "customer_id"),
        *_numbers("happened_at"),
        *_texts("outcome"),
        *_numbers("reported_at"),
        sa.PrimaryKeyConstraint("campaign_id", "customer_id", "happened_at", "outcome"),
        if_not_exists=True,
    )
    for table, column in (
        ("campaign_members", "customer_id"),
        ("campaign_members", "decision_id"),
        ("campaign_outcomes", "customer_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]
