"""What must hold of a vector made at the time of asking: it is the one the store would give."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.fresh import FreshEvents
from features.online import OnlineVectors
from features.pack import Pack
from features.plan import plan_of, standard_plan
from features.vectors import build_vectors
from features.vocabulary import Cutoff
from tests.builders import PURCHASE_TEXTS, Contact, Event, Line, pack_of
from tests.laws.test_vectors import HISTORIES, NOON, cutoff_lists, law, worlds

# Both tables and every text column stand in every pack, so that all can be asked the same questions.
GHOST: dict[str, list[Event]] = {
    "~": [Contact(NOON - 5), Line(NOON - 5, 1.0, "g", category="dry", department="indoor")]
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
            "score_milli": round(one.score * 1000),
        }
        for one in events
        if isinstance(one, Contact)
    ]
    assert set(stored.streams) == {"purchases", "contacts"}
    return {
        "purchases": FreshEvents.of(lines),
        "contacts": FreshEvents.of(contacts),
    }


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
    declarations = standard_plan(whole).declarations
    expected = build_vectors(whole, plan_of(declarations, whole), cutoffs, threads=1)
    online = OnlineVectors(stored, plan_of(declarations, stored), timezone=timezone)

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
                np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))
            else:  # nothing was known yet, so the store has no row
                nobody = online.vector("nobody", cutoff)
                np.testing.assert_array_equal(found.view(np.uint32), nobody.view(np.uint32))
