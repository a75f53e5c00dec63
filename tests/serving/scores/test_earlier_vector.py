"""What was known of a customer at an instant: what had happened before it, and was known before it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from features.vocabulary.errors import PlanRefused
from serving.in_use.models_in_use import InUse
from serving.scores.earlier_vector import Past

CUTOFF = 1_000


def stream(offsets: list[int], seconds: list[int], known: list[int] | None = None) -> EventStream:
    return EventStream(
        np.array(offsets),
        np.array(seconds, np.int64),
        {},
        known=None if known is None else np.array(known, np.int64),
    )


@pytest.fixture
def past(in_use: InUse) -> Past:
    assert in_use.past is not None
    return in_use.past


def over(past: Past, **streams: EventStream) -> Past:
    """The same over a handful of events."""
    other = copy(past)
    customers = len(next(iter(streams.values())).offsets) - 1 if streams else 0
    other.pack = Pack(TextColumn.of([f"c{one}" for one in range(customers)]), streams, CUTOFF, "")
    return other


@pytest.mark.parametrize(
    ("happened", "known", "is_known"),
    [
        (999, None, True), (1_000, None, False), (1_001, None, False),
        (500, 999, True), (500, 1_000, False), (999, 1_001, False),
        # What is to happen was not known before it does, whenever it was told.
        (1_000, 5, False), (999, 5, True),
    ],
)  # fmt: skip
def test_a_customer_was_known_once_something_had_happened_and_was_known(
    past: Past, happened: int, known: int | None, is_known: bool
) -> None:
    told = None if known is None else [known]
    assert over(past, contacts=stream([0, 1], [happened], told)).was_known(0, CUTOFF) is is_known


def test_each_customer_is_known_by_their_own_events_in_any_table(past: Past) -> None:
    found = over(
        past,
        purchases=stream([0, 0, 1, 2, 3], [1_000, 5, 2_000]),
        contacts=stream([0, 1, 1, 1, 1], [7]),
    )
    assert [found.was_known(key, CUTOFF) for key in range(4)] == [True, False, True, False]


def test_events_are_everything_but_answers_that_were_asked_for(past: Past) -> None:
    nothing = stream([0, 0], [])
    assert not over(past).has_events and not over(past, outcomes=nothing).has_events
    assert over(past, contacts=nothing).has_events
    assert over(past, outcomes=nothing, purchases=nothing).has_events


def test_a_model_made_for_other_features_is_refused(in_use: InUse, past: Past) -> None:
    bundle = copy(in_use.scorer.bundle)
    assert Past(bundle, past.pack, "UTC").pack is past.pack
    bundle.plan = replace(bundle.plan, declarations=bundle.plan.declarations[1:])
    with pytest.raises(PlanRefused, match="features as plan"):
        Past(bundle, past.pack, "UTC")
