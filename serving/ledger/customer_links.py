"""What a customer is called in an address: a name that nobody can read, the same for as long as the database lives.

A link stands in histories, logs and mails, where no customer number may. Its name is the number itself, sealed with a
secret of the service's database (AES-SIV: the same number gives the same name, and a changed name gives nobody). So
nothing has to be looked up or kept, new scores change no link, every worker knows them all, and a backup of the
database has them.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

LONGEST_NAME = 1_200
"""That of a number of 200 characters, four bytes each."""
_KEY_BYTES = 32


class CustomerLinks:
    """Names of customers in addresses, and whose each name is.

    >>> links = CustomerLinks(bytes(range(32)))
    >>> links.name("anna"), links.customer(links.name("anna")), links.customer("anna")
    ('xlMMg8NVEC4G9aJiZ2UmDThoffQ', 'anna', None)
    """

    def __init__(self, secret: bytes) -> None:
        self._sealing = AESSIV(secret)

    @classmethod
    def passing(cls) -> CustomerLinks:
        """Links that nobody can follow once whoever made them is gone: where there is no database."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    def name(self, customer_id: str) -> str:
        """What a customer is called in an address."""
        sealed = self._sealing.encrypt(customer_id.encode("utf-8"), None)
        return urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def customer(self, name: str) -> str | None:
        """Whose a name is; None of one that was not made here."""
        if not name or len(name) > LONGEST_NAME or not name.isascii():
            return None
        try:
            sealed = b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
            return self._sealing.decrypt(sealed, None).decode("utf-8")
        except (ValueError, InvalidTag):
            return None
