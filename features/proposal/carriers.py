"""Few customers who carry the money: proposed as a segment of their own, for a person to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.proposal.amounts.totals import LineTotal
from features.proposal.columns.roles import ChosenColumn
from features.sources.attachment import Source
from features.sources.connection import Connection, literal
from features.vocabulary.concentration import CARRIED_SHARE, are_few, carried_sentence

_MOST_NAMED = 20


@dataclass(frozen=True)
class Carriers:
    """The few customers who bring much of the money; ``customer`` is SQL for a customer."""

    sentence: str
    customer: str
    numbers: tuple[str, ...]
    """Their numbers; empty where they are too many, or are addresses that belong into no settings."""

    @property
    def segment(self) -> str:
        """SQL for the segment of a customer."""
        named = ", ".join(map(literal, self.numbers)) or "'number', 'number'"
        return f"CASE WHEN CAST({self.customer} AS VARCHAR) IN ({named}) THEN 'wholesale' ELSE 'retail' END"

    @property
    def remark(self) -> str:
        """What is said of them, and what has to be decided."""
        return (
            f"{self.sentence}. A value model learns from them what is true of nobody else, and its level hangs on "
            "whether they buy again. If they are wholesalers, give them a segment of their own by taking the "
            "marks off the lines below. A segment counts at every day of the past, so name who is a wholesaler "
            "by your own books and not who came to spend much."
        )


def segment_of(
    connection: Connection,
    source: Source,
    roles: Mapping[str, ChosenColumn],
    total: LineTotal,
    is_sale: str,
) -> tuple[str, str]:
    """What is said of few customers who carry the money, and SQL for their segment; empty where none do.

    An amount that stands for a whole order is not looked at, for lines repeat it.
    """
    if "customer_id" not in roles or not total.amount or total.split:
        return "", ""
    found = carriers_in(connection, source, roles["customer_id"].sql, total.amount, is_sale)
    return ("", "") if found is None else (found.remark, found.segment)


def carriers_in(
    connection: Connection, source: Source, customer: str, amount: str, is_sale: str
) -> Carriers | None:
    """The customers who carry the money of a file, where they are few; the expressions are SQL."""
    spent = connection.execute(f"""
        SELECT CAST({customer} AS VARCHAR) AS number, sum({amount}) AS money FROM {source.relation}
        WHERE {is_sale} AND number IS NOT NULL GROUP BY number ORDER BY money DESC NULLS LAST, number
    """).fetchall()
    total = sum(money for _, money in spent if money is not None)
    if total <= 0:
        return None
    brought, count = 0.0, 0
    while brought < CARRIED_SHARE * total:
        brought += spent[count][1]
        count += 1
    if not are_few(count, len(spent)):
        return None
    numbers = tuple(str(number) for number, _ in spent[:count])
    may_be_named = count <= _MOST_NAMED and not any("@" in one or " " in one for one in numbers)
    sentence = carried_sentence(count, len(spent), float(brought / total))
    return Carriers(sentence, customer, numbers if may_be_named else ())
