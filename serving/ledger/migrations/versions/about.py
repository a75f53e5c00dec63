"""The record of who asked says about whom, by names nobody can read; of older calls nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "about", "demands"


def upgrade() -> None:
    """Add the column to the record, unless a process that was killed has done so."""
    known = sa.inspect(op.get_bind()).get_columns("audit")
    if all(one["name"] != "about" for one in known):
        nobody = sa.text("x''")
        op.add_column(
            "audit", sa.Column("about", sa.LargeBinary, nullable=False, server_default=nobody)
        )
