"""What must hold of behaviour vectors whatever a company's events are."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.declarations.buying import BuyingModel
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import Contact, Event, Exposure, Line, Profile, Term, pack_of
from tests.oracles.vectors_sql import oracle

NOON = Cutoff.parse("2026-03-29T12:00:00").seconds
BUYING = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
HISTORIES = ("anna", "bert", "çelik", "dora", "emil")

# Ages in seconds at which something may go wrong: the cutoff itself and both sides of every window.
EDGES = [
    days * DAY_SECONDS + nudge for days in (0, 7, 30, 60, 90, 360, 365) for nudge in (-1, 0, 1)
]
ages = st.one_of(st.sampled_from(EDGES), st.integers(-40 * DAY_SECONDS, 500 * DAY_SECONDS))
delays = st.sampled_from([None, None, None, 0, 1, 3_600, 20 * DAY_SECONDS, 400 * DAY_SECONDS, -5])


@st.composite
def lines(draw: st.DrawFn) -> Line:
    when = NOON - draw(ages)
    delay = draw(delays)
    quantity = draw(st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.0, -1.0, -2.0]))
    price = draw(st.integers(0, 50_000)) / 100
    return Line(
        when=when,
        spend=price if quantity >= 0 else -price,
        number=draw(st.sampled_from(["a", "b", "c", "d", "e", "f"])),
        quantity=quantity,
        item=draw(st.sampled_from(["hat", "coat", "glove"])),
        discount=draw(st.sampled_from([0.0, 0.0, 1.5])),
        category=draw(st.sampled_from([None, "warm", "dry"])),
        department=draw(st.sampled_from([None, "indoor"])),
        brand=draw(st.sampled_from([None, "Vale", "Thorn"])),
        channel=draw(st.sampled_from([None, "web", "store"])),
        known=None if delay is None else when + delay,
    )


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    when = NOON - draw(ages)
    return Contact(
        when=when,
        kind=draw(
            st.sampled_from(["visit", "complaint", "complaint", "survey", "inquiry", "ünerhört"])
        ),
        channel=draw(st.sampled_from(["web", "phone"])),
        resolved=draw(later(when)),
        score=draw(st.sampled_from([None, 0, 7.5, -3])),
        known=draw(later(when)),
    )


@st.composite
def exposures(draw: st.DrawFn) -> Exposure:
    when = NOON - draw(ages)
    return Exposure(
        when=when,
        accepted=draw(later(when)),
        arm=draw(st.sampled_from(["treated", "treated", "control", None])),
        revenue=draw(st.sampled_from([None, 0, 12.34])),
        discount=draw(st.sampled_from([None, 0.0, 0.25])),
        known=draw(later(when)),
    )


@st.composite
def terms(draw: st.DrawFn) -> Term:
    when = NOON - draw(ages)
    return Term(
        when=when,
        ends=draw(later(when)),
        cancelled=draw(later(when)),
        price=draw(st.sampled_from([None, 0, 9.99, 19.99])),
        plan=draw(st.sampled_from([None, "basic", "plus"])),
        renews=draw(st.sampled_from([None, True, False])),
        known=draw(later(when)),
    )


@st.composite
def later(draw: st.DrawFn, when: int) -> int | None:
    """When something is learned of an event: never, some time after it, or about a cutoff."""
    delay = draw(delays)
    about = draw(st.sampled_from([None, None, NOON - 30 * DAY_SECONDS, NOON]))
    if about is not None:
        return about + draw(st.sampled_from([-1, 0, 1]))
    return None if delay is None else when + delay


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Event]]:
    events = st.one_of(lines(), lines(), contacts(), exposures(), terms())
    return {name: draw(st.lists(events, max_size=14)) for name in HISTORIES}


moments = st.one_of(st.none(), ages.map(lambda age: NOON - age))
profiles = st.dictionaries(
    st.sampled_from(HISTORIES),
    st.builds(
        Profile,
        region=st.sampled_from([None, "north", "south"]),
        segment=st.sampled_from([None, "private"]),
        registered=moments,
        member_since=moments,
        referrals=st.sampled_from([None, 0.0, 1.0, 25.0, -3.0]),
        known=moments,
    ),
)

cutoff_lists = st.lists(
    st.one_of(
        st.sampled_from([NOON, NOON - 30 * DAY_SECONDS, NOON - 7 * DAY_SECONDS, NOON + 1]),
        st.integers(NOON - 600 * DAY_SECONDS, NOON + 900 * DAY_SECONDS),
    ).map(Cutoff),
    min_size=1,
    max_size=4,
)
law = settings(
    max_examples=20,
    derandomize=True,
    # A failing world is small enough to read, and shrinking it by SQL would take minutes.
    phases=[Phase.explicit, Phase.generate],
)


# All tables stand in every pack that has this history, so that all can be asked the same questions.
GHOST: dict[str, list[Event]] = {
    "~": [Contact(NOON + 1), Line(NOON + 1, 1.0, "x"), Exposure(NOON + 1), Term(NOON + 1)]
}


def early(instant: str | int | None) -> bool:
    return isinstance(instant, int) and instant < NOON


def everything(pack: Pack) -> Plan:
    return standard_plan(pack, BUYING)


def assert_equal(left: Vectors, right: Vectors) -> None:
    """Equal to the last bit, rows and values."""
    assert left.feature_names == right.feature_names
    np.testing.assert_array_equal(left.customer_keys, right.customer_keys)
    np.testing.assert_array_equal(left.cutoff_seconds, right.cutoff_seconds)
    np.testing.assert_array_equal(left.values.view(np.uint32), right.values.view(np.uint32))


@settings(law, max_examples=8)
@given(worlds(), profiles, cutoff_lists, st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]))
def test_every_feature_equals_what_plain_sql_finds_in_the_raw_rows(
    world: dict[str, list[Event]],
    declared: dict[str, Profile],
    cutoffs: list[Cutoff],
    timezone: str,
) -> None:
    pack = pack_of(world, timezone=timezone, profiles=declared)
    plan = everything(pack)

    vectors = build_vectors(pack, plan, cutoffs, threads=1)

    expected = oracle(pack, plan, cutoffs)
    np.testing.assert_array_equal(vectors.customer_keys, expected["customer"])
    np.testing.assert_array_equal(vectors.cutoff_seconds, expected["cutoff"])
    assert set(plan.feature_names) < set(expected)
    for name in plan.feature_names:
        # The one rounding of ours is the last: to float32.
        np.testing.assert_allclose(
            vectors.column(name), expected[name], rtol=6e-8, atol=1e-7, err_msg=name
        )


@law
@given(worlds(), worlds(), st.sampled_from([0, 1, 30 * DAY_SECONDS]))
def test_an_event_at_or_after_the_cutoff_or_known_later_changes_nothing(
    past: dict[str, list[Event]], future: dict[str, list[Event]], later: int
) -> None:
    cutoffs = [Cutoff(NOON - 100 * DAY_SECONDS), Cutoff(NOON)]

    def happened_later(event: Event, place: int) -> Event:
        if place % 2:
            return replace(event, when=NOON + later, known=None)
        return replace(event, known=NOON + later)

    both = {
        name: [*past[name], *(happened_later(one, i) for i, one in enumerate(future[name]))]
        for name in HISTORIES
    }
    with_future, without = pack_of({**both, **GHOST}), pack_of({**past, **GHOST})
    declarations = everything(with_future).declarations

    seen = build_vectors(with_future, plan_of(declarations, with_future, BUYING), cutoffs)
    bare = build_vectors(without, plan_of(declarations, without, BUYING), cutoffs)

    assert_equal(seen, bare)


@law
@given(worlds(), st.sampled_from([0, 1, 30 * DAY_SECONDS]))
def test_what_a_row_learns_at_the_cutoff_or_later_changes_nothing(
    world: dict[str, list[Event]], wait: int
) -> None:
    cutoffs = [Cutoff(NOON - 400 * DAY_SECONDS), Cutoff(NOON - 100 * DAY_SECONDS), Cutoff(NOON)]

    def learned(event: Event, when: int | None) -> Event:
        """The event with all it had not learned before noon learned at another instant."""
        match event:
            case Contact():
                return replace(event, resolved=event.resolved if early(event.resolved) else when)
            case Exposure():
                return replace(event, accepted=event.accepted if early(event.accepted) else when)
            case Term():
                return replace(event, cancelled=event.cancelled if early(event.cancelled) else when)
            case Line():
                return event

    never = {name: [learned(one, None) for one in events] for name, events in world.items()}
    then = {name: [learned(one, NOON + wait) for one in events] for name, events in world.items()}
    packs = pack_of({**never, **GHOST}), pack_of({**then, **GHOST})
    plan = everything(packs[0])

    assert_equal(*(build_vectors(pack, plan, cutoffs) for pack in packs))


@law
@given(worlds(), cutoff_lists, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_cutoffs_changes_nothing(
    world: dict[str, list[Event]], cutoffs: list[Cutoff], chance: random.Random
) -> None:
    shuffled = {name: chance.sample(events, len(events)) for name, events in world.items()}
    pack, other = pack_of(world), pack_of(shuffled)

    assert_equal(
        build_vectors(pack, everything(pack), cutoffs),
        build_vectors(other, everything(other), cutoffs[::-1] + cutoffs),
    )


@law
@given(worlds(), profiles, st.sampled_from([0, 1, 30 * DAY_SECONDS]))
def test_what_was_declared_or_known_at_or_after_the_cutoff_changes_nothing(
    world: dict[str, list[Event]], declared: dict[str, Profile], later: int
) -> None:
    cutoffs = [Cutoff(NOON)]

    def blank(one: Profile) -> Profile:
        """The same without what lies at or after noon."""
        if isinstance(one.known, int) and one.known >= NOON:
            return Profile()
        times = {name: getattr(one, name) for name in ("registered", "member_since")}
        return replace(one, **{name: None for name, at in times.items() if at and at >= NOON})

    # Everybody learns something after noon; one who declared it all keeps every column there.
    full = {"~": Profile("north", "private", NOON - 9, NOON - 9, 1.0, NOON - 9)}
    moved = {
        name: replace(one, registered=NOON + later) if not place % 2 else one
        for place, (name, one) in enumerate(declared.items())
    }
    unseen = pack_of(world, profiles={**{name: blank(one) for name, one in moved.items()}, **full})
    seen = pack_of(world, profiles={**moved, **full})
    declarations = everything(seen).declarations

    assert_equal(
        build_vectors(seen, plan_of(declarations, seen, BUYING), cutoffs),
        build_vectors(unseen, plan_of(declarations, unseen, BUYING), cutoffs),
    )


@law
@given(worlds(), profiles, cutoff_lists)
def test_one_customer_or_one_cutoff_alone_equals_all_together(
    world: dict[str, list[Event]], declared: dict[str, Profile], cutoffs: list[Cutoff]
) -> None:
    pack = pack_of(world, profiles=declared)
    plan = everything(pack)
    together = build_vectors(pack, plan, cutoffs)

    for key in range(pack.customers):
        alone = build_vectors(pack, plan, cutoffs, customers=np.array([key], np.int32))
        assert_equal(alone, together.select(together.customer_keys == key))
    for cutoff in cutoffs:
        alone = build_vectors(pack, plan, [cutoff])
        assert_equal(alone, together.at(cutoff.seconds))
