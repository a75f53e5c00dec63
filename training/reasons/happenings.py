"""What happened to a customer between two instants, counted and told: the events behind a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vocabulary.words import CONTROL, OUTBOUND, PLAIN_CONTACTS
from training.reasons.languages.known import language_of

# The reason groups each may speak for, and one and several of it.
# fmt: off
_WORDS = {
    "order": (("rhythm", "frequency", "trend", "spend"), "order", "orders"),
    "return": (("returns",), "return", "returns"),
    "complaint": (("service",), "complaint", "complaints"),
    "inquiry": (("service",), "question asked", "questions asked"),
    "survey": (("service",), "survey answered", "surveys answered"),
    "visit": (("interest",), "visit", "visits"),
    "open": (("interest",), "mail opened", "mails opened"),
    "click": (("interest",), "link clicked", "links clicked"),
    "contact": (("interest",), "other contact", "other contacts"),
    "outreach": (("outreach",), "contact of ours", "contacts of ours"),
    "offer_shown": (("offers",), "offer shown", "offers shown"),
    "offer_accepted": (("offers",), "offer accepted", "offers accepted"),
    "contract_begun": (("contract",), "contract begun", "contracts begun"),
    "contract_cancelled": (("contract",), "contract cancelled", "contracts cancelled"),
}
# fmt: on
HAPPENINGS = frozenset(_WORDS)
"""Every kind that has words."""
SMALL = ("no", "one", "two", "three", "four", "five", "six")
"""Numbers that are told in words."""
Seconds = NDArray[np.integer]


@dataclass(frozen=True)
class Happening:
    """One kind of event: how often it happened and when last."""

    kind: str
    count: int
    last_seconds: int

    @property
    def groups(self) -> tuple[str, ...]:
        """The reason groups the event may speak for."""
        return _WORDS[self.kind][0]

    def said(self, language: str) -> str:
        """So many of them, in words.

        >>> Happening("complaint", 2, 0).said("en"), Happening("order", 12, 0).said("de")
        ('two complaints', '12 Bestellungen')
        """
        spoken, (_, one, several) = language_of(language), _WORDS[self.kind]
        noun = spoken.plural(one, several, self.count, "happening")
        if self.count < len(SMALL):
            return f"{spoken.say(SMALL[self.count], 'small number')} {noun}"
        return f"{spoken.count(self.count)} {noun}"


def noun(kind: str, language: str) -> str:
    """What one of a kind is called, without a number.

    >>> noun("complaint", "en"), noun("order", "de")
    ('complaint', 'Bestellung')
    """
    _, one, several = _WORDS[kind]
    return language_of(language).plural(one, several, 1, "happening")


def nouns() -> list[tuple[str, str]]:
    """One and several of every kind, as English has them."""
    return [(one, several) for _, one, several in _WORDS.values()]


def happenings(pack: Pack, key: int, first: int, end: int) -> tuple[Happening, ...]:
    """What happened to one customer in ``[first, end)`` and was known before the end.

    An order counts once, however many lines it has; an acceptance or a notice counts at its own instant.
    """
    found: list[Happening] = []
    for name, read in (
        ("purchases", _purchases),
        ("contacts", _contacts),
        ("exposures", _exposures),
        ("contracts", _contracts),
    ):
        stream = pack.streams.get(name)
        if stream is not None:
            rows = slice(int(stream.offsets[key]), int(stream.offsets[key + 1]))
            for kind, times in read(stream, rows, first, end):
                if len(times):
                    found.append(Happening(kind, len(times), int(times.max())))
    return tuple(found)


def _within(stream: EventStream, rows: slice, first: int, end: int) -> NDArray[np.bool_]:
    when = stream.seconds[rows]
    known = when if stream.known is None else stream.known[rows]
    return np.asarray((when >= first) & (when < end) & (known < end))


def _has(stream: EventStream, rows: slice, column: str, text: str) -> NDArray[np.bool_]:
    """Which rows have a text in a column; none where the column is not there."""
    texts = list(stream.dictionaries.get(column, ()))
    if text not in texts:
        return np.zeros(rows.stop - rows.start, np.bool_)
    return np.asarray(stream.columns[column][rows] == texts.index(text))


def _purchases(
    stream: EventStream, rows: slice, first: int, end: int
) -> Iterator[tuple[str, Seconds]]:
    inside, when = _within(stream, rows, first, end), stream.seconds[rows]
    bought = inside & (stream.columns["quantity_milli"][rows] > 0)
    orders = stream.columns["order"][rows][bought]
    _, firsts = np.unique(orders, return_index=True)
    yield "order", when[bought][firsts]
    yield "return", when[inside & (stream.columns["quantity_milli"][rows] < 0)]


def _contacts(
    stream: EventStream, rows: slice, first: int, end: int
) -> Iterator[tuple[str, Seconds]]:
    inside, when = _within(stream, rows, first, end), stream.seconds[rows]
    made = _has(stream, rows, "direction", OUTBOUND)
    yield "outreach", when[inside & made]
    inside &= ~made
    kinds: Sequence[str] = stream.dictionaries["kind"]
    codes = stream.columns["kind"][rows]
    named = np.zeros(len(codes), np.bool_)
    for code, kind in enumerate(kinds):
        if kind in _WORDS:
            named |= codes == code
            yield kind, when[inside & (codes == code)]
    yield "contact", when[inside & ~named]


def _exposures(
    stream: EventStream, rows: slice, first: int, end: int
) -> Iterator[tuple[str, Seconds]]:
    inside, when = _within(stream, rows, first, end), stream.seconds[rows]
    inside &= ~_has(stream, rows, "arm", CONTROL)
    plain = np.zeros(len(inside), np.bool_)
    for name in PLAIN_CONTACTS:
        plain |= _has(stream, rows, "offer", name)
    yield "outreach", when[inside & plain]
    yield "offer_shown", when[inside & ~plain]
    yield from _at_own_instant("offer_accepted", "accepted_seconds", stream, rows, first, end)


def _contracts(
    stream: EventStream, rows: slice, first: int, end: int
) -> Iterator[tuple[str, Seconds]]:
    yield "contract_begun", stream.seconds[rows][_within(stream, rows, first, end)]
    yield from _at_own_instant("contract_cancelled", "cancelled_seconds", stream, rows, first, end)


def _at_own_instant(
    kind: str, column: str, stream: EventStream, rows: slice, first: int, end: int
) -> Iterator[tuple[str, Seconds]]:
    if column in stream.columns:
        instants = stream.columns[column][rows]
        yield kind, instants[(instants >= first) & (instants < end)]
