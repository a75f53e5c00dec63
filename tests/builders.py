"""Small companies in a few lines, for every test that needs events.

>>> pack = pack_of({"anna": [order("2026-01-05", spend=20.00), returned("2026-01-09", spend=5.00)]})
>>> pack.streams["purchases"].columns["amount_cents"].tolist()
[2000, -500]
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from features.store.pack import Attributes, EventStream, Pack, TextColumn
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER
from features.vocabulary.time import DAY_SECONDS, Cutoff
from features.vocabulary.words import direction_of

_NUMBERS = itertools.count(1)
PURCHASE_TEXTS = ("item", "category", "brand", "department", "channel", "store")
PROFILE_TEXTS = ("region", "segment")
CONTACT_TEXTS = ("channel", "kind", "topic", "direction")
CONTRACT_TEXTS = ("plan", "end_reason")
EXPOSURE_TEXTS = ("offer", "channel", "arm")


@dataclass(frozen=True)
class Line:
    """One line of an order: text columns left None are missing, times are texts or whole seconds."""

    when: str | int
    spend: float
    number: str
    quantity: float = 1.0
    item: str = "item"
    discount: float = 0.0
    category: str | None = None
    brand: str | None = None
    department: str | None = None
    channel: str | None = None
    store: str | None = None
    known: str | int | None = None


@dataclass(frozen=True)
class Contact:
    """One touchpoint that is not a purchase."""

    when: str | int
    kind: str = "visit"
    channel: str = "web"
    topic: str | None = None
    resolved: str | int | None = None
    score: float | None = None
    known: str | int | None = None
    direction: str = ""

    def __post_init__(self) -> None:
        # As ingesting would: a contact that does not say who made it has the direction of its kind.
        object.__setattr__(self, "direction", self.direction or direction_of(self.kind))


@dataclass(frozen=True)
class Exposure:
    """One time an offer was shown, or deliberately was not (``arm`` "control")."""

    when: str | int
    accepted: str | int | None = None
    arm: str | None = "treated"
    offer: str = "offer"
    channel: str | None = None
    revenue: float | None = None
    discount: float | None = None
    known: str | int | None = None


@dataclass(frozen=True)
class Term:
    """One term of a contract."""

    when: str | int
    ends: str | int | None = None
    cancelled: str | int | None = None
    price: float | None = None
    plan: str | None = None
    end_reason: str | None = None
    renews: bool | None = None
    known: str | int | None = None


@dataclass(frozen=True)
class Outcome:
    """One outcome the company states, asked at ``when``."""

    when: str | int
    value: bool | None = True
    name: str = "left"
    known: str | int | None = None


@dataclass(frozen=True)
class Profile:
    """What one customer declared; None is missing, times are texts or whole seconds."""

    region: str | None = None
    segment: str | None = None
    registered: str | int | None = None
    member_since: str | int | None = None
    referrals: float | None = None
    known: str | int | None = None


Event = Line | Contact | Exposure | Term


def line(
    when: str | int,
    spend: float = 10.0,
    *,
    number: str | None = None,
    quantity: float = 1.0,
    item: str = "item",
    discount: float = 0.0,
    category: str | None = None,
    brand: str | None = None,
    department: str | None = None,
    channel: str | None = None,
    store: str | None = None,
    known: str | int | None = None,
) -> Line:
    """A bought line; without ``number`` it is an order of its own. ``known`` is when it was learned."""
    return Line(
        when,
        spend,
        number or f"order-{next(_NUMBERS)}",
        quantity,
        item,
        discount,
        category,
        brand,
        department,
        channel,
        store,
        known,
    )


order = line


def returned(
    when: str | int,
    spend: float = 10.0,
    *,
    number: str | None = None,
    quantity: float = 1.0,
    item: str = "item",
    known: str | int | None = None,
) -> Line:
    """A returned line, given as positive amounts: an order number of its own unless ``number`` is."""
    bought = line(when, spend, number=number, quantity=quantity, item=item, known=known)
    return replace(bought, spend=-spend, quantity=-quantity)


def contact(
    when: str | int, kind: str = "visit", channel: str = "web", **more: str | float
) -> Contact:
    """A contact; ``topic``, ``resolved``, ``score``, ``known`` and ``direction`` may be given."""
    return Contact(when, kind, channel, **more)  # type: ignore[arg-type]


def at(text: str) -> Cutoff:
    """A cutoff, written as a date or a date with time."""
    return Cutoff.parse(text)


def pack_of(
    histories: Mapping[str, Sequence[Event | Outcome]],
    *,
    timezone: str = "UTC",
    without: Sequence[str] = (),
    profiles: Mapping[str, Profile] | None = None,
) -> Pack:
    """A pack of customers and their events, as ingesting them would make it.

    ``without`` names columns that are not mapped, ``profiles`` what customers declared; their regions
    and segments count as shared by enough. Events may come in any order; a table without any is absent,
    but for the purchases.
    """
    customers = sorted({*histories, *(profiles or ())}, key=lambda name: name.encode("utf-8"))
    rows = [(key, event) for key, name in enumerate(customers) for event in histories.get(name, ())]
    zone = ZoneInfo(timezone)
    purchases = [(key, one) for key, one in rows if isinstance(one, Line)]
    others = {
        "contacts": _others([row for row in rows if isinstance(row[1], Contact)], CONTACT_TEXTS),
        "exposures": _others([row for row in rows if isinstance(row[1], Exposure)], EXPOSURE_TEXTS),
        "contracts": _others([row for row in rows if isinstance(row[1], Term)], CONTRACT_TEXTS),
        "outcomes": _others([row for row in rows if isinstance(row[1], Outcome)], ("name",)),
    }
    streams = {"purchases": _purchases(purchases, len(customers), zone, set(without))}
    for name, make in others.items():
        stream = make(len(customers), zone, set(without))
        if stream.rows:
            streams[name] = stream
    latest = max(
        (int(part.max()) for s in streams.values() for part in (s.seconds, _known(s)) if s.rows),
        default=0,
    )
    declared = [None if profiles is None else profiles.get(name, Profile()) for name in customers]
    attributes = _attributes([one for one in declared if one is not None])
    return Pack(TextColumn.of(customers), streams, latest, "built", attributes)


def _attributes(profiles: Sequence[Profile]) -> Attributes:
    if not profiles:
        return Attributes()
    texts = {name: _dictionary(getattr(one, name) for one in profiles) for name in PROFILE_TEXTS}

    def instants(*when: str | int | None) -> np.ndarray:
        return np.array(
            [MISSING_NUMBER if one is None else _seconds(one) for one in when], np.int64
        )

    columns = {
        name: np.array([_code(found, getattr(one, name)) for one in profiles], np.int64)
        for name, found in texts.items()
    }
    brought = [MISSING_NUMBER if one.referrals is None else one.referrals for one in profiles]
    return Attributes(
        columns={
            **columns,
            "registered_seconds": instants(*(one.registered for one in profiles)),
            "member_since_seconds": instants(*(one.member_since for one in profiles)),
            "referrals_milli": np.array(
                [one if one == MISSING_NUMBER else round(one * 1000) for one in brought], np.int64
            ),
        },
        dictionaries=texts,
        known=None
        if all(one.known is None for one in profiles)
        else instants(*(one.known for one in profiles)),
    )


def _known(stream: EventStream) -> np.ndarray:
    return stream.seconds if stream.known is None else stream.known


def _purchases(
    rows: Sequence[tuple[int, Line]], customers: int, zone: ZoneInfo, without: set[str]
) -> EventStream:
    texts = {name: _dictionary(getattr(one, name) for _, one in rows) for name in PURCHASE_TEXTS}
    orders = {name: code for code, name in enumerate(_dictionary(one.number for _, one in rows))}
    coded = sorted(
        ((key, _seconds(one.when), orders[one.number], one) for key, one in rows),
        key=lambda row: row[:3],
    )
    lines = [row[3] for row in coded]
    columns: dict[str, np.ndarray] = {
        "order": np.array([row[2] for row in coded], np.int32),
        "quantity_milli": np.array([round(one.quantity * 1000) for one in lines], np.int64),
        "amount_cents": np.array([round(one.spend * 100) for one in lines], np.int64),
        "discount_cents": np.array([round(one.discount * 100) for one in lines], np.int64),
        "local_day": _local_days([row[1] for row in coded], zone),
    }
    for name, dictionary in texts.items():
        codes = [_code(dictionary, getattr(one, name)) for one in lines]
        columns[name] = np.array(codes, np.int32)
    return EventStream(
        offsets=_offsets([row[0] for row in coded], customers),
        seconds=np.array([row[1] for row in coded], np.int64),
        columns={name: values for name, values in columns.items() if name not in without},
        dictionaries={name: texts[name] for name in texts if name not in without},
        known=_known_seconds(lines),
    )


def _others(
    rows: Sequence[tuple[int, Event | Outcome]], text_names: Sequence[str]
) -> Callable[[int, ZoneInfo, set[str]], EventStream]:
    """The table of one kind of event that is no purchase, for a number of customers and a zone."""

    def make(customers: int, zone: ZoneInfo, without: set[str]) -> EventStream:
        texts = {name: _dictionary(getattr(one, name) for _, one in rows) for name in text_names}
        # Rows of one instant are ordered by what they say, as in the store.
        coded = sorted(
            ((key, _seconds(one.when), repr(one), one) for key, one in rows), key=lambda r: r[:3]
        )
        found = [row[3] for row in coded]
        columns = {
            name: np.array([_code(texts[name], getattr(one, name)) for one in found], np.int32)
            for name in text_names
        }
        columns |= _numbers(found)
        columns["local_day"] = _local_days([row[1] for row in coded], zone)
        return EventStream(
            offsets=_offsets([row[0] for row in coded], customers),
            seconds=np.array([row[1] for row in coded], np.int64),
            columns={name: values for name, values in columns.items() if name not in without},
            dictionaries={name: texts[name] for name in texts if name not in without},
            known=_known_seconds(found),
        )

    return make


def _numbers(events: Sequence[Event | Outcome]) -> dict[str, np.ndarray]:
    """The columns that are no texts, as the pack holds them."""
    numbers: dict[str, list[int]] = {}
    for one in events:
        match one:
            case Contact():
                row = {
                    "resolved_seconds": _instant(one.resolved),
                    "score_milli": _whole(one.score, 1000),
                }
            case Exposure():
                row = {
                    "accepted_seconds": _instant(one.accepted),
                    "revenue_cents": _whole(one.revenue, 100),
                    "offer_discount_milli": _whole(one.discount, 1000),
                }
            case Term():
                row = {
                    "ends_seconds": _instant(one.ends),
                    "cancelled_seconds": _instant(one.cancelled),
                    "price_cents": _whole(one.price, 100),
                    "auto_renew": -1 if one.renews is None else int(one.renews),
                }
            case Outcome():
                row = {"value": -1 if one.value is None else int(one.value)}
            case Line():
                row = {}
        for name, number in row.items():
            numbers.setdefault(name, []).append(number)
    return {
        name: np.array(values, np.int8 if name in ("auto_renew", "value") else np.int64)
        for name, values in numbers.items()
    }


def _instant(when: str | int | None) -> int:
    return -1 if when is None else _seconds(when)


def _whole(number: float | None, per: int) -> int:
    return MISSING_NUMBER if number is None else round(number * per)


def _known_seconds(events: Sequence[Event | Outcome]) -> np.ndarray | None:
    """None unless at least one event says when it was known."""
    if all(one.known is None for one in events):
        return None
    return np.array(
        [_seconds(one.when if one.known is None else one.known) for one in events], np.int64
    )


def _seconds(when: str | int) -> int:
    return when if isinstance(when, int) else Cutoff.parse(when).seconds


def _local_days(seconds: Sequence[int], zone: ZoneInfo) -> np.ndarray:
    instants = [datetime.fromtimestamp(one, UTC).astimezone(zone) for one in seconds]
    starts = [one.replace(tzinfo=UTC).timestamp() // DAY_SECONDS for one in instants]
    return np.array(starts, np.int32)


def _offsets(keys: Sequence[int], customers: int) -> np.ndarray:
    offsets = np.zeros(customers + 1, np.int64)
    np.cumsum(np.bincount(np.array(keys, np.int64), minlength=customers), out=offsets[1:])
    return offsets


def _dictionary(texts: Iterable[str | None]) -> list[str]:
    return sorted({text for text in texts if text is not None})


def _code(dictionary: Sequence[str], text: str | None) -> int:
    return MISSING_CODE if text is None else dictionary.index(text)
