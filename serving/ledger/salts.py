"""Secrets of the service's database, each made the first time it is asked for and never shown to anybody."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from serving.ledger.database import TABLES

HOLD_OUTS, CUSTOMER_LINKS, SIGN_INS = "hold_out", "customer_links", "sign_ins"
"""What there are secrets of."""

_SALTS = sa.Table(
    "salts",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("salt", sa.Text, nullable=False),
)


def salt_of(engine: sa.Engine, name: str) -> bytes:
    """The database's own secret of a name: 32 bytes, the same for every process and after every start."""
    with engine.begin() as connection:
        connection.execute(
            sa.insert(_SALTS).prefix_with("OR IGNORE").values(name=name, salt=secrets.token_hex(32))
        )
        found = connection.execute(sa.select(_SALTS.c.salt).where(_SALTS.c.name == name))
        return bytes.fromhex(found.scalar_one())
