"""What plain contacts have done to customers of this company: measured where some were contacted and others held out by lot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleSettings, features_read, lifecycle
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import EventStream, Pack
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.arrays import MISSING_NUMBER, Floats, Ints, Truths
from features.vocabulary.time import DAY_SECONDS, Cutoff
from features.vocabulary.words import CONTROL, PLAIN_CONTACTS
from training.actions.campaigns import CampaignRows, measured_statuses
from training.actions.measured import MeasuredContact
from training.questions.asking import ask
from training.questions.buying import Inactivity
from training.questions.labels import bought_between, within

CAMPAIGN_DAYS = 30
"""What began within so many days of another counts as one campaign with it."""
LONGEST_FOLLOWED_DAYS = 365


def measured_contacts(pack: Pack, question: Inactivity) -> tuple[MeasuredContact, ...]:
    """Every kind of contact that stands in the exposures with an arm of people held out; none where there is no such kind.

    A row of the exposures is a plain contact where the name of one stands in the place of an offer. It counts if its customer was judged on
    that day and was followed for as long again as the horizon after it.
    """
    stream = pack.streams.get("exposures")
    if stream is None or CONTROL not in stream.dictionaries.get("arm", ()):
        return ()
    names = [name for name in PLAIN_CONTACTS if name in stream.dictionaries["offer"]]
    if not names:
        return ()
    rules = LifecycleSettings(horizon_days=question.horizon_days)
    read = features_read(rules) | frozenset(question.needs)
    plan = plan_of(
        [one for one in standard_plan(pack).declarations if one.feature.name in read], pack
    )
    found = (_measured(name, pack, stream, plan, question, rules) for name in names)
    return tuple(one for one in found if one is not None)


def _measured(
    name: str,
    pack: Pack,
    stream: EventStream,
    plan: Plan,
    question: Inactivity,
    rules: LifecycleSettings,
) -> MeasuredContact | None:
    end = end_of_data(pack)
    drawn = _Drawn.of(stream, name).followed(question, end)
    if not len(drawn.days):
        return None
    parts = [_asked(vectors, pack, question, rules, end) for vectors in _vectors(drawn, pack, plan)]
    asked = _Asked(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    place = drawn.places_of(asked.customer_keys, asked.as_of_seconds)
    if not len(place):
        return None
    campaign, as_of = drawn.campaign[place], asked.as_of_seconds
    _, after = within(as_of, question.horizon)
    followed_days = np.minimum((end.seconds - after) // DAY_SECONDS, LONGEST_FOLLOWED_DAYS)
    return MeasuredContact(
        name=name,
        campaigns=len(np.unique(campaign)),
        first_day=f"{Cutoff(int(as_of.min())).instant:%Y-%m-%d}",
        last_day=f"{Cutoff(int(as_of.max())).instant:%Y-%m-%d}",
        shortest_days=int(followed_days.min()),
        longest_days=int(followed_days.max()),
        statuses=measured_statuses(
            CampaignRows(
                asked.customer_keys,
                campaign,
                drawn.chance[place],
                drawn.contacted[place],
                asked.status,
                asked.was_silent,
                asked.came_back,
            )
        ),
    )


@dataclass(frozen=True)
class _Drawn:
    """Who was drawn for campaigns of one contact and on which day, by customer and day, each once a day."""

    customer_keys: NDArray[np.int32]
    days: Ints
    campaign: Ints
    contacted: Truths
    chance: Floats

    @classmethod
    def of(cls, stream: EventStream, name: str) -> _Drawn:
        """Those of one name whose arm is known."""
        arms = np.asarray(stream.columns["arm"])
        is_named = np.asarray(stream.columns["offer"]) == list(stream.dictionaries["offer"]).index(
            name
        )
        rows = np.flatnonzero(is_named & (arms >= 0))
        owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
        keys, days = owners[rows].astype(np.int32), np.asarray(stream.seconds)[rows] // DAY_SECONDS
        order = np.lexsort((days, keys))
        keys, days, rows = keys[order], days[order], rows[order]
        is_first = np.r_[True, (np.diff(keys) != 0) | (np.diff(days) != 0)][: len(keys)]
        keys, days, rows = keys[is_first], days[is_first], rows[is_first]
        contacted = arms[rows] != list(stream.dictionaries["arm"]).index(CONTROL)
        campaign = _campaigns(days)
        return cls(keys, days, campaign, contacted, _chances(stream, rows, campaign, contacted))

    def followed(self, question: Inactivity, end: Cutoff) -> _Drawn:
        """Those who were followed for a horizon after the horizon, and of whom another lot could have been drawn."""
        _, after = within(self.days * DAY_SECONDS, question.horizon)
        long_enough = after + question.horizon_days * DAY_SECONDS <= end.seconds
        kept = np.flatnonzero(long_enough & (self.chance > 0) & (self.chance < 1))
        return _Drawn(**{name: one[kept] for name, one in vars(self).items()})

    def places_of(self, customer_keys: NDArray[np.int32], as_of_seconds: Ints) -> NDArray[np.intp]:
        """Where customers stand who were drawn on a day."""
        width = int(self.days.max()) + 1
        line = self.customer_keys.astype(np.int64) * width + self.days
        return np.searchsorted(
            line, customer_keys.astype(np.int64) * width + as_of_seconds // DAY_SECONDS
        )


def _campaigns(days: Ints) -> Ints:
    """Which campaign each day belongs to: one ends where its first day lies ``CAMPAIGN_DAYS`` back."""
    begins: list[int] = []
    for day in np.unique(days):
        if not begins or day >= begins[-1] + CAMPAIGN_DAYS:
            begins.append(int(day))
    return np.searchsorted(np.array(begins, np.int64), days, side="right")


def _chances(
    stream: EventStream, rows: NDArray[np.intp], campaign: Ints, contacted: Truths
) -> Floats:
    """How likely each was to be contacted: as it was logged, else the share of their campaign."""
    if not len(rows):
        return np.zeros(0)
    shares = np.bincount(campaign, contacted) / np.maximum(np.bincount(campaign), 1)
    if "action_probability_milli" not in stream.columns:
        return np.asarray(shares[campaign])
    milli = np.asarray(stream.columns["action_probability_milli"])[rows]
    return np.where(milli == MISSING_NUMBER, shares[campaign], milli / 1000)


def _vectors(drawn: _Drawn, pack: Pack, plan: Plan) -> Iterator[Vectors]:
    """What was known of those drawn on each day, at the midnight it began."""
    for day in np.unique(drawn.days):
        cutoff = Cutoff(int(day) * DAY_SECONDS)
        keys = np.unique(drawn.customer_keys[drawn.days == day])
        yield build_vectors(pack, plan, [cutoff], threads=1, customers=keys)


class _Asked(NamedTuple):
    """Those who were judged on a day of a campaign, and what came of them."""

    customer_keys: NDArray[np.int32]
    as_of_seconds: Ints
    status: NDArray[np.int8]
    was_silent: Truths
    came_back: Truths


def _asked(
    vectors: Vectors, pack: Pack, question: Inactivity, rules: LifecycleSettings, end: Cutoff
) -> _Asked:
    asked = ask(question, pack, vectors)
    judged = vectors.gathered(asked.rows)
    keys, as_of = judged.customer_keys, judged.cutoff_seconds
    _, after = within(as_of, question.horizon)
    until = np.minimum(end.seconds, after + LONGEST_FOLLOWED_DAYS * DAY_SECONDS)
    return _Asked(
        keys,
        as_of,
        lifecycle(judged, pack.attributes, rules).status,
        asked.outcomes > 0,
        bought_between(question.stream(pack), keys, after, until),
    )
