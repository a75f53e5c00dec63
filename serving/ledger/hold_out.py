"""Who is held out of a campaign, so that what it brings can be measured: by lot, and always the same lot."""

from __future__ import annotations

import hashlib
import hmac

import sqlalchemy as sa

from serving.ledger.salts import HOLD_OUTS, salt_of

_PARTS = 1 << 64
STANDING = "offers"
"""The campaign of the standing hold-out: who is in it is never shown an offer."""


class HoldOut:
    """The lot of each customer in each campaign; retries and other processes draw the same.

    The lot is an HMAC of customer and campaign under a secret of the service's database, so nobody can
    work out who is held out, and who is held out of one campaign says nothing of another.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._salt = salt_of(engine, HOLD_OUTS)

    def holds(self, customer_id: str, campaign: str, percent: int) -> bool:
        """Whether a customer is among the ``percent`` of a hundred who are left out of a campaign."""
        return self._lot(customer_id, campaign) * 100 < percent * _PARTS

    def lot(self, name: str, number: int) -> float:
        """A number in [0, 1) that belongs to a name and a number, and never changes."""
        return (self._lot(name, f"lot {number}") >> 11) / (_PARTS >> 11)

    def _lot(self, customer_id: str, campaign: str) -> int:
        said = f"{campaign}\n{customer_id}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self._salt, said, hashlib.sha256)[:8])
