"""What happened to a customer, newest first: what was known before the instant, each moment once, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from features.vocabulary.arrays import MISSING_NUMBER
from serving.ledger.reported_events import ReportedEvent
from serving.scores.timeline import TimelineEntry, timeline

END = 1_000
Told = tuple[int, str, dict[str, Any]]


def stream(
    offsets: list[int], seconds: list[int], known: list[int] | None = None, **columns: Any
) -> EventStream:
    texts = {name: one[1] for name, one in columns.items() if isinstance(one, tuple)}
    arrays = {
        name: np.array(one[0] if isinstance(one, tuple) else one, np.int64)
        for name, one in columns.items()
    }
    return EventStream(
        np.array(offsets),
        np.array(seconds, np.int64),
        arrays,
        texts,
        None if known is None else np.array(known, np.int64),
    )


def pack_of(customers: int = 1, **streams: EventStream) -> Pack:
    return Pack(TextColumn.of([f"c{one}" for one in range(customers)]), streams, END, "")


def told_of(pack: Pack, key: int = 0, **more: Any) -> list[Told]:
    found = timeline(pack, key, END, **more)
    assert not any(one.was_reported for one in found)
    return [(one.at_seconds, one.kind, dict(one.details)) for one in found]


def test_what_happened_or_was_known_at_the_instant_or_later_is_left_out() -> None:
    contacts = stream(
        [0, 6], [996, 997, 998, 999, 1_000, 1_000], [999, 1_000, 1_001, 999, 1_000, 5],
        kind=([0, 0, 0, 0, 0, 0], ["complaint"]),
    )  # fmt: skip
    assert told_of(pack_of(contacts=contacts)) == [(999, "complaint", {}), (996, "complaint", {})]
    without_known = stream([0, 3], [998, 999, 1_000], kind=([0, 0, 0], ["complaint"]))
    assert [one[0] for one in told_of(pack_of(contacts=without_known))] == [999, 998]


def test_each_customer_has_their_own_moments_and_a_stranger_none() -> None:
    contacts = stream([0, 1, 1, 3], [10, 30, 20], kind=([0, 1, 0], ["question", "complaint"]))
    pack = pack_of(3, contacts=contacts)
    assert told_of(pack, 0) == [(10, "question", {})]
    assert told_of(pack, 1) == []
    assert told_of(pack, 2) == [(30, "complaint", {}), (20, "question", {})]
    assert told_of(pack, -1) == []


def test_the_lines_of_an_order_are_one_moment_and_pieces_below_nought_a_return() -> None:
    purchases = stream(
        [0, 7], [10, 10, 10, 20, 20, 30, 40],
        order=[7, 7, 7, 8, 8, 9, 6],
        # A swap of as many pieces as came back is an order, and one piece more back is a return.
        quantity_milli=[1_000, 2_000, 500, 1_000, -1_000, -1, 1],
        amount_cents=[500, 301, -1, 400, -500, -250, 0],
        channel=([1, 0, 0, -1, 0, 0, -1], ["shop", "web"]),
        store=([0, 0, 0, 0, 0, -1, -1], ["Ulm"]),
    )  # fmt: skip
    assert told_of(pack_of(purchases=purchases)) == [
        (40, "order", {"lines": 1, "amount_cents": 0}),
        (30, "return", {"lines": 1, "amount_cents": -250, "channel": "shop"}),
        (20, "order", {"lines": 2, "amount_cents": -100, "store": "Ulm"}),
        (10, "order", {"lines": 3, "amount_cents": 800, "channel": "web", "store": "Ulm"}),
    ]


def test_a_contact_tells_what_is_known_of_it_and_nothing_else() -> None:
    missing = MISSING_NUMBER
    contacts = stream(
        [0, 4], [10, 20, 30, 40],
        kind=([0, -1, 0, 0], ["survey"]),
        channel=([0, 0, -1, 0], ["phone"]),
        topic=([0, -1, -1, -1], ["delivery"]),
        resolved_seconds=[15, -1, 0, missing],
        score_milli=[9_500, missing, 0, -2_000],
    )  # fmt: skip
    assert told_of(pack_of(contacts=contacts)) == [
        (40, "survey", {"channel": "phone", "score": -2.0}),
        (30, "survey", {"resolved_seconds": 0, "score": 0.0}),
        (20, "contact", {"channel": "phone"}),
        (
            10,
            "survey",
            {"channel": "phone", "topic": "delivery", "resolved_seconds": 15, "score": 9.5},
        ),
    ]


def test_an_offer_is_taken_at_an_instant_of_its_own_if_that_is_before_the_end() -> None:
    exposures = stream(
        [0, 5], [10, 20, 30, 40, 50],
        accepted_seconds=[0, 999, 1_000, -1, 999],
        arm=([0, 0, 0, 1, -1], ["treated", "control"]),
        offer=([0, 0, 0, 0, 0], ["TEN"]),
        channel=([0, -1, -1, -1, -1], ["email"]),
    )  # fmt: skip
    ten = {"offer": "TEN", "arm": "treated"}
    assert told_of(pack_of(exposures=exposures)) == [
        (999, "offer_accepted", ten),
        (999, "offer_accepted", {"offer": "TEN"}),
        (50, "offer_shown", {"offer": "TEN"}),
        (40, "offer_held_out", {"offer": "TEN", "arm": "control"}),
        (30, "offer_shown", ten),
        (20, "offer_shown", ten),
        (10, "offer_shown", ten | {"channel": "email"}),
        (0, "offer_accepted", ten | {"channel": "email"}),
    ]


def test_a_plain_contact_is_one_of_ours_and_who_was_held_out_of_it_was_offered_nothing() -> None:
    exposures = stream(
        [0, 3], [10, 20, 30],
        arm=([0, 1, -1], ["treated", "control"]),
        offer=([0, 1, 0], ["call", "letter"]),
        channel=([0, -1, -1], ["phone"]),
    )  # fmt: skip
    found = told_of(pack_of(exposures=exposures))
    assert found == [
        (30, "call", {"direction": "outbound"}),
        (20, "contact_held_out", {}),
        (10, "call", {"channel": "phone", "direction": "outbound"}),
    ]


def test_a_contract_begins_and_is_cancelled_and_tells_its_price_in_cents() -> None:
    contracts = stream(
        [0, 3], [10, 20, 30],
        cancelled_seconds=[25, -1, 1_000],
        price_cents=[990, -1, 0],
        plan=([0, -1, 0], ["basic"]),
    )  # fmt: skip
    basic = {"plan": "basic", "price_cents": 990}
    assert told_of(pack_of(contracts=contracts)) == [
        (30, "contract_begun", {"plan": "basic", "price_cents": 0}),
        (25, "contract_cancelled", basic),
        (20, "contract_begun", {}),
        (10, "contract_begun", basic),
    ]
    bare = pack_of(contracts=stream([0, 1], [10]), exposures=stream([0, 1], [5]))
    assert told_of(bare) == [(10, "contract_begun", {}), (5, "offer_shown", {})]


def test_of_one_instant_the_kinds_stand_in_their_order_and_only_so_many_are_told() -> None:
    contacts = stream([0, 60], [*[7] * 2, *range(100, 158)], kind=([1, 0, *[0] * 58], ["a", "b"]))
    pack = pack_of(contacts=contacts)
    assert [one[:2] for one in told_of(pack, most=60)[-3:]] == [(100, "a"), (7, "a"), (7, "b")]
    assert [one[0] for one in told_of(pack)] == list(range(157, 107, -1))
    assert [one[0] for one in told_of(pack, most=1)] == [157]


@pytest.mark.parametrize(
    ("table", "content", "kind"),
    [
        ("purchases", {"item_id": "a"}, "order"),
        ("contacts", {"kind": "complaint", "channel": "phone"}, "complaint"),
        ("exposures", {"reaction": "opened"}, "opened"),
        ("exposures", {"reaction": None, "channel": "email"}, "offer_shown"),
        ("contracts", {}, "contract_begun"),
    ],
)
def test_what_was_told_since_stands_in_it_by_its_kind(
    table: str, content: dict[str, Any], kind: str
) -> None:
    event = ReportedEvent("e", "c0", table, content, happened_at=2_000, known_at=2_009)
    pack = pack_of(contacts=stream([0, 1], [10], kind=([0], ["question"])))
    told, stored = timeline(pack, 0, END, [event])
    rest = {name: one for name, one in content.items() if name not in ("kind", "reaction")}
    assert told == TimelineEntry(2_000, kind, rest, was_reported=True)
    assert (stored.kind, stored.was_reported) == ("question", False)
    assert timeline(pack, -1, END, [event]) == [told]


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        ("cart", "cart filled", "Warenkorb gefüllt"),
        ("complaint", "one complaint", "1 Beschwerde"),
        ("some_thing", "some thing", "some thing"),
    ],
)
def test_a_moment_is_said_in_words(kind: str, english: str, german: str) -> None:
    entry = TimelineEntry(5, kind)
    assert (entry.said("en"), entry.said("de")) == (english, german)
