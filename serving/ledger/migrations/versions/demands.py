"""Answers that are forgotten with a demand, and erasures that are cleared away little by little.

What was kept for repeats under an older version is deleted: nobody knows whom it speaks of.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "demands", "rooms"


def upgrade() -> None:
    """Make the tables of answers and demands, and drop the older one."""
    op.create_table(
        "first_calls",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("body_digest", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("demands", sa.Integer, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "kept_contents",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "answers_about",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "answers_about_crowds",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("people", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "demands",
        sa.Column("one", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    for table, column in (
        ("first_calls", "at"),
        ("answers_about", "name"),
        ("to_be_erased", "customer_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
    known = sa.inspect(op.get_bind()).get_columns("erasures")
    if all(one["name"] != "cleared" for one in known):
        op.add_column("erasures", sa.Column("cleared", sa.Text, nullable=False, server_default=""))
    op.drop_table("kept_answers", if_exists=True)
