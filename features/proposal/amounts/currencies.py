"""In which currency an amount is: by the column beside it, and whether there is one currency only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.proposal.columns.looking import Look
from features.proposal.columns.names import likeness, words_of
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted

_ENOUGH = 0.5
_PLAIN = frozenset(
    {"currency", "code", "waehrung", "devise", "moneda", "moeda", "valuta", "amount"}
)


@dataclass(frozen=True)
class CurrencyColumn:
    """A column of currencies with the lines of each, the most frequent first."""

    look: Look
    lines: tuple[tuple[str, int], ...]

    @property
    def is_single(self) -> bool:
        """Whether all lines are in one currency."""
        return len(self.lines) == 1

    @property
    def listed(self) -> str:
        """The currencies with their lines, in words."""
        return ", ".join(f"{code} ({lines:,} lines)" for code, lines in self.lines)


def currency_columns(
    connection: Connection, source: Source, looks: Sequence[Look], sales: str = "true"
) -> list[CurrencyColumn]:
    """The columns of currencies; ``sales`` is a condition for the lines that count."""
    found = []
    for look in looks:
        if look.type != "VARCHAR" or likeness(look.name, "currency") < _ENOUGH:
            continue
        rows = connection.execute(f"""
            SELECT upper(trim({quoted(look.name)})) AS code, count(*) AS lines
            FROM {source.relation} WHERE trim({quoted(look.name)}) <> '' AND ({sales})
            GROUP BY code ORDER BY lines DESC, code LIMIT 30
        """).fetchall()
        lines = tuple((str(code), int(count)) for code, count in rows)
        if lines and all(_is_code(code) for code, _ in lines):
            found.append(CurrencyColumn(look, lines))
    return found


def _is_code(text: str) -> bool:
    return (len(text) == 3 and text.isalpha()) or text in "€$£¥"


def currency_of(money: Look, columns: Sequence[CurrencyColumn]) -> CurrencyColumn | None:
    """The column of currencies that stands beside an amount: the one with whose name its own has most in common."""
    words = set(words_of(money.name)) - _PLAIN

    def nearness(column: CurrencyColumn) -> tuple[int, int]:
        own = set(words_of(column.look.name)) - _PLAIN
        return len(words & own), -len(own - words)

    return max(columns, key=nearness, default=None)
