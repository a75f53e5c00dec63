"""What was sent as JSON, read quickly and to the last digit."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_LONG_NUMBER = re.compile(rb"[0-9]{16}")


def read_exactly(body: bytes) -> Any:
    """What a body of JSON says; ``ValueError`` or ``RecursionError`` for one that is none.

    >>> read_exactly(b'{"customer_id": 12345678901234567891}')
    {'customer_id': 12345678901234567891}
    """
    # The quick reader rounds numbers of twenty digits, which may be two customers.
    return json.loads(body) if _LONG_NUMBER.search(body) else orjson.loads(body)
