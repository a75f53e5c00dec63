"""What happened between two instants, counted as a person counts."""

from __future__ import annotations

import pytest

from tests.builders import Event, Exposure, at, contact, line, order, pack_of, returned
from training.reasons.happenings import Happening, happenings


def counted(*events: Event, first: str = "2026-01-10", end: str = "2026-02-01") -> dict[str, int]:
    pack = pack_of({"anna": list(events)})
    found = happenings(pack, 0, at(first).seconds, at(end).seconds)
    return {one.kind: one.count for one in found}


def test_an_order_counts_once_however_many_lines_it_has() -> None:
    assert counted(
        line("2026-01-12", number="A"), line("2026-01-12", number="A"), order("2026-01-20")
    ) == {"order": 2}


def test_the_first_instant_counts_and_the_end_does_not() -> None:
    events = [order("2026-01-09T23:59:59"), order("2026-01-10"), order("2026-02-01")]
    assert counted(*events) == {"order": 1}


def test_what_became_known_after_the_end_is_not_told() -> None:
    assert counted(order("2026-01-12", known="2026-02-03"), order("2026-01-13")) == {"order": 1}


def test_returns_and_contacts_are_told_by_their_kind() -> None:
    assert counted(
        returned("2026-01-12"),
        contact("2026-01-13", kind="complaint"),
        contact("2026-01-14", kind="complaint"),
        contact("2026-01-15", kind="webinar", direction="inbound"),
    ) == {"return": 1, "complaint": 2, "contact": 1}


def test_what_the_company_did_is_told_apart_from_what_the_customer_did() -> None:
    assert counted(
        contact("2026-01-13", kind="call"),
        contact("2026-01-14", kind="call", direction="inbound"),
        contact("2026-01-15", kind="visit", direction="outbound"),
        contact("2026-01-16", kind="visit"),
    ) == {"outreach": 2, "contact": 1, "visit": 1}
    assert Happening("outreach", 2, 0).groups == ("outreach",)
    assert Happening("outreach", 2, 0).said("en") == "two contacts of ours"


def test_a_plain_contact_among_the_exposures_is_a_contact_of_ours_and_no_offer() -> None:
    assert counted(
        Exposure("2026-01-13", offer="call"),
        Exposure("2026-01-14", offer="mail", arm="control"),
        Exposure("2026-01-15", offer="TEN"),
    ) == {"outreach": 1, "offer_shown": 1}


@pytest.mark.parametrize(
    ("kind", "count", "english", "german"),
    [
        ("complaint", 1, "one complaint", "1 Beschwerde"),
        ("complaint", 2, "two complaints", "zwei Beschwerden"),
        ("order", 1234, "1,234 orders", "1,234 Bestellungen"),
    ],
)
def test_numbers_are_told_in_words_while_they_are_small(
    kind: str, count: int, english: str, german: str
) -> None:
    happening = Happening(kind, count, 0)
    assert [happening.said("en"), happening.said("de").replace(".", ",")] == [english, german]
