"""What must hold of a vector made at the time of asking: it is the one the store would give."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.plan.plan import plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.fresh import FreshEvents
from features.vectors.online import OnlineVectors
from features.vectors.vectors import build_vectors
from features.vocabulary.time import Cutoff
from tests.builders import PURCHASE_TEXTS, Contact, Event, Exposure, Line, Term, pack_of
from tests.laws.test_vectors import BUYING, HISTORIES, NOON, cutoff_lists, law, worlds

# Every table and every text a feature asks for stand in every pack, so that all answer the same questions.
GHOST: dict[str, list[Event]] = {
    "~": [
        *(Contact(NOON - 5, kind=kind) for kind in ("visit", "complaint", "survey", "inquiry")),
        Contact(NOON - 5, kind="ünerhört", channel="phone"),
        Line(NOON - 5, 1.0, "g", category="dry", department="indoor", brand="Thorn", channel="web"),
        Line(NOON - 5, 1.0, "g", category="warm", brand="Vale", channel="store"),
        *(Exposure(NOON - 5, arm=arm) for arm in ("treated", "control")),
        Term(NOON - 5),
    ]
}


def different(events: list[Event]) -> list[Event]:
    """One of each: what two events say apart from their order number and when they were known."""
    says = {replace(one, known=None, **_unnumbered(one)): one for one in events}  # type: ignore[arg-type]
    return list(says.values())


def _unnumbered(event: Event) -> dict[str, str]:
    return {"number": ""} if isinstance(event, Line) else {}


def fresh_of(events: list[Event], stored: Pack, numbers: list[str]) -> dict[str, FreshEvents]:
    """Events as a caller gives them: an order by its code where the store has it."""
    lines = [
        {
            "seconds": one.when,
            "known": one.known,
            "order": numbers.index(one.number) if one.number in numbers else one.number,
            "quantity_milli": round(one.quantity * 1000),
            "amount_cents": round(one.spend * 100),
            "discount_cents": round(one.discount * 100),
            **{name: getattr(one, name) for name in PURCHASE_TEXTS},
        }
        for one in events
        if isinstance(one, Line)
    ]
    contacts = [
        {
            "seconds": one.when,
            "known": one.known,
            "channel": one.channel,
            "kind": one.kind,
            "topic": one.topic,
            "resolved_seconds": one.resolved,
            "score_milli": _whole(one.score, 1000),
        }
        for one in events
        if isinstance(one, Contact)
    ]
    exposures = [
        {
            "seconds": one.when,
            "known": one.known,
            "offer": one.offer,
            "channel": one.channel,
            "arm": one.arm,
            "accepted_seconds": one.accepted,
            "revenue_cents": _whole(one.revenue, 100),
            "offer_discount_milli": _whole(one.discount, 1000),
        }
        for one in events
        if isinstance(one, Exposure)
    ]
    terms = [
        {
            "seconds": one.when,
            "known": one.known,
            "plan": one.plan,
            "ends_seconds": one.ends,
            "cancelled_seconds": one.cancelled,
            "price_cents": _whole(one.price, 100),
            "auto_renew": None if one.renews is None else int(one.renews),
        }
        for one in events
        if isinstance(one, Term)
    ]
    tables = {"purchases": lines, "contacts": contacts, "exposures": exposures, "contracts": terms}
    assert set(stored.streams) == set(tables)
    return {name: FreshEvents.of(rows) for name, rows in tables.items()}


def _whole(number: float | None, per: int) -> int | None:
    return None if number is None else round(number * per)


@law
@given(
    worlds(),
    worlds(),
    cutoff_lists,
    st.sampled_from(["UTC", "Europe/Berlin"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_vector_with_fresh_events_is_that_of_a_store_that_has_them(
    old: dict[str, list[Event]],
    new: dict[str, list[Event]],
    cutoffs: list[Cutoff],
    timezone: str,
    sent_again: bool,
    chance: random.Random,
) -> None:
    all_of = {name: different(old[name] + new[name]) for name in HISTORIES} | GHOST
    before = {name: [one for one in all_of[name] if one in old.get(name, [])] for name in HISTORIES}
    stored = pack_of(before | GHOST, timezone=timezone)
    numbers = sorted(
        {one.number for part in (before | GHOST).values() for one in part if isinstance(one, Line)}
    )
    whole = pack_of(all_of, timezone=timezone)
    declarations = standard_plan(whole, BUYING).declarations
    expected = build_vectors(whole, plan_of(declarations, whole, BUYING), cutoffs, threads=1)
    online = OnlineVectors(stored, plan_of(declarations, stored, BUYING), timezone=timezone)

    for name, key in zip(
        HISTORIES, (whole.customer_ids.find(one) for one in HISTORIES), strict=True
    ):
        given_now = [one for one in all_of[name] if sent_again or one not in before[name]]
        chance.shuffle(given_now)
        fresh = fresh_of(given_now, stored, numbers)
        for cutoff in cutoffs:
            found = online.vector(name, cutoff, fresh)
            row = (expected.customer_keys == key) & (expected.cutoff_seconds == cutoff.seconds)
            if row.any():
                wanted = expected.values[row][0]
                differing = np.flatnonzero(found.view(np.uint32) != wanted.view(np.uint32))
                assert [expected.feature_names[one] for one in differing] == []
            else:  # nothing was known yet, so the store has no row
                nobody = online.vector("nobody", cutoff)
                np.testing.assert_array_equal(found.view(np.uint32), nobody.view(np.uint32))
