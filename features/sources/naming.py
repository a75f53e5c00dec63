"""Whether an expression of a mapping speaks of a column."""

from __future__ import annotations

import re


def is_named(column: str, expression: str) -> bool:
    """Whether an expression speaks of a column; rather once too often than not.

    >>> is_named("Price", "Quantity * price"), is_named("Price", '"Unit Price"'), is_named("Price", "Prices")
    (True, True, False)

    A column of a joined file has that file's name before its own, so that it is no other one.

    >>> is_named("status", '"orders.status" = 1'), is_named("orders.status", '"orders.status" = 1')
    (False, True)
    """
    return bool(re.search(rf"(?<![\w.]){re.escape(column)}(?!\w)", expression, re.IGNORECASE))
