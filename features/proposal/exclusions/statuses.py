"""Rows whose status, type or flag says that they are no sales, or that they are the return of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from features.proposal.columns.looking import Look
from features.proposal.columns.names import plain_text, words_of
from features.proposal.exclusions.sides import other_side
from features.proposal.exclusions.status_words import (
    CANCEL_NAMES,
    FLAG_NAMES,
    GIVEN_BACK,
    SALE,
    STATUS_NAMES,
    TYPE_NAMES,
    WON,
    is_no_sale,
    is_sale,
    normal,
)
from features.proposal.wording.writing import ProposedRule
from features.sources.attachment import Source
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.words import YES

_MOST_WORDS = 40
_NEARLY_ALL = 0.9
_PARTNERED = 0.8
_OF_SOMETHING_ELSE = frozenset({
    "dispute", "cvc", "avs", "line1", "tax", "consent", "marketing", "email", "subscription", "account",
    "customer", "risk", "buyer", "billing", "shipping", "ship", "address", "province", "country", "movie",
})  # fmt: skip
_YES = (*YES, "x")
_CANCEL_STEMS = ("cancel", "storn", "annul", "anul", "void", "geannul")


@dataclass(frozen=True)
class Sale:
    """What is known of a line so far, as SQL; empty where the file does not have it."""

    customer: str = ""
    item: str = ""
    quantity: str = ""
    money: str = ""
    refunded: str = ""


@dataclass
class StatusFindings:
    """Rules for rows that are no sales, remarks on words nobody knows, and SQL for rows that are returns."""

    rules: list[ProposedRule] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


class Statuses:
    """Looks through the columns of a file for what says that a row is no sale."""

    def __init__(self, connection: Connection, source: Source, sale: Sale) -> None:
        self.connection = connection
        self.source = source
        self.sale = sale
        self.found = StatusFindings()

    def find(self, looks: Sequence[Look]) -> StatusFindings:
        """Every rule, remark and return the columns speak for; ``looks`` are those without another role."""
        for look in looks:
            if could_be_a_status(look):
                self._status(look)
        for look in looks:
            if look.filled and _words(look) & (FLAG_NAMES | CANCEL_NAMES):
                self._flag(look)
            self._date(look)
            self._side(look)
        return self.found

    def _side(self, look: Look) -> None:
        found = other_side(self.connection, self.source, look, self.sale.money)
        if found is None:
            return
        condition, word, lines = found
        self.found.returns.append(condition)
        self.found.columns.append(look.name)
        self.found.remarks.append(
            f'{look.name} says on which side of the account a line stands: the {lines:,} lines of "{word}", the rarer '
            "one, are taken for what was given back, and quantity and amount are turned below zero. Look at one."
        )

    def _status(self, look: Look) -> None:
        words = self._counted(look)
        names = _words(look)
        is_named = bool(names & (STATUS_NAMES | TYPE_NAMES))
        known = [word for word, _ in words if is_no_sale(word) or is_sale(word) or _is_return(word)]
        if not is_named and not (
            len(known) == len(words)
            and any(is_sale(word) for word in known)
            and any(is_no_sale(word) or _is_return(word) for word in known)
        ):
            return
        if any(normal(word) in WON for word, _ in words) and look.filled == look.rows:
            self._pipeline(look, words)
            return
        aside: list[tuple[str, int]] = []
        kept: list[tuple[str, int]] = []
        unknown: list[tuple[str, int]] = []
        for word, lines in words:
            if _is_return(word) and self._is_return_word(look, word, lines):
                continue
            if is_no_sale(word) or self._is_all_given_back(look, word):
                aside.append((word, lines))
            else:
                (kept if is_sale(word) else unknown).append((word, lines))
        self._set_aside(look, aside, kept)
        if unknown and (aside or kept):
            self.found.remarks.append(
                f"{look.name} also says {_listed(unknown)}: kept as sales. Set them aside if they are none."
            )
            self.found.columns.append(look.name)

    def _pipeline(self, look: Look, words: list[tuple[str, int]]) -> None:
        won = [pair for pair in words if normal(pair[0]) in WON]
        others = [pair for pair in words if pair not in won]
        if not others:
            return
        values = ", ".join(literal(word) for word, _ in won)
        self._rule(
            f"no sale by {look.name}",
            f"{_lowered(look)} NOT IN ({values})",
            sum(lines for _, lines in others),
            f"only what is won is a sale ({_listed(won)})",
            others,
            look,
        )

    def _set_aside(
        self, look: Look, aside: list[tuple[str, int]], kept: list[tuple[str, int]]
    ) -> None:
        lines = sum(count for _, count in aside)
        if not aside:
            return
        if lines > _NEARLY_ALL * look.rows:
            self.found.remarks.append(
                f"{look.name} says {_listed(aside)} on nearly all lines, so it is not taken for a sign "
                "that they are no sales. Look at it."
            )
            return
        values = ", ".join(literal(word) for word, _ in aside)
        reason = f"{look.name} says that they are no sales"
        if kept:
            reason += f"; kept are {_listed(kept)}"
        self._rule(
            f"no sale by {look.name}", f"{_lowered(look)} IN ({values})", lines, reason, aside, look
        )  # fmt: skip

    def _rule(
        self,
        name: str,
        condition: str,
        lines: int,
        reason: str,
        listed: Iterable[tuple[str, int]],
        look: Look,
    ) -> None:
        shown = tuple(f"{word} ({count:,})" for word, count in listed)
        self.found.rules.append(ProposedRule(name, condition, reason, lines, shown))
        self.found.columns.append(look.name)

    def _flag(self, look: Look) -> None:
        condition = self._yes(look)
        if not condition:
            return
        lines = self._count(condition)
        if not lines or lines > _NEARLY_ALL * look.rows:
            return
        is_return = bool(_words(look) & FLAG_NAMES)
        if is_return and self._is_return_row(condition, look, f"{look.name} says yes", lines):
            return
        reason = f"{look.name} says that they are no sales"
        self._rule(f"no sale by {look.name}", condition, lines, reason, (), look)

    def _yes(self, look: Look) -> str:
        """SQL that is true where a column of yes and no says yes; empty for any other column."""
        if look.type == "BOOLEAN":
            return look.sql
        if look.distinct > 2:
            return ""
        if "INT" in look.type and look.low >= 0 and look.high == 1:
            return f"{look.sql} = 1"
        words = [word for word, _ in self._counted(look)] if look.type == "VARCHAR" else []
        said = [word for word in words if plain_text(word) in _YES]
        return f"{_lowered(look)} IN ({', '.join(map(literal, said))})" if said else ""

    def _date(self, look: Look) -> None:
        first = words_of(look.name)[:1]
        if not look.as_instant or not first or not first[0].startswith(_CANCEL_STEMS):
            return
        condition = f"{look.said} IS NOT NULL"
        others = " OR ".join(f"({rule.condition})" for rule in self.found.rules) or "false"
        if look.filled > look.rows / 2 or not self._count(
            f"{condition} AND NOT coalesce(({others}), false)"
        ):
            return
        reason = f"{look.name} gives the day on which they were cancelled"
        self._rule(f"no sale by {look.name}", condition, look.filled, reason, (), look)

    def _is_return_word(self, look: Look, word: str, lines: int) -> bool:
        condition = f"{_lowered(look)} = {literal(word)}"
        is_own_row = not (_words(look) & STATUS_NAMES)
        return self._is_return_row(condition, look, f'{look.name} is "{word}"', lines, is_own_row)

    def _is_return_row(
        self, condition: str, look: Look, said: str, lines: int, may_be_positive: bool = True
    ) -> bool:
        """Whether rows are themselves the return of a sale: below zero, or a copy of the sale's row."""
        below = [f"({one}) < 0" for one in (self.sale.quantity, self.sale.money) if one]
        if (
            below
            and self._count(f"({condition}) AND ({' OR '.join(below)})") >= _NEARLY_ALL * lines
        ):
            self.found.remarks.append(
                f"Where {said} ({lines:,} lines) quantity or amount is below zero: kept as returns."
            )
            return True
        if may_be_positive and self._partnered(condition) >= _PARTNERED * lines:
            self.found.returns.append(condition)
            self.found.columns.append(look.name)
            self.found.remarks.append(
                f"Where {said} ({lines:,} lines) a line gives back what was sold before, though its values are "
                "above zero: quantity and amount are turned below zero."
            )
            return True
        return False

    def _partnered(self, condition: str) -> int:
        """How many of the rows there is a row of a sale to: of the same customer, item and amount."""
        keys = [one for one in (self.sale.customer, self.sale.item) if one]
        if self.sale.money:
            keys.append(f"abs({self.sale.money})")
        if len(keys) < 2:
            return 0
        names = ", ".join(f"({key}) AS k{place}" for place, key in enumerate(keys))
        using = ", ".join(f"k{place}" for place in range(len(keys)))
        return int(
            self.connection.execute(f"""
                SELECT count(*) FROM (SELECT {names} FROM {self.source.relation} WHERE {condition})
                SEMI JOIN (SELECT {names} FROM {self.source.relation}
                           WHERE NOT coalesce(({condition}), false)) USING ({using})
            """).fetchall()[0][0]
        )

    def _is_all_given_back(self, look: Look, word: str) -> bool:
        """Whether a word nobody knows stands where all the money was given back."""
        if is_sale(word) or not (self.sale.money and self.sale.refunded):
            return False
        condition = f"{_lowered(look)} = {literal(word)} AND ({self.sale.money}) > 0"
        lines = self._count(condition)
        back = self._count(f"{condition} AND abs({self.sale.refunded}) >= ({self.sale.money})")
        return lines > 0 and back >= _NEARLY_ALL * lines

    def _count(self, condition: str) -> int:
        query = f"SELECT count(*) FROM {self.source.relation} WHERE {condition}"
        return int(self.connection.execute(query).fetchall()[0][0])

    def _counted(self, look: Look) -> list[tuple[str, int]]:
        rows = self.connection.execute(f"""
            SELECT lower(trim({quoted(look.name)})) AS word, count(*) FROM {self.source.relation}
            WHERE trim({quoted(look.name)}) <> '' GROUP BY word ORDER BY count(*) DESC, word
        """).fetchall()
        return [(str(word), int(lines)) for word, lines in rows]


def could_be_a_status(look: Look) -> bool:
    """Whether a column has few enough words to say what became of a sale."""
    if look.type != "VARCHAR" or not 1 <= look.distinct <= _MOST_WORDS:
        return False
    return not _words(look) & _OF_SOMETHING_ELSE


def says_what_became(look: Look) -> bool:
    """Whether a column's name says that it marks returns or what is no sale."""
    first = words_of(look.name)[:1]
    stems = bool(first) and first[0].startswith(_CANCEL_STEMS)
    return stems or bool(_words(look) & (FLAG_NAMES | CANCEL_NAMES))


def _words(look: Look) -> set[str]:
    words = words_of(look.name)
    return {*words, "".join(words)}


def _is_return(word: str) -> bool:
    return normal(word) in GIVEN_BACK and normal(word) not in SALE


def _lowered(look: Look) -> str:
    return f"lower(trim({look.sql}))"


def _listed(words: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f'"{word}" ({lines:,} lines)' for word, lines in words)
