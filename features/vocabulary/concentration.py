"""When few customers carry a company's money: said once, for the check of its tables and for its models."""

from __future__ import annotations

CARRIED_SHARE = 0.4
"""Customers who bring this share of the money carry it."""
FEW_CUSTOMERS, FEW_CUSTOMERS_SHARE = 10, 0.01
"""So many customers, or this share of all where that is more, are few."""
_OF_ALL = 0.1


def are_few(carriers: int, customers: int) -> bool:
    """Whether so many of all customers are few; of a company so small that they are a tenth, never.

    >>> are_few(10, 100), are_few(11, 120), are_few(10, 99), are_few(20, 2_000)
    (True, False, False, True)
    """
    few = max(FEW_CUSTOMERS, int(FEW_CUSTOMERS_SHARE * customers))
    return carriers <= few and carriers <= _OF_ALL * customers


def carried_sentence(carriers: int, customers: int, share: float) -> str:
    """How many customers bring how much of the money.

    >>> carried_sentence(6, 1_301, 0.62)
    '6 of 1,301 customers bring 62% of the money'
    """
    return f"{carriers:,} of {customers:,} customers bring {share:.0%} of the money"
