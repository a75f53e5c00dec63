"""Accounts of people, and sessions that say whose they are; whoever was signed in before signs in again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "accounts", "campaigns"


def upgrade() -> None:
    """Make the tables, unless a process that was killed has done so; sessions last half a day and are made anew."""
    op.create_table(
        "accounts",
        *_texts("account_id", "name", "display_name", "role", "password"),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("disabled_at", sa.Integer),
        sa.PrimaryKeyConstraint("account_id"),
        sa.UniqueConstraint("name"),
        if_not_exists=True,
    )
    op.create_table(
        "failed_sign_ins",
        *_texts("pair"),
        *_numbers("failures", "last_at"),
        sa.PrimaryKeyConstraint("pair"),
        if_not_exists=True,
    )
    op.create_index(
        "ix_failed_sign_ins_last_at", "failed_sign_ins", ["last_at"], if_not_exists=True
    )
    for table in ("tickets", "sessions"):
        op.drop_table(table, if_exists=True)
    op.create_table(
        "tickets",
        *_texts("digest"),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.account_id")),
        *_numbers("expires_at"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "sessions",
        *_texts("digest", "session_id"),
        sa.Column("account_id", sa.Text, sa.ForeignKey("accounts.account_id")),
        sa.Column("key_id", sa.Text, sa.ForeignKey("keys.key_id")),
        *_texts("role", "browser"),
        *_numbers("opened_at", "seen_at", "expires_at"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]
