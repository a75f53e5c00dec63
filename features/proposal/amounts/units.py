"""In what an amount is counted: hundredths or thousands by its name, and money that goes out by its sign."""

from __future__ import annotations

from features.proposal.amounts.totals import LineTotal
from features.proposal.columns.names import words_of

_HUNDREDTHS = frozenset({
    "cent", "cents", "ct", "cts", "pence", "pennies", "centimes", "centavos", "centesimi", "centimos",
    "rappen", "minor", "eurocent", "eurocents",
})  # fmt: skip
_THOUSANDS = frozenset(
    {"teur", "keur", "kusd", "tusd", "tsd", "thousands", "tausend", "milliers", "miles", "migliaia"}
)


def turned(total: LineTotal) -> LineTotal:
    """The total with its sign turned where no value is above zero, as in lists of what customers paid out."""
    money = total.money
    if money is not None and total.amount and money.high <= 0 and money.low < 0:
        total.amount = f"-({total.amount})"
        total.amount_reason += "; no value is above zero, as where the customer's money goes out, so the sign is turned"
    return total


def in_whole_units(total: LineTotal) -> LineTotal:
    """The total in the units of its currency, where the column's name says that it counts parts or multiples."""
    money = total.money
    if money is None or not total.amount:
        return total
    words = set(words_of(money.name))
    if words & _HUNDREDTHS and money.whole == 1.0:
        total.amount = f"({total.amount}) / 100"
        total.amount_reason += f"; {money.name} counts hundredths, and is divided by 100"
    elif words & _THOUSANDS:
        total.amount = f"({total.amount}) * 1000"
        total.amount_reason += f"; {money.name} counts thousands, and is multiplied by 1000"
    return total
