"""What happened to a customer between two instants, counted and told: the events behind a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack

# One and several of each, in English and in German, and the reason groups it may speak for.
# fmt: off
_WORDS = {
    "order": (("rhythm", "frequency", "trend", "spend"), {"en": ("order", "orders"), "de": ("Bestellung", "Bestellungen")}),
    "return": (("returns",), {"en": ("return", "returns"), "de": ("Rückgabe", "Rückgaben")}),
    "complaint": (("service",), {"en": ("complaint", "complaints"), "de": ("Beschwerde", "Beschwerden")}),
    "inquiry": (("service",), {"en": ("question asked", "questions asked"), "de": ("Anfrage", "Anfragen")}),
    "survey": (("service",), {"en": ("survey answered", "surveys answered"), "de": ("Umfrage", "Umfragen")}),
    "visit": (("interest",), {"en": ("visit", "visits"), "de": ("Besuch", "Besuche")}),
    "open": (("interest",), {"en": ("mail opened", "mails opened"), "de": ("geöffnete Mail", "geöffnete Mails")}),
    "click": (("interest",), {"en": ("link clicked", "links clicked"), "de": ("Klick", "Klicks")}),
    "contact": (("interest",), {"en": ("other contact", "other contacts"), "de": ("anderer Kontakt", "andere Kontakte")}),
    "offer_shown": (("offers",), {"en": ("offer shown", "offers shown"), "de": ("gezeigtes Angebot", "gezeigte Angebote")}),
    "offer_accepted": (("offers",), {"en": ("offer accepted", "offers accepted"), "de": ("angenommenes Angebot", "angenommene Angebote")}),
    "contract_begun": (("contract",), {"en": ("contract begun", "contracts begun"), "de": ("begonnener Vertrag", "begonnene Verträge")}),
    "contract_cancelled": (("contract",), {"en": ("contract cancelled", "contracts cancelled"), "de": ("gekündigter Vertrag", "gekündigte Verträge")}),
}
# fmt: on
HAPPENINGS = frozenset(_WORDS)
"""Every kind that has words."""
_SMALL = {
    "en": ("no", "one", "two", "three", "four", "five", "six"),
    "de": ("keine", "eine", "zwei", "drei", "vier", "fünf", "sechs"),
}
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
        small, (one, several) = _SMALL[language], _WORDS[self.kind][1][language]
        if self.count == 1:
            # German numbers have a gender, so a single one is told as a figure.
            return f"{'1' if language == 'de' else small[1]} {one}"
        number = f"{self.count:,}".replace(",", "." if language == "de" else ",")
        return f"{small[self.count] if self.count < len(small) else number} {several}"


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
    if "arm" in stream.columns and "control" in stream.dictionaries["arm"]:
        control = list(stream.dictionaries["arm"]).index("control")
        inside = inside & (stream.columns["arm"][rows] != control)
    yield "offer_shown", when[inside]
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
