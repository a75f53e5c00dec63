"""What happened to one customer, newest first: every touchpoint the store knows, and those told since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.behaviour.purchases import AMOUNT
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.words import CONTROL, OUTBOUND, PLAIN_CONTACTS
from serving.ledger.reported_events import ReportedEvent
from training.reasons.happenings import HAPPENINGS, Happening, noun
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.known import language_of

_MILLI = 1_000
_WORDS = {
    "cart": phrase("cart filled", "moment"),
    "offer_held_out": phrase("held out of an offer", "moment"),
    "contact_held_out": phrase("held out of a contact", "moment"),
    "contacted": phrase("contacted", "moment"),
    "opened": phrase("message opened", "moment"),
    "accepted": phrase("accepted", "moment"),
    "rejected": phrase("rejected", "moment"),
    "bought": phrase("bought after it", "moment"),
}


@dataclass(frozen=True)
class TimelineEntry:
    """One event: when it happened, what kind it is and what is known about it.

    ``was_reported`` says that it came through ``/v1/events`` and is not in the store yet.
    """

    at_seconds: int
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)
    was_reported: bool = False

    def without(self, name: str) -> TimelineEntry:
        """The same without one detail."""
        return replace(
            self, details={key: self.details[key] for key in self.details if key != name}
        )

    def said(self, language: str) -> str:
        """The event in words."""
        if self.kind in _WORDS:
            return language_of(language).say(_WORDS[self.kind], "moment")
        if self.kind in HAPPENINGS:
            return Happening(self.kind, 1, self.at_seconds).said(language)
        return self.kind.replace("_", " ")

    def named(self, language: str) -> str:
        """What kind of event it is, without a number."""
        return noun(self.kind, language) if self.kind in HAPPENINGS else self.said(language)


def timeline(
    pack: Pack,
    key: int,
    end_seconds: int,
    events: Sequence[ReportedEvent] = (),
    *,
    most: int | None = 50,
) -> list[TimelineEntry]:
    """The latest moments of a customer known before an instant, newest first; -1 is nobody the store knows.

    Without ``most`` it is all of them.

    An order is one moment however many lines it has; an acceptance or a notice is one of its own.
    """
    moments = [] if key < 0 else list(_stored(pack, key, end_seconds))
    moments += [_reported_entry(one) for one in events]
    moments.sort(key=lambda one: (-one.at_seconds, one.kind))
    return moments[:most]


def _stored(pack: Pack, key: int, end: int) -> Iterator[TimelineEntry]:
    for name, read in _READERS.items():
        stream = pack.streams.get(name)
        if stream is not None:
            first, last = int(stream.offsets[key]), int(stream.offsets[key + 1])
            when = stream.seconds[first:last]
            known = when if stream.known is None else stream.known[first:last]
            rows = first + np.flatnonzero((when < end) & (known < end))
            for one in read(stream, rows, end):
                yield one if pack.money_is_known else one.without(AMOUNT)


def _purchases(stream: EventStream, rows: NDArray[np.intp], _end: int) -> Iterator[TimelineEntry]:
    orders = stream.columns["order"][rows]
    _, firsts, order_of = np.unique(orders, return_index=True, return_inverse=True)
    quantity, cents = stream.columns["quantity_milli"][rows], stream.columns["amount_cents"][rows]
    for place, first in enumerate(firsts.tolist()):
        lines = order_of == place
        row = int(rows[first])
        yield TimelineEntry(
            int(stream.seconds[row]),
            "return" if int(quantity[lines].sum()) < 0 else "order",
            {
                "lines": int(np.count_nonzero(lines)),
                "amount_cents": int(cents[lines].sum()),
                **_texts(stream, row, ("channel", "store")),
            },
        )


def _contacts(stream: EventStream, rows: NDArray[np.intp], _end: int) -> Iterator[TimelineEntry]:
    for row in rows.tolist():
        details = _texts(stream, row, ("channel", "direction", "topic"))
        for name in ("resolved_seconds", "score_milli"):
            details |= _number(stream, row, name)
        kind = _texts(stream, row, ("kind",)).get("kind", "contact")
        yield TimelineEntry(int(stream.seconds[row]), kind, details)


def _exposures(stream: EventStream, rows: NDArray[np.intp], end: int) -> Iterator[TimelineEntry]:
    for row in rows.tolist():
        details = _texts(stream, row, ("offer", "channel", "arm"))
        when = int(stream.seconds[row])
        if details.get("offer") in PLAIN_CONTACTS:
            yield _plain_contact(when, details)
            continue
        kind = "offer_held_out" if details.get("arm") == CONTROL else "offer_shown"
        yield TimelineEntry(when, kind, details)
        yield from _later(stream, row, "accepted_seconds", "offer_accepted", details, end)


def _plain_contact(when: int, details: Mapping[str, Any]) -> TimelineEntry:
    """A contact of ours like any other, or that the customer was deliberately not contacted."""
    said = {"channel": details["channel"]} if "channel" in details else {}
    if details.get("arm") == CONTROL:
        return TimelineEntry(when, "contact_held_out", said)
    return TimelineEntry(when, details["offer"], said | {"direction": OUTBOUND})


def _contracts(stream: EventStream, rows: NDArray[np.intp], end: int) -> Iterator[TimelineEntry]:
    for row in rows.tolist():
        details = _texts(stream, row, ("plan",)) | _number(stream, row, "price_cents")
        yield TimelineEntry(int(stream.seconds[row]), "contract_begun", details)
        yield from _later(stream, row, "cancelled_seconds", "contract_cancelled", details, end)


_READERS: Mapping[str, Callable[[EventStream, NDArray[np.intp], int], Iterator[TimelineEntry]]] = {
    "purchases": _purchases,
    "contacts": _contacts,
    "exposures": _exposures,
    "contracts": _contracts,
}


def _later(
    stream: EventStream, row: int, column: str, kind: str, details: Mapping[str, Any], end: int
) -> Iterator[TimelineEntry]:
    """What became of a row at an instant of its own."""
    when = int(stream.columns[column][row]) if column in stream.columns else -1
    if 0 <= when < end:
        yield TimelineEntry(when, kind, details)


def _texts(stream: EventStream, row: int, names: Sequence[str]) -> dict[str, Any]:
    found = {}
    for name in names:
        if name in stream.dictionaries:
            code = int(stream.columns[name][row])
            if code >= 0:
                found[name] = stream.dictionaries[name][code]
    return found


def _number(stream: EventStream, row: int, name: str) -> dict[str, Any]:
    if name not in stream.columns:
        return {}
    value = int(stream.columns[name][row])
    if value in (-1, MISSING_NUMBER):
        return {}
    return {name.removesuffix("_milli"): value / _MILLI if name.endswith("_milli") else value}


_KINDS = {"purchases": "order", "exposures": "offer_shown", "contracts": "contract_begun"}


def _reported_entry(event: ReportedEvent) -> TimelineEntry:
    content = dict(event.content)
    if event.table == "exposures" and content.get("offer_id") in PLAIN_CONTACTS:
        plain = {"offer": content["offer_id"], **content}
        return replace(_plain_contact(event.happened_at, plain), was_reported=True)
    kind = content.pop("kind", None) or content.pop("reaction", None) or _KINDS[event.table]
    return TimelineEntry(event.happened_at, str(kind), content, was_reported=True)
